"""Webhooks: signed, retried, and misbehaving when told to."""

from __future__ import annotations

import time

import pytest
import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devstack.stripe.webhooks import signature
from tests.devstack.stripe.running import PATIENCE, SECRET


def customers(api, count):
    return [api.customers.create({"email": f"{n}@x.example"}).id for n in range(count)]


def ids(deliveries):
    return [one.event["data"]["object"]["id"] for one in deliveries]


def test_an_event_comes_signed_so_that_the_real_library_believes_it(local, api):
    made = customers(api, 1)[0]

    heard = local.ear.next("customer.created")

    event = local.client.construct_event(heard.body, heard.signature, SECRET)
    assert (event.type, event.data.object.id, event.livemode) == ("customer.created", made, False)
    assert api.events.retrieve(event.id).type == "customer.created"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body, sign: (body + b" ", sign),
        lambda body, sign: (body, sign[:-1] + ("0" if sign[-1] != "0" else "1")),
        lambda body, sign: (body, signature(body, "whsec_other", int(time.time()))),
        lambda body, sign: (body, signature(body, SECRET, int(time.time()) - 301)),
        lambda body, sign: (body, ""),
    ],
)
def test_the_real_library_refuses_what_is_forged_or_old(local, api, spoil):
    customers(api, 1)
    heard = local.ear.next("customer.created")

    with pytest.raises(stripe.SignatureVerificationError):
        local.client.construct_event(*spoil(heard.body, heard.signature), SECRET)


def test_a_refused_webhook_comes_again(local, api):
    local.ear.status = 500
    made = customers(api, 1)
    first = local.ear.next()
    local.ear.status = 200

    again = local.ear.next()

    assert (first.event["id"], ids([again])) == (again.event["id"], made)
    local.news()
    assert [(one["state"], one["attempts"]) for one in local.control("GET deliveries")] == [
        ("delivered", 2)
    ]


def test_copies_are_delivered_as_often_as_asked(local, api):
    local.control("POST behaviour", copies=3)

    made = customers(api, 1)

    assert ids(local.news()) == made * 3


def test_dropped_events_never_come_but_are_listed(local, api):
    local.control("POST behaviour", drop="customer.created")

    made = customers(api, 2)

    assert local.news() == []
    listed = api.events.list({"type": "customer.created"}).data
    assert [one.data.object.id for one in listed] == made[::-1]
    sent = local.control("POST send", event=listed[0].id)
    assert sent["outcome"] == "200"
    assert ids(local.news()) == [made[1]]


def test_delayed_events_come_late(local, api):
    local.control("POST behaviour", delay_seconds=0.8)
    customers(api, 1)

    assert local.ear.all(quiet_for=0.4) == []
    assert local.ear.next().event["type"] == "customer.created"


def test_shuffled_events_all_come(local, api):
    local.control("POST behaviour", shuffle=True)

    made = customers(api, 8)

    assert sorted(ids(local.news())) == sorted(made)


@pytest.mark.parametrize(("order", "step"), [("created", 1), ("reversed", -1)])
def test_held_events_come_in_the_order_asked_for(local, api, order, step):
    local.control("POST behaviour", hold=True)
    made = customers(api, 3)
    assert local.ear.all(quiet_for=0.4) == []

    released = local.control("POST release", order=order)

    assert [one["outcome"] for one in released] == ["200"] * 3
    assert ids(local.news()) == made[::step]


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(order=st.permutations(range(4)))
def test_held_events_come_in_any_order(local, order):
    local.begin_anew()
    local.control("POST behaviour", hold=True)
    made = customers(local.api, 4)
    events = [one["id"] for one in local.control("GET events")]

    local.control("POST release", order=[events[place] for place in order])

    assert ids(local.news()) == [made[place] for place in order]


def test_shuffled_release_loses_nothing(local, api):
    local.control("POST behaviour", hold=True)
    made = customers(api, 5)

    local.control("POST release", order="shuffled")

    assert sorted(ids(local.news())) == sorted(made)


def test_events_can_be_sent_elsewhere(local, api):
    before = local.ear.url
    local.control("POST webhook", url="http://127.0.0.1:1/nobody")
    customers(api, 1)
    until = time.monotonic() + PATIENCE
    while not (outcomes := tried(local)) and time.monotonic() < until:
        time.sleep(0.05)

    local.control("POST webhook", url=before)
    assert outcomes <= {"URLError", "ConnectionRefusedError"}
    assert outcomes


def tried(local):
    """What came of the deliveries that were tried by now."""
    return {one["outcome"] for one in local.control("GET deliveries") if one["outcome"]}


def test_a_refused_call_makes_no_event(local, api):
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_methods.attach("pm_card_visa", {"customer": "cus_none"})

    assert local.control("GET events") == []
