"""The API as a whole: keys, idempotency, lists, errors, and what survives a restart."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from devstack.stripe.wire import parse
from tests.devstack.stripe.running import Ear, local_stripe


def test_a_repeated_key_answers_the_same_and_does_it_once(api):
    key = {"idempotency_key": "k1"}

    one, two = (api.customers.create({"email": "a@x.example"}, key) for _ in range(2))

    assert one.id == two.id
    assert len(api.customers.list().data) == 1


def test_a_repeated_key_with_other_parameters_is_an_error(api):
    key = {"idempotency_key": "k1"}
    api.customers.create({"email": "a@x.example"}, key)

    with pytest.raises(stripe.IdempotencyError):
        api.customers.create({"email": "b@x.example"}, key)


def test_a_refused_card_is_remembered_and_a_mistake_is_not(api, price, payer):
    customer, key = payer("pm_card_chargeCustomerFail"), {"idempotency_key": "k2"}
    cost = price(10_00).id

    def buy(price_id):
        api.subscriptions.create(
            {
                "customer": customer.id,
                "items": [{"price": price_id}],
                "payment_behavior": "error_if_incomplete",
            },
            key,
        )

    for _ in range(2):
        with pytest.raises(stripe.CardError):
            buy(cost)
    with pytest.raises(stripe.IdempotencyError):
        buy("price_none")
    wrong = {"idempotency_key": "k3"}
    with pytest.raises(stripe.InvalidRequestError):
        api.prices.create({"currency": "usd", "unit_amount": 1, "product": "prod_none"}, wrong)
    product = api.products.create({"name": "Now right"})
    wanted = {"currency": "usd", "unit_amount": 1, "product": product.id}
    assert api.prices.create(wanted, wrong).product == product.id


def test_lookup_keys_name_one_price_and_can_be_handed_on(api, price):
    old = price(10_00, lookup_key="ib_monthly")
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        price(12_00, lookup_key="ib_monthly")

    new = price(12_00, lookup_key="ib_monthly", transfer_lookup_key=True)

    found = api.prices.list({"lookup_keys": ["ib_monthly", "other"]}).data
    assert [one.id for one in found] == [new.id]
    assert api.prices.retrieve(old.id).lookup_key is None


def test_lists_are_cut_into_pages_newest_first(api):
    made = [api.customers.create({"email": f"{n}@x.example"}).id for n in range(5)]

    first = api.customers.list({"limit": 2})
    everyone = [one.id for one in api.customers.list({"limit": 2}).auto_paging_iter()]
    back = api.customers.list({"limit": 2, "ending_before": made[0]})

    assert [one.id for one in first.data] == [made[4], made[3]]
    assert first.has_more is True
    assert everyone == made[::-1]
    assert [one.id for one in back.data] == [made[2], made[1]]


@pytest.mark.parametrize("limit", [0, 101])
def test_a_page_holds_one_to_a_hundred(api, limit):
    with pytest.raises(stripe.InvalidRequestError):
        api.customers.list({"limit": limit})


def test_lists_are_filtered(api, price, payer):
    mine, other = payer(), payer()
    for customer in (mine, other):
        api.subscriptions.create({"customer": customer.id, "items": [{"price": price(1_00).id}]})
    running = api.subscriptions.list({"customer": mine.id}).data[0]
    api.subscriptions.cancel(running.id)

    assert api.subscriptions.list({"customer": mine.id}).data == []
    every = api.subscriptions.list({"customer": mine.id, "status": "all"}).data
    assert [one.id for one in every] == [running.id]
    assert len(api.subscriptions.list({"status": "active"}).data) == 1
    moment = running.created
    kinds = ["customer.created", "price.created"]
    events = api.events.list({"types": kinds, "created": {"gte": moment - 5}, "limit": 50}).data
    assert {one.type for one in events} == set(kinds)
    assert api.events.list({"created": {"gt": moment + 60}}).data == []
    assert api.events.list({"created": {"lt": 1}}).data == []
    assert api.events.list({"created": 1}).data == []


def test_plain_objects_are_updated_and_deleted(api, payer):
    customer = payer(metadata={"tenant": "007"})
    product = api.products.create({"name": "Old"})

    renamed = api.products.update(product.id, {"name": "New", "description": ""})
    api.customers.update(customer.id, {"metadata": {"tier": "1"}})
    found = api.customers.retrieve(customer.id)
    gone = api.customers.delete(customer.id)

    assert (renamed.name, renamed.description) == ("New", None)
    assert found.metadata.to_dict() == {"tenant": "007", "tier": "1"}
    assert found.invoice_settings.default_payment_method is not None
    assert gone.deleted is True
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        api.customers.retrieve(customer.id)


def test_deleting_a_customer_ends_its_subscriptions(api, payer, price):
    customer = payer()
    made = api.subscriptions.create({"customer": customer.id, "items": [{"price": price(1_00).id}]})

    api.customers.delete(customer.id)

    assert api.subscriptions.retrieve(made.id).status == "canceled"


def test_cards_are_made_detached_and_refused(api, payer):
    customer = payer()
    good = {"number": "4242424242424242", "exp_month": 1, "exp_year": 2034, "cvc": "123"}
    made = api.payment_methods.create({"type": "card", "card": good})
    api.payment_methods.attach(made.id, {"customer": customer.id})
    by_token = api.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    declined = {**good, "number": "4000000000000002"}
    refused = api.payment_methods.create({"type": "card", "card": declined})

    assert api.payment_methods.detach(made.id).customer is None
    assert by_token.card.last4 == "4242"
    with pytest.raises(stripe.CardError, match="declined"):
        api.payment_methods.attach(refused.id, {"customer": customer.id})
    for card in ({}, {"token": "tok_none"}):
        with pytest.raises(stripe.InvalidRequestError):
            api.payment_methods.create({"type": "card", "card": card})
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_methods.create({"type": "iban"})
    assert api.setup_intents.create({"customer": customer.id}).client_secret


def test_a_customer_without_a_card_cannot_pay(api, price):
    customer = api.customers.create({"email": "poor@x.example"})

    made = api.subscriptions.create({"customer": customer.id, "items": [{"price": price(1_00).id}]})

    assert made.status == "incomplete"


def test_coupons_are_one_kind_or_the_other(api):
    for wrong in ({}, {"percent_off": 5, "amount_off": 5}):
        with pytest.raises(stripe.InvalidRequestError):
            api.coupons.create(wrong)


def test_a_payment_is_refunded(api, payer, price):
    api.subscriptions.create({"customer": payer().id, "items": [{"price": price(9_00).id}]})
    intent = api.payment_intents.list().data[0]

    refund = api.refunds.create({"payment_intent": intent.id})

    assert (refund.amount, refund.status) == (9_00, "succeeded")


def test_expanding_reaches_into_lists(api, payer, price):
    made = api.subscriptions.create({"customer": payer().id, "items": [{"price": price(9_00).id}]})

    found = api.subscriptions.retrieve(
        made.id, {"expand": ["customer", "latest_invoice", "items.data.price.product"]}
    )
    listed = api.subscriptions.list({"expand": ["data.customer"]}).data[0]

    assert found["items"].data[0].price.product.name == "Base"
    assert found.latest_invoice.customer == found.customer.id == listed.customer.id


@pytest.mark.parametrize(
    ("key", "base_path"),
    [("sk_test_another", "/v1/customers"), ("sk_test_another", "/control/events")],
)
def test_another_key_opens_nothing(local, key, base_path):
    request = urllib.request.Request(
        local.base + base_path, headers={"Authorization": f"Bearer {key}"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    with refused.value as answer:
        assert answer.status == 401


def test_the_real_library_says_that_a_key_is_wrong(local):
    stranger = stripe.StripeClient("sk_test_another", base_addresses={"api": local.base})

    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.customers.list()


def test_another_host_name_is_not_answered(local):
    request = urllib.request.Request(f"{local.base}/", headers={"Host": "evil.example"})

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    with refused.value as answer:
        assert answer.status == 421


def test_a_call_it_does_not_have_says_so(local):
    request = urllib.request.Request(
        f"{local.base}/v1/plans", headers={"Authorization": f"Bearer {local.key}"}
    )

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    with refused.value as answer:
        assert "does not have it" in json.load(answer)["error"]["message"]


@pytest.mark.parametrize(
    ("call", "wanted"),
    [("POST behaviour", {"colour": "red"}), ("POST send", {"event": "evt_none"}), ("GET none", {})],
)
def test_control_refuses_what_it_does_not_know(local, call, wanted):
    with pytest.raises(urllib.error.HTTPError) as refused:
        local.control(call, **wanted)
    refused.value.close()


def test_everything_survives_a_restart(tmp_path):
    ear = Ear()
    ear.status = 500
    with local_stripe(tmp_path, ear) as first:
        made = first.api.customers.create({"email": "a@x.example"}, {"idempotency_key": "k"})
        ear.next()
    ear.status = 200

    with local_stripe(tmp_path, ear) as second:
        again = second.api.customers.create({"email": "a@x.example"}, {"idempotency_key": "k"})
        heard = ear.next()

    ear.close()
    assert again.id == made.id
    assert heard.event["data"]["object"]["id"] == made.id


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.text(max_size=8)))
def test_metadata_comes_through_as_the_text_it_is(metadata):
    body = "&".join(
        f"metadata[{key}]={urllib.parse.quote(value, safe='')}" for key, value in metadata.items()
    )

    assert parse(body) == ({"metadata": metadata} if metadata else {})


def test_forms_are_read_by_the_types_of_their_names():
    read = parse("items[0][price]=p&items[1][quantity]=2&active=true&name=12&created[gte]=5&b[]=x")

    assert read == {
        "items": [{"price": "p"}, {"quantity": 2}],
        "active": True,
        "name": "12",
        "created": {"gte": 5},
        "b": ["x"],
    }
