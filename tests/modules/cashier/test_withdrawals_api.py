"""Withdrawals and transfers over JSON: once per key, once per token, and nobody else's."""

from __future__ import annotations

import pytest

from kernel.ids import new_id
from modules.cashier.models import Transfer, Withdrawal
from tests.modules.cashier.going_out import free, make_world
from tests.modules.conftest import make_client

BASE = "/api/v1/cashier"


@pytest.fixture
def world(alpha, theo):
    with alpha.pin():
        yield make_world(theo)


def post(browser, path, told, **headers):
    return browser.post(f"{BASE}{path}", told, content_type="application/json", headers=headers)


def wish_of(world, **more):
    told = {
        "method_id": str(world.method.pk),
        "source": "wallet:USD",
        "amount": "100.00",
        "currency": "USD",
        "instrument_id": str(world.instrument.pk),
    }
    return told | more


def test_a_withdrawal_is_planned_asked_once_followed_and_cancelled(alpha, world, theo):
    browser = alpha.signed_in(theo, fresh=True)
    plan = post(browser, "/my/withdrawals/plan", wish_of(world)).json()
    key = {"Idempotency-Key": str(new_id())}
    told = {"token": plan["token"]}
    answers = [post(browser, "/my/withdrawals", told, **key) for _ in range(3)]
    other = post(browser, "/my/withdrawals", told)
    made = answers[0].json()
    one = browser.get(f"{BASE}/my/withdrawals/{made['id']}").json()
    listed = browser.get(f"{BASE}/my/withdrawals").json()["items"]
    ended = post(browser, f"/my/withdrawals/{made['id']}/cancel", {}).json()

    assert [one.status_code for one in answers] == [202] * 3
    assert {other.json()["id"], one["id"], listed[0]["id"]} == {made["id"]}
    assert (plan["arrives"], ended["state"]) == ("100.00", "cancelled")
    assert (Withdrawal.objects.count(), free(world.wallet)) == (1, 1_000_00)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"amount": "-5"}, "cashier.amount_unreadable"),
        ({"amount": "0"}, "cashier.amount_unreadable"),
        ({"amount": "1.001"}, "cashier.amount_unreadable"),
        ({"amount": "1e9"}, "cashier.above_most"),
        ({"currency": "XXX"}, "cashier.currency_not_taken"),
        ({"currency": "JPY", "amount": "100"}, "cashier.currency_not_taken"),
        ({"source": "wallet:EUR"}, "cashier.not_your_money"),
        ({"instrument_id": None}, "cashier.no_such_instrument"),
        ({"method_id": str(new_id())}, "cashier.no_such_method"),
    ],
)
def test_bad_input_is_a_clear_problem(alpha, world, theo, more, code):
    browser = alpha.signed_in(theo, fresh=True)
    answer = post(browser, "/my/withdrawals/plan", wish_of(world, **more))

    assert 400 <= answer.status_code < 500
    assert answer.json()["code"] == code, answer.json()


def test_a_stale_second_factor_and_anothers_withdrawal_are_refused(alpha, world, theo):
    row = world.ask(50_00)
    ines = make_client(alpha, "ines@example.com", "Ines", "Karam")
    stale = post(alpha.signed_in(theo), "/my/withdrawals/plan", wish_of(world))
    hers = alpha.signed_in(ines, fresh=True)
    seen = hers.get(f"{BASE}/my/withdrawals/{row.pk}")
    cancelled = post(hers, f"/my/withdrawals/{row.pk}/cancel", {})
    forged = post(hers, "/my/withdrawals", {"token": "x.y"})

    assert stale.status_code == 403
    assert (seen.status_code, cancelled.status_code) == (404, 404)
    assert forged.json()["code"] == "cashier.quote_expired"


def test_a_transfer_is_planned_and_asked_once(alpha, world, theo):
    browser = alpha.signed_in(theo)
    told = {"source": "wallet:USD", "target": "wallet:USD", "amount": "1", "currency": "USD"}
    same = post(browser, "/my/transfers/plan", told)
    other = post(browser, "/my/transfers/plan", told | {"beneficiary_number": 10_001})

    assert same.json()["code"] == "cashier.same_place"
    assert other.json()["code"] == "cashier.not_to_others"
    assert Transfer.objects.count() == 0


def test_finance_lists_withdrawals_and_a_client_does_not(alpha, world, theo, ada):
    row = world.ask(50_00)
    listed = alpha.signed_in(ada, fresh=True).get(f"{BASE}/withdrawals").json()
    hers = alpha.signed_in(theo, fresh=True).get(f"{BASE}/withdrawals")

    assert [one["id"] for one in listed["items"]] == [str(row.pk)]
    assert hers.status_code == 403
