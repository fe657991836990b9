"""Hosted Checkout."""

from __future__ import annotations

import pytest
import stripe

from tests.devstack.stripe.running import browse, pay


@pytest.fixture
def session(api, price):
    def open_one(**more):
        return api.checkout.sessions.create(
            {
                "mode": "subscription",
                "line_items": [
                    {"price": price(299_00).id, "quantity": 1},
                    {"price": price(49_00, "IB").id, "quantity": 2},
                ],
                "customer_email": "ada@alpha.example",
                "success_url": "http://broker.example/done?s={CHECKOUT_SESSION_ID}",
                "cancel_url": "http://broker.example/back",
                "metadata": {"sign_up": "007"},
                "subscription_data": {"metadata": {"sign_up": "007"}},
                **more,
            }
        )

    return open_one


def test_a_good_card_buys_every_line_at_once(api, session):
    opened = session()

    seen = pay(opened.url)

    done = api.checkout.sessions.retrieve(opened.id, {"expand": ["subscription", "customer"]})
    assert (seen.status, seen.location) == (303, f"http://broker.example/done?s={opened.id}")
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert done.subscription.status == "active"
    assert done.subscription.metadata["sign_up"] == "007"
    assert done.customer.email == "ada@alpha.example"
    assert [
        (item.price.unit_amount, item.quantity) for item in done.subscription["items"].data
    ] == [(299_00, 1), (49_00, 2)]
    paid = api.invoices.list({"customer": done.customer.id}).data
    assert [(one.status, one.total, one.amount_due) for one in paid] == [("paid", 397_00, 397_00)]


def test_the_page_shows_what_is_bought_and_what_is_due(session):
    seen = browse(session().url)

    assert seen.status == 200
    for text in ("Base", "$299.00", "IB", "$98.00", "$397.00", "ada@alpha.example"):
        assert text in seen.text
    assert 'href="http://broker.example/back"' in seen.text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"number": "4000000000000002"}, "Your card was declined."),
        ({"number": "4000000000000341"}, "Your card was declined."),
        ({"number": "4000 0000 0000 9995"}, "Your card has insufficient funds."),
        ({"number": "4242424242424241"}, "Your card number is incorrect."),
        ({"number": "hello"}, "Your card number is incorrect."),
    ],
)
def test_a_refused_card_leaves_nothing_half_made(api, local, session, form, sentence):
    opened = session()
    before = len(local.control("GET events"))

    seen = pay(opened.url, **form)

    assert (seen.status, sentence in seen.text) == (402, True)
    assert api.checkout.sessions.retrieve(opened.id).status == "open"
    assert api.customers.list().data == []
    assert api.subscriptions.list({"status": "all"}).data == []
    assert api.invoices.list().data == []
    assert api.payment_methods.list({"type": "card"}).data == []
    assert len(local.control("GET events")) == before


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("cardExpiry", "13 / 34", "expiration month is invalid"),
        ("cardExpiry", "12 / 20", "expiration year is in the past"),
        ("cardExpiry", "soon", "expiration date is incomplete"),
        ("cardCvc", "12", "security code is incomplete"),
    ],
)
def test_a_card_form_says_what_is_wrong(session, field, value, sentence):
    form = {"cardNumber": "4242424242424242", "cardExpiry": "12/34", "cardCvc": "123"}

    seen = browse(session().url, **(form | {field: value}))

    assert (seen.status, sentence in seen.text) == (402, True)


def test_a_declined_buyer_may_try_another_card(api, session):
    opened = session()
    pay(opened.url, "4000000000000002")

    assert pay(opened.url).status == 303
    assert api.checkout.sessions.retrieve(opened.id).status == "complete"


def test_paying_twice_buys_once(api, session):
    opened = session()
    pay(opened.url)

    again = pay(opened.url)

    assert again.status == 303
    assert len(api.subscriptions.list().data) == 1


def test_an_expired_page_takes_no_money(api, local, session):
    opened = session()

    expired = api.checkout.sessions.expire(opened.id)

    assert (expired.status, expired.url) == ("expired", None)
    assert "expired" in pay(opened.url).text
    assert api.subscriptions.list({"status": "all"}).data == []
    assert local.ear.next("checkout.session.expired").event["data"]["object"]["id"] == opened.id
    with pytest.raises(stripe.InvalidRequestError):
        api.checkout.sessions.expire(opened.id)


def test_a_trial_charges_nothing_today(api, session):
    opened = session(subscription_data={"trial_period_days": 14})

    seen = browse(opened.url)
    pay(opened.url, "4000000000000341")

    done = api.checkout.sessions.retrieve(opened.id, {"expand": ["subscription"]})
    assert "$0.00" in seen.text
    assert (done.payment_status, done.subscription.status) == ("no_payment_required", "trialing")


def test_a_promotion_code_lowers_the_first_invoice(api, session):
    coupon = api.coupons.create({"percent_off": 10, "duration": "once"})
    api.promotion_codes.create(
        {"code": "HELLO", "promotion": {"type": "coupon", "coupon": coupon.id}}
    )
    opened = session(allow_promotion_codes=True)

    wrong = pay(opened.url, promotionCode="NO")
    right = pay(opened.url, promotionCode="hello")

    assert (wrong.status, right.status) == (402, 303)
    assert [one.total for one in api.invoices.list().data] == [357_30]


def test_line_items_are_listed_and_expanded(api, session):
    opened = session(expand=["line_items"])

    listed = api.checkout.sessions.line_items.list(opened.id)

    assert [one.amount_total for one in opened.line_items.data] == [299_00, 98_00]
    assert [one.description for one in listed.data] == ["Base", "IB"]


@pytest.mark.parametrize(
    "change",
    [
        {"mode": "payment"},
        {"line_items": []},
        {"success_url": ""},
        {"customer": "cus_none", "customer_email": ""},
        {"line_items": [{"price": "price_none"}]},
    ],
)
def test_a_session_that_makes_no_sense_is_refused(session, change):
    with pytest.raises(stripe.InvalidRequestError):
        session(**change)
