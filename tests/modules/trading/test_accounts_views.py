"""Changing accounts by the pages and the API; the history of one account and its files."""

from __future__ import annotations

import csv
import io
import json

import pytest

from modules.requests.models import Request
from modules.trading.models import AccountType, TradingAccount
from tests.modules.conftest import make_client
from tests.modules.trading.conftest import carry_out_all
from tests.modules.trading.test_accounts import actor, approve_all, decide, raw, settle  # noqa: F401  # a fixture
from tests.modules.trading.test_opening import on_server, open_one
from tests.modules.trading.test_syncing import look, with_history
from tests.support.people import make_staff

OFFICE = "/office/trading/accounts"


def test_client_changes_leverage_by_the_page(alpha, theo, wired, types):
    account = open_one(alpha, theo, types["live"])
    browser = alpha.signed_in(theo)

    asked = browser.post(f"/room/trading/{account.id}/leverage/", {"leverage": "200"})
    carry_out_all(alpha)

    assert "/room/trading/changes/" in asked["Location"]
    assert on_server(alpha, wired, account.login).leverage == 200


def test_client_is_led_to_his_request_where_people_decide(alpha, ada, theo, types):
    account = open_one(alpha, theo, types["live"])
    decide(alpha, "trading.leverage")
    browser = alpha.signed_in(theo)

    asked = browser.post(f"/room/trading/{account.id}/leverage/", {"leverage": "200"})
    again = browser.post(f"/room/trading/{account.id}/leverage/", {"leverage": "50"})
    settings = browser.get(f"/room/trading/{account.id}/settings/").content.decode()
    shown = browser.get(asked["Location"])

    assert asked["Location"].startswith("/room/requests/")
    assert again.status_code == 422
    assert "Waiting for a decision" in settings
    assert str(account.login) in shown.content.decode()


def test_client_asks_for_another_type_and_to_archive(alpha, ada, theo, types, raw):  # noqa: F811
    account = open_one(alpha, theo, types["live"])
    browser = alpha.signed_in(theo)

    moved = browser.post(f"/room/trading/{account.id}/type/", {"type_id": str(raw)})
    approve_all(alpha, actor(alpha, ada))
    put_away = browser.post(f"/room/trading/{account.id}/archive/", {"reason": "Unused"})
    approve_all(alpha, actor(alpha, ada))

    with alpha.pin():
        row = TradingAccount.objects.get(pk=account.id)
    assert (moved.status_code, put_away.status_code) == (302, 302)
    assert (row.type_id, row.state) == (raw, "archived")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("leverage", {"leverage": "200"}),
        ("type", {"type_id": "x"}),
        ("archive", {}),
        ("history", None),
        ("history/trades.csv", None),
        ("new-password", {}),
    ],
)
def test_nobody_reaches_anothers_account(alpha, theo, types, path, words):
    other = make_client(alpha, "eve@example.com", "Eve", "Weiss")
    account = open_one(alpha, theo, types["live"])
    browser = alpha.signed_in(other)
    address = f"/room/trading/{account.id}/{path}" + ("" if path.endswith("csv") else "/")

    answer = browser.get(address) if words is None else browser.post(address, words)

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("leverage", {"leverage": "200"}),
        ("rights", {"is_enabled": "on", "reason": "Asked"}),
        ("password", {"is_investor": "0"}),
        ("switches", {"may_deposit": "on"}),
        ("archive", {"reason": "Unused"}),
    ],
)
def test_colleague_with_the_right_changes_an_account(alpha, ada, theo, types, verb, words):
    sam = make_staff(alpha, "sam@alpha.example", role="support")
    account = open_one(alpha, theo, types["live"])
    address = f"{OFFICE}/{account.id}/{verb}/"

    denied = alpha.signed_in(sam).post(address, words)
    done = alpha.signed_in(ada).post(address, words)
    settle(alpha)
    page = alpha.signed_in(ada).get(f"{OFFICE}/{account.id}/")

    assert (denied.status_code, done.status_code, page.status_code) == (403, 302, 200)
    with alpha.pin():
        row = TradingAccount.objects.get(pk=account.id)
    changed = {
        "leverage": row.leverage == 200,
        "rights": not row.may_trade,
        "password": row.handovers.exists,
        "switches": row.may_deposit and not row.may_withdraw,
        "archive": row.state == "archived",
    }
    assert changed[verb]


def test_reset_password_is_shown_in_the_room_once(alpha, ada, theo, types):
    account = open_one(alpha, theo, types["live"])
    alpha.signed_in(ada).post(f"{OFFICE}/{account.id}/password/", {"is_investor": "0"})
    settle(alpha)
    browser = alpha.signed_in(theo)
    address = f"/room/trading/{account.id}/new-password/"

    before = browser.get(address).content.decode()
    shown = browser.post(address).content.decode()
    after = browser.get(address).content.decode()
    office = alpha.signed_in(ada).get(f"{OFFICE}/{account.id}/").content.decode()

    assert "Show the password" in before
    assert "Keep it now" in shown
    assert "There is no password to show" in after
    assert "Change the password" in office


def test_credit_is_shown_before_it_is_done(alpha, ada, theo, wired, types):
    account = open_one(alpha, theo, types["live"])
    browser = alpha.signed_in(ada, fresh=True)
    address = f"{OFFICE}/{account.id}/credit/"
    key = browser.get(address).context["form"]["key"].value()
    words = {"direction": "in", "amount": "25.50", "comment": "Welcome", "key": str(key)}

    preview = browser.post(address, words).content.decode()
    before = on_server(alpha, wired, account.login).credit
    for _twice in range(2):
        browser.post(address, words | {"confirmed": "1"})
    settle(alpha)

    assert "Credit after" in preview
    assert "25.50" in preview
    assert (before, str(on_server(alpha, wired, account.login).credit)) == (0, "25.50")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"amount": "0"}, "must not be zero"),
        ({"amount": "-5"}, "greater than or equal to 0"),
        ({"amount": "1.005"}, "at most 2 decimal places"),
        ({"direction": "out", "amount": "5"}, "not so much credit"),
        ({"comment": ""}, "required"),
    ],
)
def test_credit_that_makes_no_sense_is_not_moved(alpha, ada, theo, types, words, sentence):
    account = open_one(alpha, theo, types["live"])
    browser = alpha.signed_in(ada, fresh=True)
    address = f"{OFFICE}/{account.id}/credit/"
    key = "0190d7f4-0000-7000-8000-000000000001"
    told = {"direction": "in", "amount": "5", "comment": "Welcome", "key": key, "confirmed": "1"}

    answer = browser.post(address, told | words)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_credit_needs_its_right_and_a_fresh_factor(alpha, ada, theo, types):
    sam = make_staff(alpha, "sam@alpha.example", role="support")
    account = open_one(alpha, theo, types["live"])
    address = f"{OFFICE}/{account.id}/credit/"

    assert alpha.signed_in(sam).get(address).status_code == 403
    assert alpha.signed_in(ada).get(address).status_code == 302


@pytest.mark.parametrize("part", ["trades", "money", "positions", "orders"])
def test_history_shows_every_part_to_client_and_colleague(  # noqa: PLR0917  # fixtures
    alpha, ada, theo, wired, types, simulator, part
):
    account = with_history(alpha, theo, types, simulator)
    look(alpha, wired)
    look(alpha, wired, later=30)

    his = alpha.signed_in(theo).get(f"/room/trading/{account.id}/history/?part={part}")
    theirs = alpha.signed_in(ada).get(f"{OFFICE}/{account.id}/history/?part={part}")

    assert (his.status_code, theirs.status_code) == (200, 200)


def test_history_sums_add_up_and_days_narrow_it(alpha, theo, wired, types, simulator):
    account = with_history(alpha, theo, types, simulator)
    look(alpha, wired)
    look(alpha, wired, later=30)
    browser = alpha.signed_in(theo)
    base = f"/room/trading/{account.id}/history/"

    (total,) = browser.get(base).context["totals"]
    file = browser.get(f"{base}trades.csv")
    rows = list(csv.reader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))
    none = browser.get(f"{base}?from_on=1999-01-01&to_on=1999-01-02").context
    ever = browser.get(f"{base}?from_on=0001-01-01&to_on=9999-12-31").context

    assert total.trades == len(rows) - 1
    assert sum(round(float(row[11]) * 100) for row in rows[1:]) == total.net.minor
    assert (none["totals"], none["history"].total) == ((), 0)
    assert ever["history"].total == len(rows) - 1


def test_history_file_of_beta_and_of_nothing_is_not_there(alpha, beta, ben, ada, theo, types):
    account = open_one(alpha, theo, types["live"])

    for part in ("trades", "money", "positions"):
        address = f"{OFFICE}/{account.id}/history/{part}.csv"
        assert beta.signed_in(ben).get(address).status_code == 404
        assert alpha.signed_in(ada).get(address).status_code == 200
    assert alpha.signed_in(ada).get(f"{OFFICE}/{account.id}/history/all.csv").status_code == 404


def test_api_changes_an_account_once_per_key(alpha, ada, theo, wired, types):
    account = open_one(alpha, theo, types["live"])
    browser = alpha.signed_in(theo)
    address = f"/api/v1/trading/my/accounts/{account.id}/leverage"

    def change():
        return browser.post(
            address,
            json.dumps({"leverage": 200}),
            content_type="application/json",
            headers={"Idempotency-Key": "change-1"},
        )

    first, again = change(), change()
    settle(alpha)

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.json()["operation_id"] is not None
    assert on_server(alpha, wired, account.login).leverage == 200


def test_api_gives_credit_with_the_right_and_a_fresh_factor(alpha, beta, ben, ada, theo, types):
    account = open_one(alpha, theo, types["live"])
    address = f"/api/v1/trading/accounts/{account.id}/credit"
    words = json.dumps({"amount": "5.00", "comment": "Welcome"})

    def post(browser, text=words):
        return browser.post(address, text, content_type="application/json").status_code

    fine = json.dumps({"amount": "5.005", "comment": "Welcome"})
    assert post(alpha.signed_in(theo)) == 403
    assert post(beta.signed_in(ben, fresh=True)) == 404
    assert post(alpha.signed_in(ada, fresh=True), fine) in {400, 409, 422}
    assert post(alpha.signed_in(ada, fresh=True)) == 202


def test_waiting_accounts_lead_to_their_requests(alpha, ada, theo, types):
    with alpha.pin():
        AccountType.objects.update(needs_approval=True)
    browser = alpha.signed_in(theo)

    browser.post(f"/room/trading/open/{types['live']}/", {"leverage": "100"})

    with alpha.pin():
        (waiting,) = Request.objects.all()
        account_id = TradingAccount.objects.get().pk
    page = alpha.signed_in(ada).get(f"{OFFICE}/{account_id}/").content.decode()
    assert f"/office/requests/{waiting.pk}/" in page
