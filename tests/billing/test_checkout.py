"""From a sign-up to a paid subscription, once."""

from __future__ import annotations

import pytest

from billing import queries
from billing.errors import AlreadyPaid, UnknownModule
from billing.models import CheckoutState, Invoice, SignUpCheckout, Subscription
from billing.services import checkout
from billing.services.checkout import PAGE_LIVES
from kernel import clock
from kernel.errors import Unavailable
from kernel.ids import new_id
from kernel.pin import PUBLIC, pin
from tests.devstack.stripe.running import browse


def pages(sign_up_id):
    with pin(PUBLIC):
        rows = SignUpCheckout.objects.filter(sign_up_id=sign_up_id).order_by("created_at")
        return [row.state for row in rows]


def test_a_paid_page_starts_the_subscription_and_says_so_once(shop):
    sign_up = new_id()

    seen = shop.pay(shop.page("toy_copying", sign_up_id=sign_up))
    shop.hear()

    row = shop.row(sign_up)
    assert (seen.status, seen.location) == (303, "http://localhost/start/done/")
    assert (row.state, row.company, row.tenant_id) == ("active", "Alpha Markets", None)
    assert shop.keys(row) == ["platform", "toy_copying", "toy_signals"]
    assert pages(sign_up) == [CheckoutState.PAID]
    assert shop.told("billing.SubscriptionStarted") == [
        {
            "sign_up_id": str(sign_up),
            "subscription_id": str(row.pk),
            "modules": ["toy_copying", "toy_signals"],
            "email": "ada@alpha.example",
            "company": "Alpha Markets",
        }
    ]
    with pin(PUBLIC):
        invoice = Invoice.objects.get()
        found = queries.find_sign_up_subscription(sign_up)
    assert (invoice.state, invoice.total_minor, invoice.due_minor) == ("paid", 447_00, 0)
    assert found.monthly.minor == 447_00


@pytest.mark.parametrize("number", ["4000000000000002", "4000000000000341", "1234"])
def test_a_declined_card_leaves_nothing_half_made(shop, number):
    sign_up = new_id()
    url = shop.page("toy_reports", sign_up_id=sign_up)
    shop.news()

    seen = shop.pay(url, number)

    assert (seen.status, 'role="alert"' in seen.text) == (402, True)
    assert shop.news() == []
    with pin(PUBLIC):
        assert Subscription.objects.count() == 0
    assert shop.stripe.api.customers.list().data == []
    assert pages(sign_up) == [CheckoutState.OPEN]


def test_a_closed_page_leaves_nothing_and_can_be_opened_again(shop):
    sign_up = new_id()
    url = shop.page("toy_reports", sign_up_id=sign_up)

    assert 'href="http://localhost/start/back/"' in browse(url).text
    again = shop.page("toy_reports", sign_up_id=sign_up)

    assert again == url
    assert shop.stripe.api.subscriptions.list({"status": "all"}).data == []
    assert pages(sign_up) == [CheckoutState.OPEN]


def test_another_plan_closes_the_old_page_first(shop):
    sign_up = new_id()
    old = shop.page("toy_reports", sign_up_id=sign_up)

    new = shop.page("toy_signals", sign_up_id=sign_up)

    assert "expired" in shop.pay(old).text
    assert shop.pay(new).status == 303
    shop.hear()
    assert shop.keys(shop.row(sign_up)) == ["platform", "toy_signals"]
    assert pages(sign_up) == [CheckoutState.CLOSED, CheckoutState.PAID]


@pytest.mark.parametrize("modules", [("toy_reports",), ("toy_signals",)])
def test_nobody_pays_twice(shop, modules):
    sign_up = new_id()
    shop.pay(shop.page("toy_reports", sign_up_id=sign_up))

    with pytest.raises(AlreadyPaid):  # our webhook has not come yet
        shop.page(*modules, sign_up_id=sign_up)
    shop.hear()
    with pytest.raises(AlreadyPaid):
        shop.page(*modules, sign_up_id=sign_up)

    assert len(shop.stripe.api.subscriptions.list().data) == 1


def test_a_page_that_expired_is_followed_by_a_new_one(shop):
    sign_up = new_id()
    old = shop.page("toy_reports", sign_up_id=sign_up)
    with pin(PUBLIC):
        session = SignUpCheckout.objects.get().session_id
    shop.stripe.api.checkout.sessions.expire(session)

    new = shop.page("toy_reports", sign_up_id=sign_up)

    assert new != old
    assert pages(sign_up) == [CheckoutState.CLOSED, CheckoutState.OPEN]


def test_an_expired_page_is_closed_by_its_news(shop):
    sign_up = new_id()
    shop.page("toy_reports", sign_up_id=sign_up)
    with pin(PUBLIC):
        session = SignUpCheckout.objects.get().session_id
    shop.stripe.api.checkout.sessions.expire(session)

    shop.hear()

    assert pages(sign_up) == [CheckoutState.CLOSED]


def test_a_page_of_yesterday_is_not_offered_again(shop):
    sign_up = new_id()
    old = shop.page("toy_reports", sign_up_id=sign_up)

    with clock.frozen(clock.now() + PAGE_LIVES):
        new = shop.page("toy_reports", sign_up_id=sign_up)

    assert new != old
    assert "expired" in shop.pay(old).text


def test_a_crash_before_the_page_was_written_down_opens_no_second_one(shop):
    sign_up = new_id()
    url = shop.page("toy_reports", sign_up_id=sign_up)
    with pin(PUBLIC):
        SignUpCheckout.objects.update(session_id=None)

    assert shop.page("toy_reports", sign_up_id=sign_up) == url


def test_a_crash_before_another_plan_still_closes_the_lost_page(shop):
    sign_up = new_id()
    old = shop.page("toy_reports", sign_up_id=sign_up)
    with pin(PUBLIC):
        SignUpCheckout.objects.update(session_id=None)

    shop.page("toy_signals", sign_up_id=sign_up)

    assert "expired" in shop.pay(old).text


def test_a_page_lost_for_a_day_is_left_to_stripe(shop):
    sign_up = new_id()
    shop.page("toy_reports", sign_up_id=sign_up)
    with pin(PUBLIC):
        SignUpCheckout.objects.update(session_id=None)

    with clock.frozen(clock.now() + PAGE_LIVES):
        shop.page("toy_reports", sign_up_id=sign_up)

    assert pages(sign_up) == [CheckoutState.CLOSED, CheckoutState.OPEN]


def test_paid_on_a_page_whose_id_was_lost(shop):
    sign_up = new_id()
    url = shop.page("toy_reports", sign_up_id=sign_up)
    with pin(PUBLIC):
        SignUpCheckout.objects.update(session_id=None)
    shop.pay(url)

    with pytest.raises(AlreadyPaid):
        shop.page("toy_signals", sign_up_id=sign_up)
    shop.hear()

    assert shop.row(sign_up).state == "active"


def test_an_unknown_module_is_refused_before_stripe_is_asked(shop):
    with pytest.raises(UnknownModule):
        shop.page("magic")

    assert shop.stripe.control("GET events") == []


def test_a_stripe_that_does_not_answer_charges_nothing(shop, settings_override):
    sign_up = new_id()

    with (
        settings_override(STRIPE_API_BASE="http://127.0.0.1:1"),
        pytest.raises(Unavailable, match="Stripe"),
    ):
        shop.page("toy_reports", sign_up_id=sign_up)

    assert shop.pay(shop.page("toy_reports", sign_up_id=sign_up)).status == 303


def test_two_at_once_are_sent_to_one_page(shop, in_public):
    def wish():
        return SignUpCheckout(
            sign_up_id=sign_up, email="a@x.example", success_url="http://x", cancel_url="http://x"
        )

    sign_up = new_id()

    first, second = checkout._intend(wish()), checkout._intend(wish())

    assert first.pk == second.pk


def test_a_page_that_another_worker_has_closed_stays_closed(shop):
    sign_up = new_id()
    shop.page("toy_reports", sign_up_id=sign_up)
    with pin(PUBLIC):
        stale = SignUpCheckout.objects.get()
        checkout._close(stale)
        checkout._close(stale)

    assert pages(sign_up) == [CheckoutState.CLOSED]
