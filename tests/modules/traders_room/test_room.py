"""The room: home, history, files, settings."""

from __future__ import annotations

import csv
import io

import pytest

from kernel.spreadsheets import csv_lines
from modules.trading import queries as trading
from modules.trading.types import HistoryFilter
from tests.modules.conftest import make_client
from tests.modules.trading.conftest import types  # noqa: F401  # a fixture
from tests.modules.trading.test_opening import open_one
from tests.modules.trading.test_syncing import look, with_history


def test_new_client_finds_a_checklist(alpha, theo):
    page = alpha.signed_in(theo).get("/room/traders_room/").content.decode()

    assert "Three steps to your first trade" in page


def test_home_shows_equity_accounts_and_trades(alpha, theo, wired, types, simulator):  # noqa: F811
    account = with_history(alpha, theo, types, simulator)
    look(alpha, wired)
    look(alpha, wired, later=30)
    browser = alpha.signed_in(theo)

    page = browser.get("/room/traders_room/").content.decode()

    assert "Total equity" in page
    assert str(account.login) in page
    for part in ("live/", "hero/?range=1w", "trades/", "money/", "settings/"):
        assert browser.get(f"/room/traders_room/{part}").status_code == 200


def test_history_narrows_by_what_the_address_says(alpha, theo, wired, types, simulator):  # noqa: F811
    account = with_history(alpha, theo, types, simulator)
    look(alpha, wired)
    look(alpha, wired, later=30)
    with alpha.pin():
        symbol = trading.symbols([account.id])[0]
        wanted = HistoryFilter(account_ids=(account.id,), symbol=symbol)
        expected = trading.trades_page(wanted).total

    file = alpha.signed_in(theo).get(f"/room/traders_room/trades.csv?symbol={symbol}")

    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"))))
    assert {row["Symbol"] for row in rows} == {symbol}
    assert len(rows) == expected


def test_history_of_another_client_is_not_to_be_had(alpha, theo, types):  # noqa: F811
    account = open_one(alpha, theo, types["demo"])
    eve = make_client(alpha, "eve@example.com", "Eve", "Weiss")

    file = alpha.signed_in(eve).get(f"/room/traders_room/money.csv?account={account.id}")

    assert len(file.getvalue().decode().splitlines()) == 1


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1+2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\uff1d1",
        "  =1",
        '=HYPERLINK("x")',
    ],
)
def test_file_starts_no_formula(cell):
    # CSV-01
    *_head, line = csv_lines(["Comment"], [[cell]])

    (written,) = next(csv.reader(io.StringIO(line)))
    assert written == f"'{cell}"


def test_numbers_in_files_stay_numbers():
    from decimal import Decimal

    *_head, line = csv_lines(["Amount"], [[Decimal("-12.30"), "EURUSD"]])

    assert line == "-12.30,EURUSD\r\n"


def test_settings_are_kept(alpha, theo):
    browser = alpha.signed_in(theo)
    words = {"language": "de", "time_zone": "Europe/Berlin", "mode": "dark", "updown": "cvd"}

    saved = browser.post("/room/traders_room/settings/", words)

    with alpha.pin():
        theo.refresh_from_db()
    assert (theo.language, theo.time_zone) == ("de", "Europe/Berlin")
    assert (saved.cookies["mode"].value, saved.cookies["updown"].value) == ("dark", "cvd")


def test_what_moves_is_sent_without_the_curve(alpha, theo, types):  # noqa: F811
    open_one(alpha, theo, types["demo"])

    part = alpha.signed_in(theo).get("/room/traders_room/live/").content.decode()

    assert part.count("<hx-partial") == 2
    assert "$10,000" in part
    assert "data-chart" not in part


def test_staff_do_not_enter_the_room(alpha, ada):
    assert alpha.signed_in(ada).get("/room/traders_room/").status_code == 403


def test_home_costs_the_same_for_one_account_and_two(alpha, theo, types, queries_of):  # noqa: F811
    browser = alpha.signed_in(theo)
    open_one(alpha, theo, types["live"])
    one = queries_of(lambda: browser.get("/room/traders_room/"))
    open_one(alpha, theo, types["live"])

    assert queries_of(lambda: browser.get("/room/traders_room/")) == one
