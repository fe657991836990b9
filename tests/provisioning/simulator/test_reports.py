"""Charts, ticks, daily reports, corrections by hand and the archive."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise

import pytest

from provisioning.simulator import desk, history
from provisioning.simulator.api import charts
from provisioning.simulator.booking import Ticket
from provisioning.simulator.clock import DAY_MS
from provisioning.simulator.margin import BUY, LOT, account_state
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.trading import open_position
from provisioning.simulator.world import open_world

pytestmark = pytest.mark.no_database

EVER = {"from": 0, "to": 9_999_999_999}
TUESDAY_NOON_S = int(dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC).timestamp())


def refused(code, act, *args, **more):
    with pytest.raises(Retcode) as caught:
        act(*args, **more)
    assert caught.value.code == code


@pytest.fixture
def past(world, ask):
    """Ask for prices around a Tuesday's noon."""

    def make(path: str, seconds: int, data: str):
        window = {"from": TUESDAY_NOON_S, "to": TUESDAY_NOON_S + seconds}
        return ask(path, symbol="EURUSD", data=data, **window)

    return make


def test_bars_hold_bare_numbers_in_the_order_asked_for(past):
    bars = past("chart/get", 600, "dohlctvs")["answer"]

    assert [bar[0] for bar in bars] == [TUESDAY_NOON_S + 60 * n for n in range(11)]
    for _, opened, high, low, closed, ticks, volume, spread in bars:
        assert low <= min(opened, closed) <= max(opened, closed) <= high
        assert ticks > 0 < spread
        assert volume == 0
    assert past("chart/get", 60, "cd")["answer"][0] == [bars[0][4], bars[0][0]]


def test_a_bar_opens_at_the_price_of_its_first_moment(world, past):
    bar = past("chart/get", 0, "o")["answer"][0]

    assert bar == [world.market.quote("EURUSD", TUESDAY_NOON_S * 1000).bid / 100_000]


def test_ticks_are_the_changes_of_a_price(past):
    ticks = past("tick/history", 20, "dba")["answer"]

    assert len(ticks) > 20
    assert all(before[1:] != after[1:] for before, after in pairwise(ticks))
    assert all(ask > bid for _, bid, ask in ticks)
    assert ticks[0][0] == TUESDAY_NOON_S * 1000


def test_what_is_too_much_is_cut_and_continues_from_its_last_row(past, monkeypatch):
    monkeypatch.setattr(charts, "MOST_BARS", 3)
    monkeypatch.setattr(charts, "MOST_TICKS", 3)

    bars, ticks = past("chart/get", 600, "d"), past("tick/history", 60, "d")

    assert (bars["retcode"], ticks["retcode"]) == (14, 14)
    assert bars["answer"][-1] == [TUESDAY_NOON_S + 120]


def test_nothing_is_told_of_the_future_or_of_unknown_symbols(world, ask, past):
    soon = {"from": world.clock.now_s() + 5, "to": world.clock.now_s() + 5000}

    assert ask("chart/get", symbol="EURUSD", data="d", **soon) == {"answer": []}
    assert ask("tick/history", symbol="EURUSD", data="d", **soon) == {"answer": []}
    refused(13, ask, "chart/get", symbol="NONE", data="d", **soon)
    refused(3, past, "chart/get", 60, "dx")


def test_statistics_span_the_day(world, ask):
    with world.clock.held():
        answer = ask("tick/stat", symbol="EURUSD,NONE,XAUUSD", trans_id=0)
        later = ask("tick/stat", symbol="EURUSD", trans_id=answer["trans_id"])

    euro, gold = answer["answer"]
    assert (euro["Symbol"], gold["Symbol"]) == ("EURUSD", "XAUUSD")
    assert Decimal(euro["BidLow"]) <= Decimal(euro["Bid"]) <= Decimal(euro["BidHigh"])
    assert later["answer"] == []


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ("EURUSD,GBPUSD", ["EURUSD", "GBPUSD"]),
        ("Forex\\Cross\\*", ["EURGBP", "EURJPY"]),
        ("Forex\\Cross\\*,!EURJPY,XAUUSD", ["EURGBP", "XAUUSD"]),
        ("EUR*", []),
    ],
)
def test_prices_are_asked_for_by_name_or_by_the_mask_of_a_path(ask, listed, names):
    found = ask("tick/last", symbol=listed, trans_id=0)["answer"]

    assert [tick["Symbol"] for tick in found] == names


def test_a_list_of_symbols_may_not_be_endless(ask):
    refused(3, ask, "tick/last", symbol="EURUSD," * 700)


def test_rates_between_currencies_are_told(ask):
    group = {"group": "real\\standard-usd"}
    buy = ask("trade/calc_rate_buy", base="EUR", currency="USD", **group)["answer"]["Rate"]
    sell = ask("trade/calc_rate_sell", base="EUR", currency="USD", **group)["answer"]["Rate"]

    assert Decimal(buy) > Decimal(sell) > 0
    assert ask("trade/calc_rate_buy", base="USD", currency="USD", **group)["answer"] == {
        "Rate": "1.00000000"
    }
    refused(13, ask, "trade/calc_rate_sell", base="EUR", currency="XXX", **group)


def test_the_last_daily_report_agrees_with_the_account(world, ask, open_account):
    login = open_account()
    with world.transaction():
        history.make_up(world, login, "swing", days=20)

    reports = ask("daily/get", login=login, **EVER)["answer"]

    balances = [Decimal(one["Balance"]) for one in reports]
    changes = [
        sum(Decimal(one[name]) for name in ("DailyProfit", "DailyStorage", "DailyCommInstant"))
        + Decimal(one["DailyBalance"])
        for one in reports
    ]
    assert len(reports) == 20
    assert [after - before for before, after in zip([0, *balances], balances, strict=False)] == (
        changes
    )
    assert [one["BalancePrevDay"] for one in reports[1:]] == [
        one["Balance"] for one in reports[:-1]
    ]
    assert [one["EquityPrevDay"] for one in reports[1:]] == [
        one["ProfitEquity"] for one in reports[:-1]
    ]
    assert any(one["PositionAdd"] for one in reports)


def test_a_report_values_what_was_open_that_day(world, ask, rich):
    login = rich()
    open_position(world, Ticket(login=login, symbol="EURUSD", side=BUY, volume=LOT))
    opened = world.clock.now_s()
    world.clock.jump(2 * DAY_MS)

    first, second = ask("daily/get", login=login, **EVER)["answer"][-2:]

    assert first["PositionAdd"][0]["Volume"] == "10000"
    for one in (first, second):
        equity = Decimal(one["Balance"]) + Decimal(one["Profit"]) + Decimal(one["ProfitStorage"])
        assert Decimal(one["ProfitEquity"]) == equity
        assert Decimal(one["Margin"]) > 0
        assert Decimal(one["Timestamp"]) / 10_000_000 - 11_644_473_600 >= opened
    assert int(second["DatetimePrev"]) == int(first["Timestamp"]) // 10_000_000 - 11_644_473_600


def test_reports_come_in_pages_and_light(world, ask, open_account):
    logins = [open_account(), open_account()]
    world.store.run("update users set registered_s = registered_s - 10 * 86400")
    named = {"login": ",".join(map(str, logins)), **EVER}

    every = ask("daily/get_batch", **named)["answer"]
    light = ask("daily/get_light_batch", **named)["answer"]
    pages = [
        ask("daily/get_light_page", **named, offset=start, total=8)["answer"]
        for start in (0, 8, 16)
    ]

    assert [len(page) for page in pages] == [8, 8, 4]
    assert [one for page in pages for one in page] == light
    assert [one["Login"] for one in every] == [str(logins[0])] * 10 + [str(logins[1])] * 10
    assert {"PositionAdd", "OrderAdd"} == set(every[0]) - set(light[0])


def test_positions_are_checked_against_the_deals_and_mended(world, ask, rich):
    login = rich()
    wrong, gone, right = (
        open_position(world, Ticket(login=login, symbol="EURUSD", side=BUY, volume=LOT // 10))
        for _ in range(3)
    )
    ask("position/update", Position=wrong.position, PriceOpen="0.50000")
    ask("position/delete", ticket=gone.position)
    world.store.run(
        "insert into positions (position, login, symbol, side, digits, contract, volume,"
        " price_open, opened_ms, updated_ms)"
        " select 999, login, symbol, side, digits, contract, volume,"
        " price_open, opened_ms, updated_ms from positions where position = ?",
        right.position,
    )

    found = ask("position/check", login=login)
    mended = ask("position/fix", login=login)["answer"]

    assert [
        [int(one["Position"]) for one in found[name]] for name in ("invalid", "missed", "nonexist")
    ] == [[wrong.position], [gone.position], [999]]
    assert [int(one["Position"]) for one in mended] == [
        wrong.position,
        gone.position,
        right.position,
    ]
    again = ask("position/check", login=login)
    assert (again["invalid"], again["missed"], again["nonexist"]) == ([], [], [])


def test_a_changed_deal_moves_the_balance_when_it_is_checked(world, ask, rich):
    login = rich()
    (deal,) = ask("deal/get_batch", login=login, **EVER)["answer"]

    changed = ask("deal/update", Deal=deal["Deal"], Profit="7500.25", Comment="put right")["answer"]
    before = ask("user/check_balance", login=login)["answer"]["Balance"]
    after = ask("user/check_balance", login=login, fixflag="1")["answer"]["Balance"]

    assert (changed["Profit"], changed["Comment"]) == ("7500.25", "put right")
    assert before == {"User": "10000.000000", "History": "7500.250000"}
    assert after == {"User": "7500.250000", "History": "7500.250000"}
    ask("deal/delete", ticket=deal["Deal"])
    refused(13, ask, "deal/get", ticket=deal["Deal"])
    refused(13, ask, "deal/delete", ticket=deal["Deal"])


def test_an_archived_account_is_gone_until_it_is_restored(world, ask, rich):
    login = rich()
    record = ask("user/get", login=login)["answer"]

    ask("user/archive/add", login=login)
    refused(13, ask, "user/get", login=login)
    kept = ask("user/archive/get", login=login)["answer"]
    batch = ask("user/archive/get_batch", login=f"{login},1")["answer"]
    backup = ask("user/backup/get", backup="0", login=login)["answer"]
    restored = ask("user/restore", Login=login)["answer"]

    assert record == kept == backup == restored == ask("user/get", login=login)["answer"]
    assert batch == [kept]
    assert account_state(world, login).balance == 1_000_000
    refused(3004, ask, "user/restore", Login=login)
    assert ask("user/backup/list", **EVER)["answer"] == []
    refused(13, ask, "deal/backup/get", backup=1, login=login)


def scalars(value):
    """Every value at the ends of an answer."""
    if isinstance(value, dict):
        return [end for one in value.values() for end in scalars(one)]
    if isinstance(value, list):
        return [end for one in value for end in scalars(one)]
    return [value]


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("user/get", {}),
        ("user/account/get", {}),
        ("user/check_balance", {}),
        ("deal/get_batch", EVER),
        ("history/get_batch", EVER),
        ("order/get_batch", {}),
        ("position/get_batch", {}),
        ("position/check", {}),
        ("daily/get", EVER),
        ("tick/stat", {"symbol": "EURUSD"}),
        ("tick/last", {"symbol": "EURUSD"}),
        ("symbol/get", {"symbol": "EURUSD"}),
        ("group/get", {"group": "real\\raw-usd"}),
        ("trade/check_margin", {"symbol": "EURUSD", "volume": 1_000_000, "type": 0}),
    ],
)
def test_every_scalar_is_a_string(world, ask, order, rich, path, values):
    login = rich()
    bid = Decimal(world.quote("EURUSD").bid).scaleb(-5)
    for side in (0, 1):
        order(200, Login=login, Symbol="EURUSD", Volume=100, Type=side)
    order(201, Login=login, Symbol="EURUSD", Volume=100, Type=2, PriceOrder=bid - 1)
    world.store.run("update users set registered_s = registered_s - 3 * 86400")

    found = scalars(ask(path, login=login, **values))

    assert found
    assert {type(end) for end in found} == {str}


def test_a_book_of_an_earlier_version_is_brought_up_to_date(options):
    old = open_world(options)
    for column in ("fill", "until", "dealer", "partner"):
        old.store.run(f"alter table orders drop column {column}")
    old.store.run("drop index orders_waiting")
    old.store.close()

    world = open_world(options)

    columns = {row["name"] for row in world.store.all("pragma table_info(orders)")}
    world.store.close()
    assert {"fill", "until", "dealer", "partner"} <= columns


def test_old_names_of_commands_still_work():
    assert desk.FLAT["/user_add"] == "/api/user/add"
    assert desk.FLAT["/user_pass_change"] == "/api/user/change_password"
    assert desk.FLAT["/deal_get_page"] == "/api/deal/get_page"
    assert desk.FLAT["/auth_start"] == "/api/auth/start"
