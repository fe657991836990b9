"""The billing portal and the page of an invoice."""

from __future__ import annotations

import pytest

from tests.devstack.stripe.running import browse, pay


@pytest.fixture
def running(api, price, payer):
    return api.subscriptions.create(
        {"customer": payer().id, "items": [{"price": price(300_00).id}]}
    )


@pytest.fixture
def page(api, running):
    made = api.billing_portal.sessions.create(
        {"customer": running.customer, "return_url": "http://broker.example/modules"}
    )
    return made.url


def owe(api, running, price):
    """Leave the customer with an unpaid invoice; return it."""
    bad = api.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": running.customer})
    api.subscriptions.update(running.id, {"default_payment_method": bad.id})
    items = [{"price": price(99_00, "IB").id}]
    wanted = {"items": items, "proration_behavior": "always_invoice"}
    return api.subscriptions.update(running.id, wanted).latest_invoice


def test_it_shows_plan_card_and_invoices(page):
    seen = browse(page)

    for text in ("Base", "$300.00", "active", "Visa •••• 4242", "LOCAL-00001", "Renews on"):
        assert text in seen.text
    assert 'href="http://broker.example/modules"' in seen.text


def test_a_new_card_pays_from_then_on(api, page, running):
    seen = pay(page, "5555555555554444", action="card")

    method = api.subscriptions.retrieve(running.id).default_payment_method
    assert seen.status == 303
    assert api.payment_methods.retrieve(method).card.brand == "mastercard"
    assert "Mastercard •••• 4444" in browse(page).text


def test_a_refused_card_changes_nothing(api, page, running):
    seen = pay(page, "4000000000000002", action="card")

    assert (seen.status, "Your card was declined." in seen.text) == (402, True)
    assert api.subscriptions.retrieve(running.id).default_payment_method is None


def test_cancelling_and_keeping_the_plan(api, page, running):
    browse(page, action="cancel", id=running.id)
    leaving = api.subscriptions.retrieve(running.id).cancel_at_period_end
    text = browse(page).text
    browse(page, action="renew", id=running.id)

    assert leaving is True
    assert "Keep the plan" in text
    assert api.subscriptions.retrieve(running.id).cancel_at_period_end is False


def test_an_unpaid_invoice_is_paid_with_a_new_card(api, page, price, running):
    invoice = owe(api, running, price)

    failed = browse(page, action="pay", id=invoice)
    pay(page, action="card")
    paid = browse(page, action="pay", id=invoice)

    assert (failed.status, paid.status) == (402, 303)
    assert api.invoices.retrieve(invoice).status == "paid"
    assert api.subscriptions.retrieve(running.id).status == "active"


def test_the_page_of_an_invoice_takes_the_payment_too(api, page, price, running):
    invoice = api.invoices.retrieve(owe(api, running, price))
    url = invoice.hosted_invoice_url

    failed = browse(url, action="pay")
    pay(page, action="card")
    paid = browse(url, action="pay")

    assert (failed.status, paid.status) == (402, 303)
    assert "$0.00" in browse(url).text


def test_nobody_touches_what_is_another_customers(api, page, payer, price):
    other = api.subscriptions.create({"customer": payer().id, "items": [{"price": price(1_00).id}]})

    seen = browse(page, action="cancel", id=other.id)

    assert (seen.status, "No such object" in seen.text) == (402, True)
    assert api.subscriptions.retrieve(other.id).cancel_at_period_end is False


def test_texts_of_customers_are_escaped(api, price):
    customer = api.customers.create({"email": "<script>@x"})
    page = api.billing_portal.sessions.create({"customer": customer.id})

    seen = browse(page.url)

    assert "<script>" not in seen.text
    assert "There is no running plan." in seen.text


def test_unknown_pages_are_not_there(local):
    assert browse(f"{local.base}/nothing").status == 404
    assert browse(f"{local.base}/c/pay/cs_none").status == 404
    assert "Local Stripe" in browse(f"{local.base}/").text
    assert browse(f"{local.base}/style.css").status == 200
