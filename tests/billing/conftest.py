"""A running local Stripe, a menu of three toy modules, and a shop to buy them in."""

from __future__ import annotations

from pathlib import Path

import pytest

import modules
from kernel import registry
from tests.billing.shop import Shop
from tests.devstack.stripe.running import KEY, SECRET, Ear, local_stripe

MENU = str(Path(__file__).parent / "menu")
FOLDED = (registry.modules, registry.permissions)


@pytest.fixture(autouse=True)
def _menu():
    modules.__path__.append(MENU)
    for function in FOLDED:
        function.cache_clear()
    yield
    modules.__path__.remove(MENU)
    for function in FOLDED:
        function.cache_clear()


@pytest.fixture(scope="session")
def _stripe(tmp_path_factory):
    ear = Ear()
    with local_stripe(tmp_path_factory.mktemp("stripe"), ear) as running:
        yield running
    ear.close()


@pytest.fixture
def stripe_server(_stripe, settings_override):
    _stripe.begin_anew()
    with settings_override(
        STRIPE_API_BASE=_stripe.base, STRIPE_SECRET_KEY=KEY, STRIPE_WEBHOOK_SECRET=SECRET
    ):
        yield _stripe


@pytest.fixture
def shop(stripe_server, vendor) -> Shop:
    return Shop(stripe_server, vendor.client())
