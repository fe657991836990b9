"""Modules added to and removed from a running plan."""

from __future__ import annotations

import datetime as dt

import pytest

from billing import errors, queries, services
from billing.models import ChangeState, PlanChange
from billing.services import plans
from billing.services.plans import CHANGE_TAKES, PREVIEW_LIVES
from kernel import clock
from kernel.actor import Actor, ActorKind
from kernel.audit import entries
from kernel.errors import Unavailable
from kernel.ids import new_id
from kernel.money import Money
from tenants import errors as tenant_errors
from tenants import queries as tenants

ADA = Actor(kind=ActorKind.PERSON, id=new_id(), name="Ada")


@pytest.fixture
def broker(shop, alpha, in_public):
    """Alpha's subscription to one module; the test speaks in the vendor's schema."""
    row = shop.buy("toy_reports")
    services.bind_tenant(row.sign_up_id, alpha.info.id)
    return shop.again(row)


def active(place):
    return tenants.get_tenant(place.info.id).active_modules


def test_the_preview_is_what_the_invoice_says(shop, broker, alpha):
    shown = services.preview_addition(alpha.info.id, "toy_signals")

    services.add_module(alpha.info.id, "toy_signals", as_of=shown.as_of, by=ADA)
    shop.hear()

    newest = shop.stripe.api.invoices.list({"customer": broker.customer_id}).data[0]
    assert [(line.text, line.amount.minor) for line in shown.lines] == [
        (line.description, line.amount) for line in newest.lines.data
    ]
    assert (shown.total.minor, shown.due_now.minor) == (newest.total, newest.amount_due)
    assert 0 < shown.total.minor <= 99_00
    line = queries.invoices(tenant_id=alpha.info.id)[0]
    assert (line.state, line.total, line.due) == ("paid", shown.total, Money(0, "USD"))


def test_an_added_module_works_at_once_before_any_webhook(shop, broker, alpha, beta):
    services.add_module(alpha.info.id, "toy_signals", by=ADA)

    assert active(alpha) == {"toy_reports", "toy_signals"}
    assert active(beta) == frozenset()
    assert [one["modules"] for one in shop.told("billing.SubscriptionChanged")] == [
        ["toy_reports", "toy_signals"]
    ]
    noted = {entry.action: entry for entry in entries(about=broker)}
    changed = noted["billing.plan_changed"]
    assert (changed.actor_name, changed.changes) == (
        "Ada",
        {"added": ["toy_signals"], "removed": []},
    )


def test_a_module_brings_what_it_requires(broker, alpha):
    shown = services.preview_addition(alpha.info.id, "toy_copying")

    services.add_module(alpha.info.id, "toy_copying", as_of=shown.as_of, by=ADA)

    assert len(shown.lines) == 2
    assert active(alpha) == {"toy_copying", "toy_reports", "toy_signals"}
    assert queries.subscription_of(alpha.info.id).monthly == Money(466_99, "USD")


def test_a_removed_module_is_off_at_once_and_becomes_credit(shop, broker, alpha):
    shown = services.preview_removal(alpha.info.id, "toy_reports")

    services.remove_module(alpha.info.id, "toy_reports", as_of=shown.as_of, by=ADA)

    assert active(alpha) == frozenset()
    assert shown.due_now == Money(0, "USD")
    assert shown.total.minor < 0
    balance = shop.stripe.api.customers.retrieve(broker.customer_id).balance
    assert balance == shown.total.minor


def test_credit_lowers_what_the_next_module_costs_now(broker, alpha):
    services.remove_module(alpha.info.id, "toy_reports", by=ADA)

    shown = services.preview_addition(alpha.info.id, "toy_signals")

    assert shown.due_now < shown.total


@pytest.mark.parametrize(
    ("change", "key", "refusal"),
    [
        ("add_module", "toy_reports", errors.AlreadyInPlan),
        ("add_module", "magic", errors.UnknownModule),
        ("add_module", "trading", errors.UnknownModule),
        ("remove_module", "toy_signals", errors.NotInPlan),
        ("remove_module", "magic", errors.NotInPlan),
    ],
)
def test_changes_that_make_no_sense_are_refused(shop, broker, alpha, change, key, refusal):
    before = shop.stripe.control("GET events")

    with pytest.raises(refusal):
        getattr(services, change)(alpha.info.id, key, by=ADA)

    assert shop.stripe.control("GET events") == before
    assert active(alpha) == {"toy_reports"}
    assert PlanChange.objects.count() == 0


def test_what_another_module_requires_cannot_be_removed(broker, alpha):
    services.add_module(alpha.info.id, "toy_copying", by=ADA)

    with pytest.raises(errors.StillRequired, match="Signals is needed by Copying"):
        services.remove_module(alpha.info.id, "toy_signals", by=ADA)

    services.remove_module(alpha.info.id, "toy_copying", by=ADA)
    assert active(alpha) == {"toy_reports", "toy_signals"}


def test_a_broker_without_a_subscription_cannot_change_one(broker, beta):
    for call in (services.preview_addition, services.preview_removal):
        with pytest.raises(errors.NoSubscription):
            call(beta.info.id, "toy_reports")
    with pytest.raises(errors.NoSubscription):
        services.portal_url(beta.info.id, return_url="http://x.example")


def test_an_ended_subscription_is_none(shop, broker, alpha):
    shop.stripe.api.subscriptions.cancel(broker.stripe_id)
    shop.hear()

    with pytest.raises(errors.NoSubscription):
        services.add_module(alpha.info.id, "toy_signals", by=ADA)


def test_a_refused_card_leaves_the_plan_as_it_was(shop, broker, alpha):
    shop.use_card(broker, "pm_card_chargeCustomerFail")

    with pytest.raises(errors.CardRefused, match="declined"):
        services.add_module(alpha.info.id, "toy_signals", by=ADA)
    shop.hear()

    assert active(alpha) == {"toy_reports"}
    assert shop.again(broker).state == "active"
    assert shop.keys(broker) == ["platform", "toy_reports"]
    assert [one.state for one in PlanChange.objects.all()] == [ChangeState.REFUSED]
    shop.use_card(broker, "pm_card_visa")
    services.add_module(alpha.info.id, "toy_signals", by=ADA)
    assert active(alpha) == {"toy_reports", "toy_signals"}


def test_an_unpaid_plan_cannot_change(shop, broker, alpha):
    shop.use_card(broker, "pm_card_chargeCustomerFail")
    shop.pass_days(32)
    shop.hear()

    with pytest.raises(errors.PlanFrozen, match="Payment overdue"):
        services.add_module(alpha.info.id, "toy_signals", by=ADA)


@pytest.mark.parametrize("seconds", [-PREVIEW_LIVES.total_seconds() - 5, 60])
def test_a_price_that_was_not_shown_lately_is_not_taken(broker, alpha, seconds):
    as_of = int(clock.now().timestamp() + seconds)

    with pytest.raises(errors.PreviewTooOld):
        services.add_module(alpha.info.id, "toy_signals", as_of=as_of, by=ADA)

    assert active(alpha) == {"toy_reports"}


def test_two_changes_at_once_are_one(broker, alpha):
    PlanChange.objects.create(subscription=broker, added=["toy_signals"], as_of=1)

    with pytest.raises(errors.ChangeUnderWay):
        services.add_module(alpha.info.id, "toy_signals", by=ADA)


@pytest.mark.parametrize(("was_done", "state"), [(True, "done"), (False, "refused")])
def test_a_change_whose_worker_died_is_looked_up(shop, broker, alpha, was_done, state):
    services.sync_catalogue()
    price = shop.stripe.api.prices.list({"lookup_keys": ["atrium_toy_signals_monthly"]}).data[0]
    if was_done:
        items = {"items": [{"price": price.id}]}
        shop.stripe.api.subscriptions.update(broker.stripe_id, items)
    lost = PlanChange.objects.create(
        subscription=broker,
        added=["toy_signals"],
        as_of=1,
        created_at=clock.now() - CHANGE_TAKES - dt.timedelta(seconds=1),
    )

    services.add_module(alpha.info.id, "toy_copying", by=ADA)

    lost.refresh_from_db()
    assert lost.state == state
    assert active(alpha) == {"toy_copying", "toy_reports", "toy_signals"}


def test_a_stripe_that_falls_silent_is_asked_again_later(shop, broker, alpha, settings_override):
    shown = services.preview_addition(alpha.info.id, "toy_signals")

    with (
        settings_override(STRIPE_API_BASE="http://127.0.0.1:1"),
        pytest.raises(Unavailable),
    ):
        services.add_module(alpha.info.id, "toy_signals", as_of=shown.as_of, by=ADA)

    assert active(alpha) == {"toy_reports"}
    assert [one.state for one in PlanChange.objects.all()] == [ChangeState.OPEN]
    with clock.frozen(clock.now() + CHANGE_TAKES + dt.timedelta(seconds=1)):
        services.add_module(alpha.info.id, "toy_signals", by=ADA)
    assert active(alpha) == {"toy_reports", "toy_signals"}


def test_a_decided_change_cannot_be_decided_again(broker):
    change = PlanChange.objects.create(subscription=broker, as_of=1)
    change.move_to(ChangeState.DONE)

    with pytest.raises(errors.NoSuchMove):
        change.move_to(ChangeState.REFUSED)
    plans._decide(change, ChangeState.REFUSED)
    change.refresh_from_db()
    assert change.state == ChangeState.DONE


def test_modules_are_switched_off_and_on_without_a_bill(shop, broker, alpha):
    services.add_module(alpha.info.id, "toy_copying", by=ADA)
    before = len(shop.stripe.api.invoices.list().data)

    with pytest.raises(tenant_errors.StillNeeded):
        services.switch_off(alpha.info.id, "toy_signals", by=ADA)
    services.switch_off(alpha.info.id, "toy_copying", by=ADA)
    services.switch_off(alpha.info.id, "toy_signals", by=ADA)
    off = active(alpha)
    services.switch_on(alpha.info.id, "toy_copying", by=ADA)

    assert off == {"toy_reports"}
    assert active(alpha) == {"toy_copying", "toy_reports", "toy_signals"}
    assert len(shop.stripe.api.invoices.list().data) == before


def test_what_is_not_paid_for_cannot_be_switched_on(broker, alpha, beta):
    with pytest.raises(tenant_errors.NotEntitled):
        services.switch_on(beta.info.id, "toy_reports", by=ADA)

    assert active(beta) == frozenset()


def test_the_portal_is_stripes_page_of_this_customer(shop, broker, alpha):
    url = services.portal_url(alpha.info.id, return_url="http://alpha.localhost/office/")

    assert url.startswith(f"{shop.stripe.base}/p/session/")
