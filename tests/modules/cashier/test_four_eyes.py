"""Whoever asked, prepared or approved before never approves: on the page, in bulk, over the API."""

from __future__ import annotations

import pytest

from identity import queries as identity
from kernel.api.keys import NewKey, issue_key
from modules.requests import services as requests
from tests.modules.cashier.going_out import make_world, worker
from tests.modules.requests.conftest import actor, set_policy
from tests.support.people import make_staff

OWN = "You asked for this or prepared it: somebody else decides."
EARLIER = "You approved an earlier level: somebody else approves this one."

ISOLATES = dict.fromkeys(map(ord, "\N{FIRST STRONG ISOLATE}\N{POP DIRECTIONAL ISOLATE}"))


@pytest.fixture
def world(alpha, theo, ada, finn):
    """Theo may ask for withdrawals; two levels of anyone approve them."""
    set_policy(alpha, "cashier.withdrawal")
    with alpha.pin():
        return make_world(theo)


@pytest.fixture
def row(alpha, world, ada, finn):
    """A withdrawal that Ada has prepared: she answered for the client what Finn asked."""
    with alpha.pin():
        found = world.ask(300_00)
        requests.ask_for_more(found.request_id, reason="Whose account?", by=actor(alpha, finn))
        requests.answer(found.request_id, text="His own; he rang.", by=actor(alpha, ada))
    return found


@pytest.fixture
def finn(alpha):
    return make_staff(alpha, "finn@alpha.example")


def by_page(place, person, request_id):
    browser = place.signed_in(person, fresh=True)
    browser.post(f"/office/requests/{request_id}/approve/")
    return browser.get(f"/office/requests/{request_id}/").content.decode()


def in_bulk(place, person, request_id):
    browser = place.signed_in(person, fresh=True)
    answer = browser.post("/office/requests/approve/", {"request_id": [request_id]}, follow=True)
    return answer.content.decode()


def over_api(place, person, request_id):
    answer = place.signed_in(person, fresh=True).post(
        f"/api/v1/requests/requests/{request_id}/approve", {}, content_type="application/json"
    )
    return answer.json().get("detail", "")


def by_key(place, person, request_id):
    with place.pin():
        wanted = NewKey(title="Desk", scopes=("requests.see_requests",))
        _key_id, text = issue_key(wanted, by=identity.actor_for(person.pk))
    answer = place.client().post(
        f"/api/v1/requests/requests/{request_id}/approve",
        {},
        content_type="application/json",
        headers={"authorization": f"Bearer {text}"},
    )
    return answer.json().get("detail", "")


DOORS = [by_page, in_bulk, over_api]


def test_no_door_lets_the_same_hands_approve_a_withdrawal_twice_led_13(alpha, row, ada, finn):
    nadia = make_staff(alpha, "nadia@alpha.example")
    prepared = [door(alpha, ada, row.request_id) for door in DOORS]
    first = in_bulk(alpha, finn, row.request_id)
    again = [door(alpha, finn, row.request_id) for door in DOORS]
    no_key = by_key(alpha, nadia, row.request_id)
    still = state(alpha, row)
    over_api(alpha, nadia, row.request_id)

    assert [OWN in said for said in prepared] == [True] * 3
    assert "Approved. The next level decides now." in first
    assert [EARLIER in said for said in again] == [True] * 3
    assert no_key == "Your role does not decide requests of this kind.", "no key has the right"
    assert (still, state(alpha, row)) == ("waiting", "approved")


def test_in_bulk_each_row_is_told_apart_in_words(alpha, world, row, ada):
    with alpha.pin():
        other = world.ask(100_00)
    browser = alpha.signed_in(ada, fresh=True)
    told = {"request_id": [row.request_id, other.request_id]}
    answer = browser.post("/office/requests/approve/", told, follow=True)
    page = answer.content.decode().translate(ISOLATES)

    assert "Pay out 100.00 USD by Bank transfer: Approved. The next level decides now." in page
    assert f"Pay out 300.00 USD by Bank transfer: {OWN}" in page


def state(place, row):
    with place.pin():
        worker()
        row.refresh_from_db()
        return row.state
