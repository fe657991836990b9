from __future__ import annotations

from decimal import Decimal

import pytest

from provisioning.simulator import history, risk, rounds, traders, users
from provisioning.simulator.booking import Ticket
from provisioning.simulator.clock import DAY_MS
from provisioning.simulator.margin import BUY, LOT, SELL, account_state
from provisioning.simulator.money import change_balance, figures_of_deals
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.trading import close_position, open_position
from provisioning.simulator.world import OF_ACCOUNTS

pytestmark = pytest.mark.no_database


def pay(world, login, amount, kind=2, comment="x", **more):
    return change_balance(
        world,
        login=login,
        kind=kind,
        amount=Decimal(amount),
        comment=comment,
        dealer=1000,
        **more,
    )


def refused(code, act, *args, **more):
    with pytest.raises(Retcode) as caught:
        act(*args, **more)
    assert caught.value.code == code


def test_the_same_operation_twice_is_booked_twice(world, open_account):
    login = open_account()

    first, second = pay(world, login, "10.00"), pay(world, login, "10.00")

    assert first != second
    assert world.user(login)["balance"] == 2000


def test_a_comment_is_cut_at_31_characters(world, open_account):
    ticket = pay(world, open_account(), "1", comment="a" * 40)

    row = world.store.one("select comment from deals where deal = ?", ticket)
    assert row["comment"] == "a" * 31


def test_money_that_is_not_there_is_refused(world, open_account):
    login = open_account()
    pay(world, login, "100")

    refused(10019, pay, world, login, "-100.01")
    refused(10019, pay, world, login, "-1", kind=3)
    refused(4005, pay, world, login, "1000000000.01")
    refused(3, pay, world, login, "1", kind=7)
    refused(13, pay, world, 999, "1")
    assert world.user(login)["balance"] == 10_000


def test_credit_and_bonus_move_credit_and_not_the_balance(world, open_account):
    login = open_account()
    pay(world, login, "50", kind=3)
    pay(world, login, "25", kind=6)

    assert (world.user(login)["balance"], world.user(login)["credit"]) == (0, 7_500)
    assert figures_of_deals(world, login) == (0, 7_500)


def test_free_margin_guards_withdrawals_unless_told_otherwise(world, open_account):
    login = open_account()
    pay(world, login, "3000")
    open_position(world, Ticket(login=login, symbol="EURUSD", side=BUY, volume=2 * LOT))
    state = account_state(world, login)
    more_than_free = Decimal(state.free + 100).scaleb(-2)

    refused(10019, pay, world, login, -more_than_free)
    pay(world, login, -more_than_free, is_margin_checked=False)


def test_a_round_trip_costs_the_spread_and_the_commission(world, open_account):
    login = open_account("real\\raw-usd")
    pay(world, login, "10000")

    fill = open_position(world, Ticket(login=login, symbol="EURUSD", side=SELL, volume=LOT))
    close_position(world, fill.position)

    deals = world.store.all("select * from deals where login = ? and action < 2", login)
    assert [(deal["entry"], deal["commission"]) for deal in deals] == [(0, -350), (1, -350)]
    assert deals[1]["closed"] == LOT
    assert world.user(login)["balance"] == 1_000_000 + deals[1]["profit"] - 700
    assert figures_of_deals(world, login)[0] == world.user(login)["balance"]


def test_half_of_a_position_can_be_closed(world, open_account):
    login = open_account()
    pay(world, login, "10000")
    fill = open_position(world, Ticket(login=login, symbol="EURUSD", side=BUY, volume=LOT))

    close_position(world, fill.position, volume=LOT // 2)

    row = world.store.one("select volume from positions where position = ?", fill.position)
    assert row["volume"] == LOT // 2
    refused(10038, close_position, world, fill.position, volume=LOT)


def test_trading_can_be_switched_off_and_needs_money(world, open_account):
    login = open_account()
    ticket = Ticket(login=login, symbol="EURUSD", side=BUY, volume=LOT)

    refused(10019, open_position, world, ticket)
    users.update(world, login, {"Rights": str(0x1E3 | 0x4)})
    pay(world, login, "100000")
    refused(10017, open_position, world, ticket)


def test_a_crash_stops_an_account_out_and_never_leaves_it_below_zero(world, open_account):
    login = open_account()
    pay(world, login, "3000")
    open_position(world, Ticket(login=login, symbol="XAUUSD", side=BUY, volume=LOT))

    world.market.shock("XAUUSD", -15, world.clock.now_ms() - 500)
    risk.watch(world)

    deals = world.store.all("select * from deals where login = ? order by deal", login)
    assert [(deal["action"], deal["reason"]) for deal in deals[2:]] == [(1, 5), (19, 2)]
    assert deals[2]["comment"].startswith("[so ")
    assert world.user(login)["balance"] == 0
    assert figures_of_deals(world, login) == (0, 0)


def test_stops_close_at_their_price(world, open_account):
    login = open_account()
    pay(world, login, "10000")
    bid = world.quote("EURUSD", world.group_of(login)).bid
    open_position(
        world, Ticket(login=login, symbol="EURUSD", side=BUY, volume=LOT // 10, sl=bid - 200)
    )

    world.market.shock("EURUSD", -2, world.clock.now_ms() - 500)
    risk.watch(world)

    assert world.store.number("select count(*) from positions") == 0
    assert world.store.number("select reason from deals where entry = 1") == 3


def test_nights_are_paid_thrice_from_wednesday_and_not_at_the_week_end():
    monday = 20_512  # 2026-02-28 was a Saturday: day numbers since 1970
    days = [risk.nights(monday + day) for day in range(-1, 6)]

    assert sum(days) == 7
    assert sorted(days) == [0, 0, 1, 1, 1, 1, 3]


def test_swaps_are_booked_with_the_position(world, open_account):
    login = open_account()
    pay(world, login, "10000")
    open_position(world, Ticket(login=login, symbol="EURUSD", side=BUY, volume=LOT))

    risk.roll_over(world)
    world.clock.jump(7 * DAY_MS)
    risk.roll_over(world)

    row = world.store.one("select storage from positions")
    assert row["storage"] < 0


@pytest.mark.parametrize("kind", ["scalper", "swing", "news", "losing", "winning"])
def test_a_made_up_past_adds_up_and_runs_in_order(world, open_account, kind):
    login = open_account()

    with world.transaction():
        past = history.make_up(world, login, kind, days=40)

    deals = world.store.all("select * from deals where login = ? order by deal", login)
    assert len(deals) == past.deals > 20
    assert (deals[0]["action"], deals[0]["profit"]) == (2, 1_000_000)
    assert figures_of_deals(world, login) == (world.user(login)["balance"], 0)
    times = [deal["time_ms"] for deal in deals]
    assert times == sorted(times)
    assert world.store.number("select count(*) from positions") == 0
    assert world.user(login)["registered_s"] * 1000 < times[0]


def test_the_same_seed_makes_the_same_trades(world, open_account):
    login = open_account()
    at_ms = 1_772_539_200_000
    dice = [world.dice(login, 1) for _ in range(2)]

    chosen = [
        traders.choose(world, one, traders.KINDS["winning"], at_ms=at_ms, funds=10_000)
        for one in dice
    ]

    assert chosen[0] == chosen[1]


def test_a_copycat_follows_its_leader(world, open_account):
    leader, copycat = open_account(), open_account()
    for login in (leader, copycat):
        pay(world, login, "10000")
    traders.attach(world, copycat, "copycat", leader=leader)
    fill = open_position(world, Ticket(login=leader, symbol="EURUSD", side=BUY, volume=LOT // 10))

    rounds.one_round(world)
    world.clock.jump(4_000)
    rounds.one_round(world)
    mine = world.store.one("select * from positions where login = ?", copycat)
    close_position(world, fill.position)
    world.clock.jump(5_000)
    rounds.one_round(world)

    assert (mine["symbol"], mine["side"], mine["volume"]) == ("EURUSD", BUY, LOT // 10)
    assert world.store.number("select count(*) from positions") == 0


def test_traders_trade_when_time_passes(world, open_account):
    login = open_account()
    pay(world, login, "10000")
    traders.attach(world, login, "scalper")

    rounds.step(world, seconds=3 * 3600)

    assert world.store.number("select count(*) from deals where login = ? and entry = 1", login) > 3
    assert figures_of_deals(world, login)[0] == world.user(login)["balance"]


def test_accounts_follow_the_documented_rules(world, open_account):
    login = open_account()

    refused(8, open_account, "real\\none")
    refused(3006, open_account, PassMain="short1!")
    refused(3004, open_account, Login=str(login))
    refused(3003, open_account, Login="12")
    refused(3010, users.update, world, login, {"Group": "real\\standard-eur"})
    users.update(world, login, {"Leverage": "abc", "FirstName": "T" * 200})
    row = world.user(login)
    assert row["leverage"] == 100  # a bad value leaves the field, with success
    assert f'"FirstName":"{"T" * 63}"' in row["details"]


def test_an_account_with_open_trades_cannot_be_deleted(world, open_account):
    login = open_account()
    pay(world, login, "1000")
    fill = open_position(world, Ticket(login=login, symbol="EURUSD", side=BUY, volume=LOT // 100))

    refused(3008, users.delete, world, login)
    close_position(world, fill.position)
    users.delete(world, login)
    refused(13, world.user, login)


def test_a_wiped_book_has_no_accounts_and_counts_on(world, rich):
    rich()
    newest = world.store.number("select max(deal) from deals")

    world.wipe()
    left = [world.store.number(f"select count(*) from {table}") for table in OF_ACCOUNTS]
    rich()

    assert left == [0] * len(OF_ACCOUNTS)
    assert world.store.number("select max(deal) from deals") == newest + 1
