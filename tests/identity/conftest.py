"""The cast of these tests."""

from __future__ import annotations

import pytest

from tests.support.people import make_person, make_staff
from tests.support.tenants import SYSTEM


@pytest.fixture
def ada(alpha):
    """Administrator of Alpha."""
    return make_staff(alpha, "ada@alpha.example")


@pytest.fixture
def sol(alpha):
    """Sales at Alpha: no right over people."""
    return make_staff(alpha, "sol@alpha.example", role="sales")


@pytest.fixture
def theo(alpha):
    """A client of Alpha."""
    return make_person(alpha, "theo@example.com")


@pytest.fixture
def ben(beta):
    """Administrator of Beta."""
    return make_staff(beta, "ben@beta.example")


@pytest.fixture
def omar(vendor):
    """Of the vendor."""
    with vendor.pin():
        from identity.services import seed_roles

        seed_roles(by=SYSTEM)
    return make_staff(vendor, "omar@vendor.example")
