"""The one file that speaks to Stripe. The same suite runs against Stripe's own test mode."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from billing import stripe_gateway
from billing.errors import CardRefused, NotAtStripe
from billing.stripe_shapes import CHECKOUT
from kernel import clock
from kernel.errors import Unavailable
from kernel.ids import new_id
from kernel.money import Money
from tests.billing.shop import AGAINST_STRIPE, REAL_KEY

pytestmark = pytest.mark.no_database


@pytest.fixture
def gateway(request, settings_override):
    """The gateway at Stripe's test mode when a key of it is set, at the local Stripe else."""
    if AGAINST_STRIPE:
        with settings_override(STRIPE_API_BASE="", STRIPE_SECRET_KEY=REAL_KEY):
            yield stripe_gateway
    else:
        request.getfixturevalue("stripe_server")
        yield stripe_gateway


@pytest.fixture
def api(gateway):
    """The real library, as the outside world moves things at Stripe."""
    return gateway._client_of(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE).v1


@pytest.fixture
def price(gateway):
    """Make a price under a lookup key of this run alone."""

    def make(minor: int, name: str = "Base"):
        lookup_key = f"atrium_test_{new_id().hex}"
        return gateway.ensure_price(
            key=name.lower(), lookup_key=lookup_key, title=name, price=Money(minor, "USD")
        )

    return make


@pytest.fixture
def running(api, price):
    """A paid subscription, as Checkout would have made it."""
    customer = api.customers.create({"email": "ada@alpha.example"})
    method = api.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    made = api.subscriptions.create(
        {
            "customer": customer.id,
            "default_payment_method": method.id,
            "items": [{"price": price(300_00).id}],
            "metadata": {CHECKOUT: "page-1"},
        }
    )
    yield stripe_gateway.subscription(made.id)
    stripe_gateway.end(made.id)


def now():
    return int(time.time())


def test_a_price_is_made_once_and_replaced_when_it_differs(gateway, api):
    lookup_key = f"atrium_test_{new_id().hex}"

    def ensure(minor):
        return gateway.ensure_price(
            key="ib", lookup_key=lookup_key, title="IB", price=Money(minor, "USD")
        )

    one, same, other = ensure(10_00), ensure(10_00), ensure(12_00)

    assert one == same
    assert (other.product_id, other.price) == (one.product_id, Money(12_00, "USD"))
    assert api.prices.retrieve(one.id).active is False


def test_a_page_is_one_per_id_and_closes_for_good(gateway, price):
    checkout_id, price_id = str(new_id()), price(10_00).id

    def opened():
        return gateway.open_checkout(
            checkout_id,
            price_ids=[price_id],
            email="ada@alpha.example",
            success_url="http://localhost/done/",
            cancel_url="http://localhost/back/",
        )

    one, same = opened(), opened()
    closed, again = gateway.expire_checkout(one.id), gateway.expire_checkout(one.id)

    assert one == same
    assert (one.status, one.checkout_id, bool(one.url)) == ("open", checkout_id, True)
    assert (closed.status, again.status) == ("expired", "expired")
    assert gateway.checkout(one.id).status == "expired"


def test_a_subscription_is_read_with_its_items(running):
    assert (running.status, running.checkout_id, running.keys) == (
        "active",
        "page-1",
        {"base"},
    )
    assert [(item.price, item.quantity) for item in running.items] == [(Money(300_00, "USD"), 1)]
    assert running.period_end_at > clock.now() + dt.timedelta(days=27)
    assert (running.ends_at, running.ended_at) == (None, None)


def test_the_preview_of_a_change_is_its_invoice(gateway, api, price, running):
    wanted = {"add": [price(99_00, "IB").id], "remove": [], "as_of": now()}

    shown = gateway.preview_change(running.id, **wanted)
    changed = gateway.change_items(running.id, **wanted, operation=str(new_id()))

    invoice = gateway.invoice(api.subscriptions.retrieve(running.id).latest_invoice)
    assert (invoice.total, invoice.status, invoice.due) == (
        shown.total,
        "paid",
        Money(0, "USD"),
    )
    assert invoice.subscription_id == running.id
    assert shown.due_now == shown.total
    assert changed.keys == {"base", "ib"}


def test_a_change_is_done_once_per_operation(gateway, price, running):
    wanted = {"add": [price(99_00, "IB").id], "remove": [], "as_of": now()}
    operation = str(new_id())

    one, same = (gateway.change_items(running.id, **wanted, operation=operation) for _ in range(2))

    assert one == same
    assert len(same.items) == 2


def test_what_is_removed_is_credited(gateway, price, running):
    both = gateway.change_items(
        running.id, add=[price(99_00, "IB").id], remove=[], as_of=now(), operation=str(new_id())
    )
    gone = [item.id for item in both.items if item.key == "ib"]

    shown = gateway.preview_change(running.id, add=[], remove=gone, as_of=now())
    left = gateway.change_items(
        running.id, add=[], remove=gone, as_of=now(), operation=str(new_id())
    )

    assert shown.total.minor < 0
    assert shown.due_now == Money(0, "USD")
    assert left.keys == {"base"}


def test_a_refused_card_changes_nothing(gateway, api, price, running):
    bad = api.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": running.customer_id}
    )
    api.subscriptions.update(running.id, {"default_payment_method": bad.id})

    with pytest.raises(CardRefused, match="declined"):
        gateway.change_items(
            running.id, add=[price(9_00, "IB").id], remove=[], as_of=now(), operation=str(new_id())
        )

    assert gateway.subscription(running.id).keys == {"base"}


@pytest.mark.parametrize("how", ["cancel_at_period_end", "cancel_at"])
def test_an_end_that_is_planned_has_its_date(gateway, api, running, how):
    moment = now() + 5 * 86_400
    wanted = {how: True} if how == "cancel_at_period_end" else {how: moment}

    api.subscriptions.update(running.id, wanted)

    fact = gateway.subscription(running.id)
    expected = running.period_end_at if how == "cancel_at_period_end" else None
    assert fact.ends_at == (expected or dt.datetime.fromtimestamp(moment, dt.UTC))


def test_ending_is_at_once_and_harmless_twice(gateway, running):
    gateway.end(running.id)
    gateway.end(running.id)

    fact = gateway.subscription(running.id)
    assert (fact.status, fact.ended_at is not None) == ("canceled", True)


def test_events_are_listed_for_the_sweep(gateway, running):
    since = clock.now() - dt.timedelta(minutes=5)
    found = list(gateway.events_since(since, kinds=["customer.subscription.created"]))

    assert running.id in {fact.payload["data"]["object"]["id"] for fact in found}
    assert {fact.kind for fact in found} == {"customer.subscription.created"}


@pytest.mark.skipif(AGAINST_STRIPE, reason="Stripe's own portal must be set up by hand first")
def test_the_portal_has_an_address(gateway, running):
    assert gateway.portal_url(running.customer_id, return_url="http://x.example").startswith("http")


@pytest.mark.parametrize("ask", ["subscription", "invoice", "checkout"])
def test_what_stripe_does_not_have_is_said(gateway, ask):
    with pytest.raises(NotAtStripe):
        getattr(gateway, ask)("in_none_1")


def test_a_silent_stripe_is_unavailable(settings_override):
    with (
        settings_override(STRIPE_API_BASE="http://127.0.0.1:1", STRIPE_SECRET_KEY="sk_test_x"),
        pytest.raises(Unavailable, match="Stripe"),
    ):
        stripe_gateway.invoice("in_1")


def test_a_live_key_is_never_sent_to_a_local_stripe(settings_override):
    with (
        settings_override(STRIPE_API_BASE="http://127.0.0.1:1", STRIPE_SECRET_KEY="sk_live_x"),
        pytest.raises(ImproperlyConfigured),
    ):
        stripe_gateway.invoice("in_1")


def test_other_mistakes_of_ours_stay_mistakes(gateway, running):
    import stripe

    items = [item.id for item in running.items]
    with pytest.raises(stripe.InvalidRequestError):
        gateway.change_items(running.id, add=[], remove=items, as_of=now(), operation=str(new_id()))


def test_ending_what_never_was_is_harmless(gateway):
    gateway.end("sub_none")
