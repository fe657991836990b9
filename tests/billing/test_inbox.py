"""Stripe's news: believed only when signed, kept once, applied in any order, never missed."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing import queries, services
from billing.models import (
    EventState,
    Invoice,
    SignUpCheckout,
    StripeEvent,
    Subscription,
    SweepMark,
)
from billing.services import inbox
from devstack.stripe.webhooks import signature
from kernel import clock
from kernel.ids import new_id
from kernel.pin import PUBLIC, pin
from tests.billing.shop import forged
from tests.devstack.stripe.running import SECRET, Delivery


def signed(body: bytes, *, secret: str = SECRET, age: int = 0) -> Delivery:
    return Delivery(body, signature(body, secret, int(time.time()) - age))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda good: forged(good, id="evt_of_somebody_else"),
        lambda good: Delivery(good.body, ""),
        lambda good: Delivery(good.body, good.signature.replace("v1=", "v1=0")),
        lambda good: signed(good.body, secret="whsec_of_somebody_else"),
        lambda good: signed(good.body, age=301),
        lambda good: signed(b"not json"),
        lambda good: signed(good.body.replace(b'"livemode": false', b'"livemode": true')),
    ],
)
def test_a_forged_or_old_webhook_is_refused_and_nothing_is_kept_whk_01(shop, spoil):
    shop.pay(shop.page("toy_reports"))
    good = shop.news()[-1]

    assert shop.post(spoil(good)) == 400

    assert shop.events() == []


def test_a_webhook_is_only_ever_posted(shop):
    assert shop.client.get("/stripe/").status_code == 405


def test_the_same_news_twice_is_kept_and_applied_once_whk_02(shop):
    sign_up = new_id()
    shop.pay(shop.page("toy_reports", sign_up_id=sign_up))
    news = shop.news()

    for delivery in [*news, *news]:
        assert shop.post(delivery) == 204
    shop.apply()
    for delivery in news:
        shop.post(delivery)
    shop.apply()

    assert len(shop.events()) == len({one.event["id"] for one in news})
    assert len(shop.told("billing.SubscriptionStarted")) == 1
    with pin(PUBLIC):
        assert (Subscription.objects.count(), Invoice.objects.count()) == (1, 1)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_news_in_any_order_end_in_the_same_rows_whk_02(shop, data):
    sign_up = new_id()
    row = shop.buy("toy_reports", sign_up_id=sign_up)
    shop.use_card(row, "pm_card_visa")
    shop.stripe.api.subscriptions.update(row.stripe_id, {"cancel_at_period_end": True})
    shop.stripe.api.subscriptions.update(row.stripe_id, {"cancel_at_period_end": False})
    shop.pass_days(32)
    news = shop.news()
    order = data.draw(st.permutations(range(len(news))))
    cut = data.draw(st.integers(0, len(news)))

    for place in order[:cut]:
        shop.post(news[place])
    shop.apply()
    for place in order:
        shop.post(news[place])
    shop.apply()

    after = shop.row(sign_up)
    with pin(PUBLIC):
        invoices = sorted(after.invoices.values_list("state", "total_minor"))
    assert (after.state, after.ends_at, shop.keys(after)) == (
        "active",
        None,
        ["platform", "toy_reports"],
    )
    assert invoices == [("paid", 318_99), ("paid", 318_99)]


def test_a_first_payment_is_understood_from_any_single_piece_of_news(shop):
    for kind in ("checkout.session.completed", "invoice.paid", "customer.subscription.created"):
        sign_up = new_id()
        shop.pay(shop.page("toy_reports", sign_up_id=sign_up))
        only = [one for one in shop.news() if one.event["type"] == kind]

        for delivery in only:
            shop.post(delivery)
        shop.apply()

        assert shop.row(sign_up).state == "active"


def test_lost_news_are_found_by_the_sweep_whk_05(shop):
    shop.stripe.control("POST behaviour", drop="*")
    sign_up = new_id()
    shop.pay(shop.page("toy_reports", sign_up_id=sign_up))

    missed, again = shop.sweep(), shop.sweep()

    assert shop.news() == []
    assert (missed > 0, again) == (True, 0)
    assert {event.was_swept for event in shop.events()} == {True}
    assert shop.row(sign_up).state == "active"
    assert len(shop.told("billing.SubscriptionStarted")) == 1


def test_the_sweep_reads_on_from_where_it_stopped(shop):
    shop.sweep()
    with pin(PUBLIC):
        first = SweepMark.objects.get().read_until_at

    shop.buy("toy_reports")
    missed = shop.sweep()

    with pin(PUBLIC):
        assert SweepMark.objects.get().read_until_at > first
    assert missed == 0


def test_kinds_of_no_interest_are_kept_and_ignored(shop):
    shop.pay(shop.page("toy_reports"))

    for delivery in shop.news():
        shop.post(delivery)
    shop.apply()

    states = {event.kind: event.state for event in shop.events()}
    assert states["customer.created"] == EventState.IGNORED
    assert states["invoice.paid"] == EventState.APPLIED


def test_news_that_stripe_cannot_explain_now_wait_and_are_applied_later(shop, settings_override):
    sign_up = new_id()
    shop.pay(shop.page("toy_reports", sign_up_id=sign_up))
    (paid,) = (one for one in shop.news() if one.event["type"] == "checkout.session.completed")
    shop.post(paid)  # one is enough: each is asked about three times

    with settings_override(STRIPE_API_BASE="http://127.0.0.1:1"):
        assert shop.apply() == 0
    waiting = shop.events(state=EventState.WAITING)
    assert shop.apply() == 0  # not due yet
    with clock.frozen(clock.now() + inbox.LONGEST_WAIT):
        assert shop.apply() == len(waiting)

    assert {(one.attempts, one.last_error) for one in waiting} == {
        (1, "Unavailable: APIConnectionError")
    }
    assert shop.row(sign_up).state == "active"


def test_news_of_what_stripe_does_not_have_are_given_up_and_shown(shop):
    with pin(PUBLIC):
        event = StripeEvent.objects.create(
            stripe_id="evt_1",
            kind="invoice.paid",
            payload={"data": {"object": {"id": "in_none"}}},
            occurred_at=clock.now(),
            attempts=inbox.LAST_ATTEMPT - 1,
        )
        assert services.apply_stripe_event(event.pk) is False
        failed = queries.failed_events()
        services.retry_stripe_event(event.pk)

    assert [(one.kind, one.attempts, one.last_error) for one in failed] == [
        ("invoice.paid", inbox.LAST_ATTEMPT, "NotAtStripe")
    ]
    assert [one.state for one in shop.events()] == [EventState.WAITING]


def test_an_applied_event_is_left_alone(shop):
    shop.buy("toy_reports")
    event = shop.events(kind="invoice.paid")[0]
    shop.stripe.control("POST wipe")

    with pin(PUBLIC):
        assert services.apply_stripe_event(event.pk) is True


def test_a_subscription_bought_elsewhere_is_not_ours(shop):
    api = shop.stripe.api
    customer = api.customers.create({"email": "x@x.example"})
    method = api.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    shop.page("toy_reports")
    price = api.prices.list().data[0].id

    api.subscriptions.create(
        {
            "customer": customer.id,
            "default_payment_method": method.id,
            "items": [{"price": price}],
            "metadata": {"atrium_checkout": "nonsense"},
        }
    )
    shop.hear()

    with pin(PUBLIC):
        assert (Subscription.objects.count(), Invoice.objects.count()) == (0, 0)


@pytest.mark.parametrize("is_paid", [False, True])
def test_metadata_that_name_anothers_page_open_nothing_whk_03(shop, is_paid):
    sign_up = new_id()
    url = shop.page("toy_copying", sign_up_id=sign_up)
    if is_paid:
        shop.pay(url)
        shop.hear()
    api = shop.stripe.api
    page = api.checkout.sessions.list().data[0]
    customer = api.customers.create({"email": "mallory@x.example"})
    method = api.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    cheap = api.prices.list({"lookup_keys": ["atrium_toy_reports_monthly"]}).data[0].id

    api.subscriptions.create(
        {
            "customer": customer.id,
            "default_payment_method": method.id,
            "items": [{"price": cheap}],
            "metadata": page.metadata.to_dict(),
        }
    )
    shop.hear()

    with pin(PUBLIC):
        assert Subscription.objects.count() == int(is_paid)
    assert len(shop.told("billing.SubscriptionStarted")) == int(is_paid)


def test_a_page_of_another_shop_at_the_same_stripe_is_left_alone(shop):
    shop.page("toy_reports")
    price = shop.stripe.api.prices.list().data[0].id
    opened = shop.stripe.api.checkout.sessions.create(
        {
            "mode": "subscription",
            "line_items": [{"price": price, "quantity": 1}],
            "customer_email": "x@x.example",
            "success_url": "http://x.example",
        }
    )
    shop.pay(opened.url)

    shop.hear()

    assert {one.state for one in shop.events()} == {EventState.APPLIED}
    with pin(PUBLIC):
        assert Subscription.objects.count() == 0


def test_an_invoice_of_no_subscription_is_left_alone(shop):
    api = shop.stripe.api
    customer = api.customers.create({"email": "x@x.example"})
    api.invoice_items.create({"customer": customer.id, "amount": 5_00, "currency": "usd"})
    api.invoices.finalize_invoice(api.invoices.create({"customer": customer.id}).id)

    shop.hear()

    assert shop.events(kind="invoice.finalized")[0].state == EventState.APPLIED
    with pin(PUBLIC):
        assert Invoice.objects.count() == 0


def test_a_page_that_stripe_has_forgotten_proves_nothing_whk_03(shop):
    sign_up = new_id()
    shop.pay(shop.page("toy_reports", sign_up_id=sign_up))
    with pin(PUBLIC):
        SignUpCheckout.objects.update(session_id="cs_test_forgotten")
    only = [one for one in shop.news() if one.event["type"] == "customer.subscription.created"]

    shop.post(only[0])
    shop.apply()

    with pin(PUBLIC):
        assert Subscription.objects.count() == 0


def test_an_event_applied_by_another_worker_is_not_put_off(shop):
    shop.buy("toy_reports")
    event = shop.events(state=EventState.APPLIED)[0]

    with pin(PUBLIC):
        inbox._put_off(event.pk, "late")

    assert [one.attempts for one in shop.events(pk=event.pk)] == [0]
