"""One local Stripe for the session, empty at the start of each test."""

from __future__ import annotations

import pytest

from tests.devstack.stripe.running import Ear, local_stripe


@pytest.fixture(scope="session")
def _running(tmp_path_factory):
    ear = Ear()
    with local_stripe(tmp_path_factory.mktemp("stripe"), ear) as running:
        yield running
    ear.close()


@pytest.fixture
def local(_running):
    _running.begin_anew()
    return _running


@pytest.fixture
def api(local):
    return local.api


@pytest.fixture
def price(api):
    """Make a monthly price in cents."""

    def make(cents: int, name: str = "Base", **more):
        product = api.products.create({"name": name})
        return api.prices.create(
            {
                "product": product.id,
                "currency": "usd",
                "unit_amount": cents,
                "recurring": {"interval": "month"},
                **more,
            }
        )

    return make


@pytest.fixture
def payer(api):
    """Make a customer whose card is charged."""

    def make(card: str = "pm_card_visa", **more):
        customer = api.customers.create({"email": "ada@alpha.example", **more})
        method = api.payment_methods.attach(card, {"customer": customer.id})
        settings = {"default_payment_method": method.id}
        return api.customers.update(customer.id, {"invoice_settings": settings})

    return make
