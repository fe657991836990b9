"""The finance desk over JSON: decide deposits, end payouts, take over settlements, clear claims."""

from __future__ import annotations

import base64

import pytest

from identity import queries as identity
from kernel.ids import new_id
from modules.cashier import services
from modules.cashier.models import Payout
from tests.modules.cashier.conftest import ask, get, wallet
from tests.modules.cashier.going_out import (
    decide,
    free,
    house,
    make_method,
    make_provider,
    make_world,
    paid_in,
    usd,
)
from tests.modules.cashier.test_bad_input import PDF

BASE = "/api/v1/cashier"


def call(place, person, path, told=None, *, key=None):
    """What the API answers to a signed-in person: a change where something is told."""
    browser = place.signed_in(person, fresh=True)
    if told is None:
        return browser.get(f"{BASE}{path}")
    headers = {"Idempotency-Key": key or str(new_id())}
    return browser.post(f"{BASE}{path}", told, content_type="application/json", headers=headers)


def test_finance_approves_a_deposit_once_whatever_is_repeated(alpha, till, theo, ada):
    deposit_id = ask(alpha, theo, till.methods["bank"], "250")
    path, told, key = f"/deposits/{deposit_id}/approve", {"received": "240.00"}, str(new_id())

    listed = call(alpha, ada, "/deposits").json()["items"]
    answers = [call(alpha, ada, path, told, key=key) for _ in range(2)]
    late = call(alpha, ada, path, told)

    assert [one["id"] for one in listed] == [str(deposit_id)]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[0].json()["state"] == "done"
    assert late.json()["code"] == "cashier.no_such_move"
    assert wallet(alpha, theo) == 240_00


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        (("approve", {"received": "-1"}), "cashier.amount_unreadable"),
        (("approve", {"received": "1.001"}), "cashier.amount_unreadable"),
        (("approve", {"received": "0"}), "cashier.amount_unreadable"),
        (("reject", {"reason": ""}), "invalid"),
        (("correct", {"reason": " "}), "cashier.reason_needed"),
    ],
)
def test_bad_decisions_are_clear_problems_and_decide_nothing(
    alpha, till, theo, ada, decision, code
):
    deposit_id = ask(alpha, theo, till.methods["bank"], "250")

    what, told = decision
    answer = call(alpha, ada, f"/deposits/{deposit_id}/{what}", told)

    assert answer.status_code == 422
    assert answer.json()["code"] == code, answer.json()
    assert (get(alpha, deposit_id).state, wallet(alpha, theo)) == ("paying", 0)


def test_a_proof_is_sent_back_handed_in_and_rejected(alpha, till, theo, ada):
    deposit_id = ask(alpha, theo, till.methods["bank"], "250")
    proof = {"name": "slip.pdf", "content": base64.b64encode(PDF).decode()}
    path = f"/my/deposits/{deposit_id}/proofs"

    broken = call(alpha, theo, path, proof | {"content": "%%%"})
    plain = call(alpha, theo, path, proof | {"content": base64.b64encode(b"<svg/>").decode()})
    handed = call(alpha, theo, path, proof)
    call(alpha, ada, f"/deposits/{deposit_id}/correct", {"reason": "Which account was it?"})
    again = call(alpha, theo, path, proof)
    refused = call(alpha, ada, f"/deposits/{deposit_id}/reject", {"reason": "It never came."})

    assert broken.json()["code"] == "cashier.proof_damaged"
    assert plain.json()["code"] == "cashier.proof_unknown_kind"
    assert (handed.status_code, again.json()["state"]) == (201, "review")
    assert (refused.json()["state"], refused.json()["reason"]) == ("declined", "It never came.")


def test_a_client_decides_nothing_and_beta_sees_nothing(alpha, beta, till, theo, ben):
    deposit_id = ask(alpha, theo, till.methods["bank"], "250")

    hers = call(alpha, theo, f"/deposits/{deposit_id}/approve", {"received": "250"})
    others = call(beta, ben, f"/deposits/{deposit_id}")
    figures = call(beta, ben, "/figures").json()

    assert (hers.status_code, others.status_code) == (403, 404)
    assert (figures["deposits_count"], figures["pending_count"]) == (0, 0)


@pytest.fixture
def world(alpha, theo):
    with alpha.pin():
        yield make_world(theo)


def test_a_payout_that_was_not_paid_is_in_the_wallet_again_and_the_figures_say_so(
    alpha, world, ada
):
    row = world.ask(50_00)
    waiting = call(alpha, ada, "/figures").json()
    one = call(alpha, ada, f"/withdrawals/{row.pk}").json()
    decide(row, identity.actor_for(ada.pk))
    payout = Payout.objects.get(withdrawal=row)
    why = {"reason": "Wrong account"}
    early = call(alpha, ada, f"/payouts/{payout.pk}/came-back", why)
    ended = call(alpha, ada, f"/payouts/{payout.pk}/not-paid", why)
    foreign = call(alpha, ada, f"/payouts/{new_id()}/not-paid", why)

    assert waiting["pending"] == [{"amount": "50.00", "currency": "USD"}]
    assert one["amount"] == "50.00"
    assert early.json()["code"] == "cashier.no_such_move"
    assert (ended.json()["state"], free(world.wallet)) == ("returned", 1_000_00)
    assert foreign.status_code == 404
    assert call(alpha, ada, "/figures").json()["pending_count"] == 0


def test_a_settlement_is_compared_taken_over_once_and_its_rest_explained(alpha, world, card, ada):
    provider, method = card
    known = paid_in(world.theo.pk, provider, method, usd(100_00))
    text = f"reference,amount,currency\n{known.reference},100.00,USD\nstranger,1.00,USD\n"
    told = {"account_id": str(provider.pk), "name": "june.csv", "text": text}

    made = call(alpha, ada, "/settlements", told).json()
    twice = call(alpha, ada, "/settlements", told)
    path = f"/settlements/{made['id']}"
    taken = [call(alpha, ada, f"{path}/take", {}).json()["posted"] for _ in range(2)]
    odd = next(one for one in made["items"] if one["is_mismatch"])
    why = {"reason": "A test payment of theirs"}
    explained = call(alpha, ada, f"/settlement-lines/{odd['id']}/resolve", why)
    dropped = call(alpha, ada, f"{path}/drop", {})

    assert (made["matched"], made["differing"]) == (1, 1)
    assert twice.json()["code"] == "cashier.file_known"
    assert (taken, house("bank")) == ([1, 0], -100_00)
    assert (explained.status_code, dropped.json()["code"]) == (204, "cashier.no_such_move")
    assert call(alpha, ada, path).json()["differing"] == 0
    assert [one["id"] for one in call(alpha, ada, "/settlements").json()["items"]] == [made["id"]]


def test_what_is_owed_is_listed_taken_and_written_off(alpha, world, card, ada):
    payment = paid_in(world.theo.pk, *card, usd(1_500_00))
    services.open_claim(payment.deposit_id, owed_minor=1_500_00)
    (claim,) = call(alpha, ada, "/claims").json()["items"]
    path = f"/claims/{claim['id']}"

    taken = call(alpha, ada, f"{path}/take-from-wallet", {})
    more = call(alpha, ada, f"{path}/take-from-wallet", {})
    elsewhere = call(alpha, ada, f"{path}/accounts/{new_id()}/take", {})
    given_up = call(alpha, ada, f"{path}/write-off", {"reason": "He is gone."})

    assert taken.json() == {"amount": "1000.00", "currency": "USD"}
    assert more.json()["code"] == "cashier.not_free"
    assert elsewhere.json()["code"] == "cashier.not_your_money"
    assert given_up.status_code == 204
    assert call(alpha, ada, "/claims").json()["items"] == []
    assert call(alpha, ada, "/claims?state=all").json()["items"][0]["state"] == "written_off"


@pytest.fixture
def card(world):
    provider = make_provider("redirect", "cards", {"api_url": "http://127.0.0.1:9"})
    return provider, make_method("Card", provider)
