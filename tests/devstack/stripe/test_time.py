"""Trials, renewals, retries and the end, on a test clock."""

from __future__ import annotations

import time

import pytest
import stripe

DAY = 86_400


@pytest.fixture
def clock(api):
    made = api.test_helpers.test_clocks.create({"frozen_time": int(time.time())})

    class Clock:
        id = made.id
        now = made.frozen_time

        def advance(self, days: float):
            self.now = int(self.now + days * DAY)
            api.test_helpers.test_clocks.advance(self.id, {"frozen_time": self.now})

    return Clock()


@pytest.fixture
def running(api, price, payer, clock):
    def make(**more):
        customer = payer(test_clock=clock.id)
        return api.subscriptions.create(
            {"customer": customer.id, "items": [{"price": price(30_00).id}], **more}
        )

    return make


def use_card(api, subscription, card):
    method = api.payment_methods.attach(card, {"customer": subscription.customer})
    api.subscriptions.update(subscription.id, {"default_payment_method": method.id})


def history(api):
    return [(one.total, one.billing_reason, one.status) for one in api.invoices.list().data]


def test_a_trial_ends_in_a_paid_month(api, clock, running):
    made = running(trial_period_days=14)

    clock.advance(15)

    assert made.status == "trialing"
    assert api.subscriptions.retrieve(made.id).status == "active"
    assert history(api) == [
        (30_00, "subscription_cycle", "paid"),
        (0, "subscription_create", "paid"),
    ]


def test_every_month_that_passed_is_billed_once(api, clock, running):
    made = running()

    clock.advance(70)
    clock.advance(1)

    assert len(history(api)) == 3
    ends = api.subscriptions.retrieve(made.id)["items"].data[0].current_period_end
    assert ends > clock.now


def test_items_added_in_the_month_are_renewed_with_it(api, clock, price, running):
    made = running()
    clock.advance(10)
    api.subscriptions.update(made.id, {"items": [{"price": price(10_00, "IB").id}]})

    clock.advance(25)

    renewal = api.invoices.list().data[0]
    assert sorted(line.amount for line in renewal.lines.data)[-2:] == [10_00, 30_00]
    assert len(renewal.lines.data) == 3


def test_a_failing_card_is_past_due_is_retried_and_ends(api, local, clock, running):
    made = running()
    use_card(api, made, "pm_card_chargeCustomerFail")

    clock.advance(32)
    first = api.subscriptions.retrieve(made.id)
    owed = api.invoices.retrieve(first.latest_invoice)
    clock.advance(20)

    assert (first.status, owed.status, owed.attempt_count) == ("past_due", "open", 1)
    assert owed.next_payment_attempt > owed.created
    assert api.subscriptions.retrieve(made.id).status == "canceled"
    assert api.invoices.retrieve(owed.id).attempt_count == 4
    kinds = [one["type"] for one in local.control("GET events")]
    assert kinds.count("invoice.payment_failed") == 4
    assert kinds.count("customer.subscription.deleted") == 1


def test_a_new_card_recovers_at_the_next_retry(api, clock, running):
    made = running()
    use_card(api, made, "pm_card_chargeCustomerFail")
    clock.advance(32)
    use_card(api, made, "pm_card_visa")

    clock.advance(4)

    assert api.subscriptions.retrieve(made.id).status == "active"
    assert [status for *_, status in history(api)] == ["paid", "paid"]


def test_it_stays_past_due_while_an_older_invoice_is_unpaid(api, clock, running):
    made = running()
    use_card(api, made, "pm_card_chargeCustomerFail")
    clock.advance(32)
    owed = api.subscriptions.retrieve(made.id).latest_invoice
    use_card(api, made, "pm_card_visa")

    api.invoices.pay(owed)

    assert api.subscriptions.retrieve(made.id).status == "active"
    with pytest.raises(stripe.InvalidRequestError):
        api.invoices.pay(owed)


def test_a_plan_cancelled_at_the_end_ends_then_and_is_not_billed(api, clock, running):
    made = running()
    api.subscriptions.update(made.id, {"cancel_at_period_end": True})

    clock.advance(40)

    assert api.subscriptions.retrieve(made.id).status == "canceled"
    assert len(history(api)) == 1


def test_a_plan_cancelled_at_a_date_ends_on_it(api, clock, running):
    made = running()
    api.subscriptions.update(made.id, {"cancel_at": clock.now + 10 * DAY})

    clock.advance(11)

    ended = api.subscriptions.retrieve(made.id)
    assert (ended.status, ended.ended_at) == ("canceled", clock.now - DAY)


def test_a_trial_can_be_ended_now(api, clock, running):
    made = running(trial_period_days=14)

    updated = api.subscriptions.update(made.id, {"trial_end": "now"})

    assert updated.status == "active"
    assert history(api)[0] == (30_00, "subscription_cycle", "paid")


def test_a_clock_only_moves_forwards(api, clock):
    with pytest.raises(stripe.InvalidRequestError, match="forwards"):
        api.test_helpers.test_clocks.advance(clock.id, {"frozen_time": clock.now - 1})


def test_customers_without_a_clock_live_in_real_time(api, local, price, payer):
    api.subscriptions.create({"customer": payer().id, "items": [{"price": price(30_00).id}]})

    local.control("POST advance", seconds=32 * DAY)

    assert len(history(api)) == 2
