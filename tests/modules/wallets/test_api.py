from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.ids import new_id
from kernel.money import CURRENCIES, Money
from modules.wallets import queries, services
from modules.wallets.forms import exact
from tests.modules.wallets.conftest import fund, usd
from tests.support.tenants import SYSTEM


@pytest.fixture
def money(alpha, theo):
    with alpha.pin():
        wallet = services.open_wallet(theo.pk, "USD")
        fund(wallet, usd(250_00))
        services.set_rate("USD", "EUR", Decimal("0.80"), by=SYSTEM)
    return wallet


def post(client, path, body, key="k1"):
    headers = {"idempotency-key": key} if key else {}
    return client.post(
        f"/api/v1/wallets{path}", body, content_type="application/json", headers=headers
    )


def test_a_client_exchanges_by_the_api_once_per_key(alpha, theo, money):
    client = alpha.signed_in(theo)
    wish = {"pay_currency": "USD", "receive_currency": "EUR", "amount": "100.00"}

    offer = post(client, "/my/exchange/quotes", wish).json()
    first = post(client, f"/my/exchange/quotes/{offer['id']}/accept", {}, "k2")
    again = post(client, f"/my/exchange/quotes/{offer['id']}/accept", {}, "k2")
    other = post(client, f"/my/exchange/quotes/{offer['id']}/accept", {}, "k3")

    assert first.status_code == 200, first.content
    assert first.json() == again.json()
    assert other.json()["entry_id"] == first.json()["entry_id"]
    mine = client.get("/api/v1/wallets/my/wallets").json()["items"]
    assert {one["currency"]: Decimal(str(one["balance"])) for one in mine} == {
        "USD": Decimal(150),
        "EUR": Decimal("79.2"),
    }
    moved = client.get(f"/api/v1/wallets/my/wallets/{money}/statement").json()
    assert [line["kind"] for line in moved] == ["exchange", "deposit"]


def test_money_moves_by_the_api_only_under_a_key(alpha, theo, money):
    wish = {"pay_currency": "USD", "receive_currency": "EUR", "amount": "100.00"}

    answer = post(alpha.signed_in(theo), "/my/exchange/quotes", wish, key="")

    assert answer.status_code in {409, 422}, answer.content


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "0"},
        {"amount": "-5"},
        {"amount": "1.001"},
        {"amount": "NaN"},
        {"pay_currency": "XXX"},
        {"receive_currency": "USD"},
        {"side": "both"},
        {"more": 1},
    ],
)
def test_what_makes_no_sense_is_refused(alpha, theo, money, change):
    wish = {"pay_currency": "USD", "receive_currency": "EUR", "amount": "100.00"}

    answer = post(alpha.signed_in(theo), "/my/exchange/quotes", wish | change)

    assert 400 <= answer.status_code < 500


def test_a_colleague_reads_wallets_the_ledger_and_the_proof(alpha, ada, money):
    office = alpha.signed_in(ada, fresh=True)

    def get(path):
        return office.get(f"/api/v1/wallets{path}")

    assert get("/ledger/proof").status_code == 404
    with alpha.pin():
        services.prove_ledger(by=SYSTEM)
        entry = queries.entries()[0][0].id

    assert get("/wallets").json()["items"][0]["id"] == str(money)
    assert get(f"/wallets/{money}").json()["currency"] == "USD"
    assert get(f"/wallets/{money}/statement").json()[0]["kind"] == "deposit"
    assert get("/ledger/accounts").json()[0]["code"] == "psp_clearing:test"
    assert get("/ledger/accounts?at=2020-01-01T00:00:00").json()[0]["balance"] in {0, "0.00", "0"}
    assert len(get(f"/ledger/entries/{entry}").json()["legs"]) == 2
    assert get("/ledger/proof").json()["holds"] is True
    for path in ("/wallets/", "/ledger/entries/"):
        assert get(f"{path}{new_id()}").status_code == 404


@pytest.mark.parametrize("amount", ["999999999999", "-999999999999", "1e-9", "1e30", "٣x", "0"])
def test_an_amount_that_cannot_be_counted_is_refused(alpha, ada, theo, amount):
    with alpha.pin():
        wallet = services.open_wallet(theo.pk, "BTC")
    office = alpha.signed_in(ada, fresh=True)

    answer = post(office, f"/wallets/{wallet}/corrections", {"amount": amount, "reason": "x"})
    page = office.post(
        f"/office/wallets/{wallet}/correct/",
        {"direction": "put", "amount": amount.lstrip("-"), "reason": "x"},
    )

    assert (400 <= answer.status_code < 500, page.status_code) == (True, 422)
    with alpha.pin():
        assert queries.corrections_of(wallet) == ()


def test_a_correction_by_the_api_waits_too(alpha, ada, money):
    office = alpha.signed_in(ada, fresh=True)

    answer = post(office, f"/wallets/{money}/corrections", {"amount": "-1.00", "reason": "x"})

    assert answer.status_code == 200, answer.content
    with alpha.pin():
        assert queries.balance(money) == usd(250_00)
        assert queries.corrections_of(money)[0].amount == usd(-1_00)


@pytest.mark.no_database
@given(minor=st.integers(-(10**17), 10**17), currency=st.sampled_from(sorted(CURRENCIES)))
def test_amounts_come_back_as_they_went_out_led_07(minor, currency):
    money = Money(minor, currency)

    assert exact(Decimal(str(money.amount)), currency) == money
    assert exact(Decimal(f"{money.amount:f}"), currency) == money
