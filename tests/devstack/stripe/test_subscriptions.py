"""Subscriptions of many items, and what changing them costs."""

from __future__ import annotations

import time

import pytest
import stripe

from devstack.stripe.periods import add_period, share


@pytest.fixture
def running(api, price, payer):
    """A subscription of one item, bought now."""
    return api.subscriptions.create(
        {"customer": payer().id, "items": [{"price": price(300_00).id}]}
    )


def halfway(running) -> int:
    item = running["items"].data[0]
    return (item.current_period_start + item.current_period_end) // 2


def changed(api, running, items, **more):
    return api.subscriptions.update(
        running.id, {"items": items, "proration_behavior": "always_invoice", **more}
    )


def preview(api, running, items, at, behaviour="always_invoice"):
    details = {"items": items, "proration_behavior": behaviour, "proration_date": at}
    return api.invoices.create_preview(
        {"subscription": running.id, "subscription_details": details}
    )


def test_several_items_are_billed_on_one_invoice(api, price, payer):
    customer = payer()

    made = api.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": price(20_00).id}, {"price": price(5_00).id, "quantity": 2}],
            "expand": ["latest_invoice"],
        }
    )

    assert (made.status, made.latest_invoice.total) == ("active", 30_00)
    assert made.latest_invoice.parent.subscription_details.subscription == made.id


def test_prices_of_different_months_do_not_mix(api, price, payer):
    yearly = api.prices.create(
        {
            "product_data": {"name": "Year"},
            "currency": "usd",
            "unit_amount": 1,
            "recurring": {"interval": "year"},
        }
    )

    wanted = {"customer": payer().id, "items": [{"price": price(1).id}, {"price": yearly.id}]}
    with pytest.raises(stripe.InvalidRequestError, match="share interval"):
        api.subscriptions.create(wanted)


def test_the_preview_of_an_addition_is_its_invoice(api, price, running):
    items = [{"price": price(99_00, "IB").id}]
    at = halfway(running)

    shown = preview(api, running, items, at)
    api_lines = [(line.description, line.amount) for line in shown.lines.data]
    updated = changed(api, running, items, proration_date=at, expand=["latest_invoice"])

    invoiced = updated.latest_invoice
    assert (shown.total, shown.amount_due) == (49_50, 49_50)
    assert [(line.description, line.amount) for line in invoiced.lines.data] == api_lines
    assert (invoiced.total, invoiced.status, invoiced.billing_reason) == (
        49_50,
        "paid",
        "subscription_update",
    )
    assert len(updated["items"].data) == 2


def test_removing_an_item_becomes_credit_for_the_next_invoice(api, price, running):
    both = changed(api, running, [{"price": price(99_00, "IB").id}])
    at = halfway(running)
    gone = [{"id": both["items"].data[1].id, "deleted": True}]

    shown = preview(api, running, gone, at)
    changed(api, running, gone, proration_date=at)

    customer = api.customers.retrieve(running.customer)
    assert (shown.total, shown.amount_due) == (-49_50, 0)
    assert customer.balance == -49_50
    again = preview(api, running, [{"price": price(200_00, "CRM").id}], at)
    assert (again.total, again.amount_due) == (100_00, 50_50)


def test_a_dearer_price_charges_the_difference(api, price, running):
    item = running["items"].data[0]

    shown = preview(
        api, running, [{"id": item.id, "price": price(500_00, "Pro").id}], halfway(running)
    )

    assert [line.amount for line in shown.lines.data] == [-150_00, 250_00]


def test_a_preview_changes_nothing(api, local, price, running):
    items = [{"price": price(99_00, "IB").id}]
    before = len(local.control("GET events"))

    preview(api, running, items, halfway(running))

    assert len(api.subscriptions.retrieve(running.id)["items"].data) == 1
    assert len(api.invoices.list().data) == 1
    assert len(local.control("GET events")) == before


def test_prorations_may_wait_for_the_next_invoice(api, price, running):
    at = halfway(running)
    items = [{"price": price(100_00, "IB").id}]
    api.subscriptions.update(running.id, {"items": items, "proration_date": at})

    upcoming = api.invoices.create_preview({"subscription": running.id})

    assert [line.amount for line in upcoming.lines.data] == [300_00, 100_00, 50_00]
    assert [one.amount for one in api.invoice_items.list().data] == [50_00]


def test_no_proration_when_none_is_asked_for(api, price, running):
    api.subscriptions.update(
        running.id, {"items": [{"price": price(1_00).id}], "proration_behavior": "none"}
    )

    assert api.invoice_items.list().data == []


def test_a_card_that_refuses_leaves_the_plan_as_it_was(api, price, payer, running):
    bad = api.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": running.customer})
    api.subscriptions.update(running.id, {"default_payment_method": bad.id})

    with pytest.raises(stripe.CardError) as refused:
        changed(
            api,
            running,
            [{"price": price(99_00, "IB").id}],
            payment_behavior="error_if_incomplete",
        )

    assert refused.value.code == "card_declined"
    assert len(api.subscriptions.retrieve(running.id)["items"].data) == 1
    assert len(api.invoices.list().data) == 1


def test_by_default_a_card_that_refuses_makes_the_plan_past_due(api, price, running):
    bad = api.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": running.customer})
    api.subscriptions.update(running.id, {"default_payment_method": bad.id})

    updated = changed(api, running, [{"price": price(99_00, "IB").id}])

    assert updated.status == "past_due"
    assert api.invoices.retrieve(updated.latest_invoice).status == "open"


def test_a_first_payment_that_fails_is_incomplete_until_paid(api, price, payer):
    customer = payer("pm_card_chargeCustomerFail")
    made = api.subscriptions.create(
        {"customer": customer.id, "items": [{"price": price(10_00).id}]}
    )
    good = api.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    api.customers.update(customer.id, {"invoice_settings": {"default_payment_method": good.id}})

    paid = api.invoices.pay(made.latest_invoice)

    assert (made.status, paid.status) == ("incomplete", "paid")
    assert api.subscriptions.retrieve(made.id).status == "active"


def test_a_failed_payment_counts_though_it_answers_an_error(api, price, payer):
    customer = payer("pm_card_chargeCustomerFail")
    made = api.subscriptions.create(
        {"customer": customer.id, "items": [{"price": price(10_00).id}]}
    )

    with pytest.raises(stripe.CardError):
        api.invoices.pay(made.latest_invoice)

    assert api.invoices.retrieve(made.latest_invoice).attempt_count == 2


def test_items_have_calls_of_their_own(api, price, running):
    added = api.subscription_items.create(
        {"subscription": running.id, "price": price(10_00, "IB").id}
    )
    api.subscription_items.update(added.id, {"quantity": 3})
    listed = api.subscription_items.list({"subscription": running.id}).data
    gone = api.subscription_items.delete(added.id)

    assert [item.quantity for item in listed] == [1, 3]
    assert gone.deleted is True
    assert len(api.subscriptions.retrieve(running.id)["items"].data) == 1


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        (lambda own: {"price": own.price.id}, "same price"),
        (lambda own: {"id": own.id, "deleted": True}, "at least one item"),
        (lambda own: {"id": "si_none"}, "No such subscription_item"),
        (lambda own: {"price": "price_none"}, "No such price"),
    ],
)
def test_changes_that_make_no_sense_are_refused(api, running, item, sentence):
    with pytest.raises(stripe.InvalidRequestError, match=sentence):
        changed(api, running, [item(running["items"].data[0])])


def test_an_archived_price_cannot_be_bought(api, price, running):
    old = price(10_00)
    api.prices.update(old.id, {"active": False})

    with pytest.raises(stripe.InvalidRequestError, match="inactive"):
        changed(api, running, [{"price": old.id}])


def test_cancelling_with_credit_bills_the_rest_back(api, running):
    api.subscriptions.cancel(running.id, {"prorate": True, "invoice_now": True})

    ended = api.subscriptions.retrieve(running.id)
    balance = api.customers.retrieve(running.customer).balance
    assert (ended.status, ended.ended_at is not None) == ("canceled", True)
    assert -300_00 <= balance < -299_00
    with pytest.raises(stripe.InvalidRequestError):
        api.subscriptions.cancel(running.id)


def test_cancelling_at_the_end_can_be_taken_back(api, running):
    leaving = api.subscriptions.update(running.id, {"cancel_at_period_end": True})
    staying = api.subscriptions.update(running.id, {"cancel_at_period_end": False})

    assert (leaving.cancel_at_period_end, staying.cancel_at_period_end) == (True, False)


def test_metadata_is_merged_and_an_empty_value_deletes(api, running):
    api.subscriptions.update(running.id, {"metadata": {"a": "1", "b": "2"}})

    updated = api.subscriptions.update(running.id, {"metadata": {"a": "", "c": "3"}})

    assert updated.metadata.to_dict() == {"b": "2", "c": "3"}


def test_a_fixed_coupon_comes_off_each_month_it_lasts(api, price, payer):
    coupon = api.coupons.create(
        {
            "amount_off": 5_00,
            "currency": "usd",
            "duration": "repeating",
            "duration_in_months": 2,
        }
    )
    clock = api.test_helpers.test_clocks.create({"frozen_time": int(time.time())})
    made = api.subscriptions.create(
        {
            "customer": payer(test_clock=clock.id).id,
            "items": [{"price": price(20_00).id}],
            "discounts": [{"coupon": coupon.id}],
        }
    )
    for _ in range(2):
        item = api.subscriptions.retrieve(made.id)["items"].data[0]
        api.test_helpers.test_clocks.advance(
            clock.id, {"frozen_time": item.current_period_end + 60}
        )

    totals = [one.total for one in api.invoices.list().data]
    assert totals == [20_00, 15_00, 15_00]


def test_one_time_items_join_the_next_invoice(api, price, payer):
    customer = payer()
    api.invoice_items.create(
        {"customer": customer.id, "amount": 7_00, "currency": "usd", "description": "Set-up"}
    )

    made = api.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": price(20_00).id}],
            "expand": ["latest_invoice"],
        }
    )

    assert made.latest_invoice.total == 27_00


def test_an_invoice_by_hand_is_finalised_paid_or_voided(api, payer):
    customer = payer()

    def one():
        item = {"customer": customer.id, "amount": 7_00, "currency": "usd"}
        api.invoice_items.create(item)
        draft = api.invoices.create({"customer": customer.id})
        return api.invoices.finalize_invoice(draft.id)

    paid, voided = api.invoices.pay(one().id), api.invoices.void_invoice(one().id)

    assert (paid.status, voided.status) == ("paid", "void")
    for refused in (api.invoices.pay, api.invoices.finalize_invoice, api.invoices.void_invoice):
        with pytest.raises(stripe.InvalidRequestError):
            refused(paid.id)


def test_shares_are_rounded_half_away_from_zero_and_lose_nothing():
    assert [share(1, 1, 2), share(-1, 1, 2), share(100, 1, 3), share(5, 1, 0)] == [1, -1, 33, 0]


def test_a_month_from_the_last_of_january_ends_in_february():
    january = 1_769_860_800  # 2026-01-31 12:00 UTC

    assert add_period(january, "month") == january + 28 * 86_400
    assert add_period(january, "week", 2) == january + 14 * 86_400
    assert add_period(january, "year") == january + 365 * 86_400
