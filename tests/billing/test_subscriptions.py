"""What a subscription entitles to, from the first payment to the end."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from billing import queries, services, stripe_gateway
from billing.errors import NoSuchMove
from billing.models import SignUpCheckout, Subscription, SubscriptionState
from billing.services import subscriptions
from kernel import clock
from kernel.actor import Actor
from kernel.audit import entries
from kernel.ids import new_id
from kernel.pin import PUBLIC, pin
from tenants import queries as tenants
from tenants import services as tenancy

DAY = dt.timedelta(days=1)


@pytest.fixture
def broker(shop, alpha):
    """Alpha's running subscription to one module."""
    row = shop.buy("toy_reports")
    with pin(PUBLIC):
        services.bind_tenant(row.sign_up_id, alpha.info.id)
    return shop.again(row)


def modules_of(place):
    with pin(PUBLIC):
        line = tenants.get_tenant(place.info.id)
    return line.entitled_modules, line.active_modules


def fail_next_payment(shop, row):
    shop.use_card(row, "pm_card_chargeCustomerFail")
    shop.pass_days(32)
    shop.hear()


def test_binding_a_tenant_entitles_it_at_once_and_once(shop, broker, alpha, beta):
    with pin(PUBLIC):
        services.bind_tenant(broker.sign_up_id, alpha.info.id)
        noted = [entry.action for entry in entries(about=broker)]

    assert modules_of(alpha) == (frozenset({"toy_reports"}), frozenset({"toy_reports"}))
    assert modules_of(beta) == (frozenset(), frozenset())
    assert noted.count("billing.tenant_bound") == 1


def test_nobody_is_bound_who_has_not_paid(shop, alpha):
    sign_up = new_id()
    shop.page("toy_reports", sign_up_id=sign_up)

    with pin(PUBLIC), pytest.raises(Subscription.DoesNotExist):
        services.bind_tenant(sign_up, alpha.info.id)
    assert modules_of(alpha) == (frozenset(), frozenset())


def test_entitled_modules_are_those_that_are_paid(broker, alpha, beta):
    with pin(PUBLIC):
        assert services.entitled_modules(alpha.info.id) == {"toy_reports"}
        assert services.entitled_modules(beta.info.id) == frozenset()


def test_a_failed_payment_is_grace_with_a_date_and_changes_no_module(shop, broker, alpha):
    before = clock.now()

    fail_next_payment(shop, broker)

    row = shop.again(broker)
    assert row.state == SubscriptionState.GRACE
    assert before + 14 * DAY <= row.grace_until_at <= clock.now() + 14 * DAY
    assert modules_of(alpha) == (frozenset({"toy_reports"}), frozenset({"toy_reports"}))
    told = shop.told("billing.SubscriptionChanged")
    assert [one["state"] for one in told] == ["grace"]
    with pin(PUBLIC):
        revenue = queries.revenue()
    assert revenue.at_risk == revenue.monthly


def test_more_bad_news_does_not_prolong_the_grace(shop, broker):
    fail_next_payment(shop, broker)
    first = shop.again(broker).grace_until_at

    with pin(PUBLIC), clock.frozen(clock.now() + DAY):
        services.follow_subscription(broker.stripe_id)

    assert shop.again(broker).grace_until_at == first


def test_after_the_grace_the_modules_rest_and_the_doors_stay_open(shop, broker, alpha, beta):
    fail_next_payment(shop, broker)

    with pin(PUBLIC):
        early = services.end_grace()
        with clock.frozen(clock.now() + 14 * DAY):
            ended, again = services.end_grace(), services.end_grace()
            services.follow_subscription(broker.stripe_id)

    assert (early, ended, again) == (0, 1, 0)
    assert shop.again(broker).state == SubscriptionState.SUSPENDED
    assert modules_of(alpha) == (frozenset(), frozenset())
    with pin(PUBLIC):
        assert tenants.get_tenant(alpha.info.id).state == "live"
        assert services.entitled_modules(alpha.info.id) == frozenset()


def test_news_after_the_grace_suspend_by_themselves(shop, broker, alpha):
    fail_next_payment(shop, broker)

    with pin(PUBLIC), clock.frozen(clock.now() + 15 * DAY):
        services.follow_subscription(broker.stripe_id)

    assert shop.again(broker).state == SubscriptionState.SUSPENDED
    assert modules_of(alpha) == (frozenset(), frozenset())


def test_a_payment_that_comes_between_ends_no_grace(shop, broker):
    fail_next_payment(shop, broker)
    with pin(PUBLIC):
        Subscription.objects.update(state="active")

    with pin(PUBLIC), clock.frozen(clock.now() + 15 * DAY):
        assert subscriptions._end_one_grace(broker.pk) is False


@pytest.mark.parametrize("days", [1, 20])
def test_paying_brings_everything_back(shop, broker, alpha, days):
    fail_next_payment(shop, broker)
    with pin(PUBLIC), clock.frozen(clock.now() + days * DAY):
        services.end_grace()
    owed = shop.stripe.api.subscriptions.retrieve(broker.stripe_id).latest_invoice

    shop.use_card(broker, "pm_card_visa")
    shop.stripe.api.invoices.pay(owed)
    shop.hear()

    row = shop.again(broker)
    assert (row.state, row.grace_until_at) == (SubscriptionState.ACTIVE, None)
    assert modules_of(alpha) == (frozenset({"toy_reports"}), frozenset({"toy_reports"}))
    with pin(PUBLIC):
        assert {line.state for line in queries.invoices(tenant_id=alpha.info.id)} == {"paid"}


def test_a_plan_that_will_end_says_when_and_runs_on(shop, broker, alpha):
    shop.stripe.api.subscriptions.update(broker.stripe_id, {"cancel_at_period_end": True})

    shop.hear()

    row = shop.again(broker)
    assert (row.state, row.ends_at) == (SubscriptionState.ACTIVE, row.period_end_at)
    assert modules_of(alpha)[1] == {"toy_reports"}


def test_the_end_closes_the_doors_and_keeps_the_books(shop, broker, alpha, beta):
    shop.stripe.api.subscriptions.update(broker.stripe_id, {"cancel_at_period_end": True})
    shop.pass_days(32)

    shop.hear()

    row = shop.again(broker)
    assert (row.state, row.ended_at is not None) == (SubscriptionState.ENDED, True)
    assert modules_of(alpha) == (frozenset(), frozenset())
    with pin(PUBLIC):
        closed, other = tenants.get_tenant(alpha.info.id), tenants.get_tenant(beta.info.id)
        assert len(queries.invoices(tenant_id=alpha.info.id)) == 1
        assert queries.revenue().by_broker == ()
    assert (closed.state, other.state) == ("suspended", "live")
    assert [one["tenant_id"] for one in shop.told("billing.SubscriptionEnded")] == [
        str(alpha.info.id)
    ]


def test_what_has_ended_stays_ended(shop, broker):
    shop.stripe.api.subscriptions.cancel(broker.stripe_id)
    shop.hear()
    with pin(PUBLIC):
        services.follow_subscription(broker.stripe_id)
        row = Subscription.objects.get(pk=broker.pk)
        with pytest.raises(NoSuchMove):
            row.move_to(SubscriptionState.ACTIVE)

    assert shop.again(broker).state == SubscriptionState.ENDED
    assert len(shop.told("billing.SubscriptionEnded")) == 1


def test_the_end_of_a_broker_that_is_closed_already(shop, broker, alpha):
    with pin(PUBLIC):
        tenancy.suspend(alpha.info.id, reason="by hand", by=Actor.system("tests"))
    shop.stripe.api.subscriptions.cancel(broker.stripe_id)

    shop.hear()

    with pin(PUBLIC):
        assert tenants.get_tenant(alpha.info.id).suspended_because == "by hand"


def test_an_end_before_a_tenant_was_bound(shop):
    row = shop.buy("toy_reports")
    shop.stripe.api.subscriptions.cancel(row.stripe_id)

    shop.hear()

    assert shop.again(row).state == SubscriptionState.ENDED
    assert [one["tenant_id"] for one in shop.told("billing.SubscriptionEnded")] == [None]


def test_a_first_payment_that_waits_starts_nothing(shop):
    sign_up = new_id()
    shop.pay(shop.page("toy_reports", sign_up_id=sign_up))
    shop.news()
    with pin(PUBLIC):
        page = SignUpCheckout.objects.get()
    fact = _fact_of(shop, page, status="incomplete")

    with pin(PUBLIC):
        subscriptions.record_subscription(fact, subscriptions.ask(fact.id))

    assert shop.row(sign_up).state == SubscriptionState.WAITING
    assert shop.told("billing.SubscriptionStarted") == []
    shop.sweep()
    assert shop.row(sign_up).state == SubscriptionState.ACTIVE
    assert len(shop.told("billing.SubscriptionStarted")) == 1


def _fact_of(shop, page, **changes):
    session = stripe_gateway.checkout(page.session_id)
    return replace(stripe_gateway.subscription(session.subscription_id), **changes)


def test_an_answer_to_an_older_question_is_dropped(shop, broker):
    with pin(PUBLIC):
        early, late = (subscriptions.ask(broker.stripe_id) for _ in range(2))
        page = SignUpCheckout.objects.get()
        now = _fact_of(shop, page)
        old = _fact_of(shop, page, status="past_due")

        subscriptions.record_subscription(now, late)
        subscriptions.record_subscription(old, early)

    assert shop.again(broker).state == SubscriptionState.ACTIVE


def test_an_unknown_word_of_stripes_suspends_rather_than_gives(shop, broker, alpha):
    with pin(PUBLIC):
        page = SignUpCheckout.objects.get()
        fact = _fact_of(shop, page, status="hibernating")
        subscriptions.record_subscription(fact, subscriptions.ask(fact.id))

    assert shop.again(broker).state == SubscriptionState.SUSPENDED
    assert modules_of(alpha)[0] == frozenset()


def test_a_sign_up_that_paid_on_two_pages_keeps_one_and_gets_credit(shop):
    sign_up = new_id()
    first = shop.page("toy_reports", sign_up_id=sign_up)
    with pin(PUBLIC):
        SignUpCheckout.objects.update(state="closed")
    second = shop.page("toy_reports", sign_up_id=sign_up)

    shop.pay(first)
    shop.pay(second)
    shop.hear()
    shop.hear()

    with pin(PUBLIC):
        rows = Subscription.objects.filter(sign_up_id=sign_up)
        states = sorted((row.state, row.started_at is not None) for row in rows)
        ended = rows.get(state="ended")
    assert states == [("active", True), ("ended", False)]
    assert len(shop.told("billing.SubscriptionStarted")) == 1
    assert shop.stripe.api.customers.retrieve(ended.customer_id).balance < -318_00
