"""The trading screens: who may see them, and that they show what is there."""

from __future__ import annotations

import pytest

from modules.trading import queries
from modules.trading.models import AccountType
from tests.modules.conftest import make_client
from tests.modules.trading.conftest import carry_out_all
from tests.modules.trading.test_opening import open_one
from tests.modules.trading.test_syncing import look, with_history
from tests.support.people import make_staff


def test_client_opens_an_account_by_the_pages(alpha, theo, types):
    browser = alpha.signed_in(theo)

    offered = browser.get("/room/trading/open/")
    asked = browser.post(f"/room/trading/open/{types['demo']}/", {"leverage": "100"})
    carry_out_all(alpha)
    progress = browser.get(asked["Location"])
    with alpha.pin():
        (account,) = queries.accounts_of(theo.pk)
    shown = browser.post(f"/room/trading/opening/{account.id}/credentials/")
    again = browser.post(f"/room/trading/opening/{account.id}/credentials/")

    assert offered.status_code == 200
    assert asked.status_code == 302
    assert "Your account is open" in progress.content.decode()
    assert str(account.login) in shown.content.decode()
    assert shown["Cache-Control"].startswith("max-age=0")
    assert again.status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "/room/trading/",
        "/room/trading/?kind=demo",
        "/room/trading/open/",
        "/room/trading/bind/",
        "/room/trading/{account}/",
        "/room/trading/{account}/live/",
        "/room/trading/{account}/curve/?range=1w",
        "/room/trading/{account}/settings/",
        "/room/trading/opening/{account}/",
    ],
)
def test_client_sees_his_own_pages_and_nobody_elses(alpha, theo, types, path):
    other = make_client(alpha, "eve@example.com", "Eve", "Weiss")
    account = open_one(alpha, theo, types["live"])
    address = path.format(account=account.id)

    assert alpha.signed_in(theo).get(address).status_code == 200
    assert alpha.client().get(address).status_code == 302
    if "{account}" in path:
        assert alpha.signed_in(other).get(address).status_code == 404


def test_account_page_shows_trades_and_positions(alpha, theo, wired, types, simulator):
    account = with_history(alpha, theo, types, simulator)
    look(alpha, wired)
    look(alpha, wired, later=30)

    page = alpha.signed_in(theo).get(f"/room/trading/{account.id}/").content.decode()

    with alpha.pin():
        shown = queries.own_account(account.id, theo.pk)
    assert f"{abs(shown.equity.amount):,.2f}".split(".")[0] in page
    assert "data-chart" in page


@pytest.mark.parametrize(
    "path", ["/office/trading/accounts/", "/office/trading/accounts/{account}/"]
)
def test_colleague_sees_accounts_and_clients_do_not(alpha, ada, theo, types, path):
    account = open_one(alpha, theo, types["live"])
    address = path.format(account=account.id)

    assert alpha.signed_in(ada).get(address).status_code == 200
    assert alpha.signed_in(theo).get(address).status_code == 403
    assert alpha.client().get(address).status_code == 302


def test_beta_reaches_nothing_of_alpha(alpha, beta, ben, theo, types):
    # ISO-02: another broker's id is no id here.
    account = open_one(alpha, theo, types["live"])

    browser = beta.signed_in(ben)

    assert browser.get(f"/office/trading/accounts/{account.id}/").status_code == 404
    for verb in ("leverage", "type", "rights", "switches", "archive", "password"):
        path = f"/office/trading/accounts/{account.id}/{verb}/"
        assert browser.post(path, {"leverage": "50"}).status_code == 404


def test_admin_edits_account_types(alpha, ada, wired, types):
    browser = alpha.signed_in(ada)
    with alpha.pin():
        line = queries.account_type(types["live"])
    words = {
        "name": "Raw",
        "summary": "Tight spreads",
        "environment": "live",
        "place": f"{wired}|{line.group}",
        "leverages": "1:30, 100",
        "leverage_default": "30",
        "deposit_min": "250",
        "accounts_max": "3",
        "demo_amount": "0",
        "visibility": "clients",
        "order": "10",
    }

    page = browser.get(f"/office/trading/types/{types['live']}/")
    saved = browser.post(f"/office/trading/types/{types['live']}/", words)
    wrong = browser.post("/office/trading/types/new/", words | {"leverage_default": "77"})

    with alpha.pin():
        row = AccountType.objects.get(pk=types["live"])
    assert (page.status_code, saved.status_code, wrong.status_code) == (200, 302, 422)
    assert (row.name, row.leverages, row.deposit_min_minor) == ("Raw", [30, 100], 250_00)


def test_only_those_with_the_right_change_account_types(alpha, types):
    support = make_staff(alpha, "sam@alpha.example", role="support")

    assert alpha.signed_in(support).get("/office/trading/types/new/").status_code == 403


def test_list_of_accounts_costs_the_same_for_one_and_three(alpha, ada, theo, types, queries_of):
    browser = alpha.signed_in(ada)
    open_one(alpha, theo, types["live"])
    one = queries_of(lambda: browser.get("/office/trading/accounts/"))
    open_one(alpha, theo, types["live"])
    open_one(alpha, theo, types["demo"])

    assert queries_of(lambda: browser.get("/office/trading/accounts/")) == one


def test_room_list_costs_the_same_for_one_and_two(alpha, theo, types, queries_of):
    browser = alpha.signed_in(theo)
    open_one(alpha, theo, types["live"])
    one = queries_of(lambda: browser.get("/room/trading/"))
    open_one(alpha, theo, types["live"])

    assert queries_of(lambda: browser.get("/room/trading/")) == one
