from __future__ import annotations

import pytest

from identity.services import seed_roles
from kernel.pin import PUBLIC, pin
from tests.support.people import make_staff
from tests.support.tenants import SYSTEM


@pytest.fixture(autouse=True)
def _vendors_roles(_clean):
    with pin(PUBLIC):
        seed_roles(by=SYSTEM)


@pytest.fixture
def omar(vendor):
    """The vendor's administrator, signed in with a second factor proved a moment ago."""
    return vendor.signed_in(make_staff(vendor, "omar@atrium.example"), fresh=True)


@pytest.fixture
def console_urls(alpha):
    """Every page of the console that is read, with what they need filled in."""
    from django.urls import reverse

    names = ("overview", "brokers", "runs", "pool", "dead_letters", "catalogue", "revenue", "audit")
    broker = reverse("console:broker", args=[alpha.info.id], urlconf="config.urls.vendor")
    outbox = reverse("console:dead_letters", urlconf="config.urls.vendor")
    return (
        *(reverse(f"console:{name}", urlconf="config.urls.vendor") for name in names),
        broker,
        f"{outbox}?broker={alpha.info.id}",
    )
