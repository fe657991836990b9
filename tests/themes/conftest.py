"""The cast of these tests, and pictures to upload."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kernel.actor import Actor, ActorKind, Scope
from tests.support.people import make_person, make_staff


@pytest.fixture
def ada(alpha):
    """Administrator of Alpha."""
    return make_staff(alpha, "ada@alpha.example")


@pytest.fixture
def sol(alpha):
    """Sales at Alpha: no right over the looks."""
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
def by():
    """Ada, as services know her."""
    return Actor(kind=ActorKind.PERSON, id=None, name="Ada", grants={"themes.edit": Scope.ALL})


@pytest.fixture
def picture():
    """A small PNG as a browser sends it."""
    written = io.BytesIO()
    Image.new("RGB", (120, 40), "#0b5d4b").save(written, "PNG")
    return SimpleUploadedFile("logo.png", written.getvalue(), "image/png")


@pytest.fixture
def omar(vendor):
    """Of the vendor."""
    from identity.services import seed_roles
    from tests.support.tenants import SYSTEM

    with vendor.pin():
        seed_roles(by=SYSTEM)
    return make_staff(vendor, "omar@vendor.example")
