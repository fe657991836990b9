from __future__ import annotations

from decimal import Decimal

import pytest

from provisioning.simulator import rounds, users
from provisioning.simulator.clock import DAY_MS
from provisioning.simulator.money import figures_of_deals

pytestmark = pytest.mark.no_database

EVER = {"from": 0, "to": 9_999_999_999}
PLACED, EXECUTED = 10008, 10009


@pytest.fixture
def bid(world):
    """The bid of now, moved by so many points."""

    def moved(points: int = 0) -> str:
        group = world.find_group("real\\standard-usd")
        return str(Decimal(world.quote("EURUSD", group).bid + points).scaleb(-5))

    return moved


@pytest.fixture
def wait(order):
    """Place an order for 0.1 lots of EURUSD."""

    def make(login: int, kind: int, price: str, **more: object):
        return order(
            201, Login=login, Symbol="EURUSD", Volume=1000, Type=kind, PriceOrder=price, **more
        )

    return make


def jump(world, per_cent):
    world.market.shock("EURUSD", per_cent, world.clock.now_ms() - 250)
    rounds.one_round(world)


def test_a_limit_waits_until_the_market_comes_to_it(world, ask, rich, wait, bid):
    login = rich()
    code, answer = wait(login, 2, bid(-500), PriceSL=bid(-1500), PriceTP=bid(900), Comment="dip")
    rounds.one_round(world)
    waiting = ask("order/get", ticket=answer["ResultOrder"])["answer"]

    jump(world, -0.8)

    (position,) = ask("position/get_batch", login=login)["answer"]
    closed = ask("history/get", ticket=answer["ResultOrder"])["answer"]
    assert code == PLACED
    assert (waiting["State"], waiting["Type"], waiting["VolumeCurrentExt"]) == (
        "1",
        "2",
        "10000000",
    )
    assert ask("order/get_total", login=login)["answer"] == {"Total": "0"}
    assert (closed["State"], closed["VolumeCurrent"]) == ("4", "0")
    assert closed["PositionID"] == position["Position"] == answer["ResultOrder"]
    assert position["Comment"] == "dip"
    assert Decimal(position["PriceOpen"]) <= Decimal(waiting["PriceOrder"])
    assert figures_of_deals(world, login)[0] == world.user(login)["balance"]


def test_a_stop_buys_what_rises(world, ask, rich, wait, bid):
    login = rich()
    wait(login, 4, bid(500))

    jump(world, 0.8)

    assert ask("position/get", login=login, symbol="EURUSD")["answer"]["Action"] == "0"


def test_a_stop_limit_becomes_a_limit_first(world, ask, rich, wait, bid):
    login = rich()
    _, answer = wait(login, 6, bid(500), PriceTrigger=bid(100))
    limit = bid(100)

    jump(world, 0.8)
    turned = ask("order/get", ticket=answer["ResultOrder"])["answer"]
    jump(world, -0.9)

    assert (turned["Type"], turned["PriceOrder"]) == ("2", f"{Decimal(limit):.5f}")
    assert ask("position/get_total", login=login)["answer"] == {"Total": "1"}


@pytest.mark.parametrize("kind", [2, 5, 7])
def test_a_price_on_the_wrong_side_of_the_market_is_refused(rich, wait, bid, kind):
    assert wait(rich(), kind, bid(500), PriceTrigger=bid(600))[0] == 10015


def test_stops_on_the_wrong_side_and_unknown_kinds_are_refused(rich, wait, bid):
    login = rich()

    assert wait(login, 2, bid(-500), PriceSL=bid(-400))[0] == 10016
    assert wait(login, 8, bid(-500))[0] == 10035
    assert wait(login, 2, bid(-500), TypeTime=9)[0] == 10013


@pytest.mark.parametrize("until", [1, 2, 3])
def test_orders_expire(world, ask, rich, wait, bid, until):
    login, days = rich(), 2 if until == 3 else 1
    tomorrow = world.clock.now_s() + 86_000
    wait(login, 2, bid(-9000), TypeTime=until, TimeExpiration=tomorrow)

    rounds.one_round(world)
    before = ask("order/get_total", login=login)["answer"]["Total"]
    world.clock.jump(days * DAY_MS)
    rounds.one_round(world)

    (closed,) = ask("history/get_page", login=login, **EVER)["answer"]
    assert before == "1"
    assert (closed["State"], closed["TypeTime"]) == ("6", str(until))


def test_an_expiry_in_the_past_is_refused(rich, wait, bid):
    assert wait(rich(), 2, bid(-500), TypeTime=2, TimeExpiration=1000)[0] == 10013


def test_an_order_without_money_behind_it_is_rejected_when_its_time_comes(
    world, ask, open_account, wait, bid
):
    login = open_account()
    wait(login, 2, bid(-500))

    jump(world, -0.8)

    (closed,) = ask("history/get_batch", login=login, **EVER)["answer"]
    assert closed["State"] == "5"


def test_dealers_change_activate_and_remove_orders(world, ask, rich, wait, order, bid):
    login = rich()
    first = wait(login, 2, bid(-500))[1]["ResultOrder"]
    second = wait(login, 2, bid(-500))[1]["ResultOrder"]
    third = wait(login, 6, bid(500), PriceTrigger=bid(100))[1]["ResultOrder"]

    changed, _ = order(203, Login=login, Order=first, PriceOrder=bid(-700), PriceTP=bid(100))
    removed, _ = order(204, Login=login, Order=first)
    activated, fill = order(205, Login=login, Order=second)
    turned, _ = order(207, Login=login, Order=third)

    assert {changed, removed, activated, turned} == {EXECUTED}
    assert ask("history/get", ticket=first)["answer"]["State"] == "2"
    assert ask("deal/get", ticket=fill["ResultDeal"])["answer"]["Order"] == second
    assert ask("order/get", ticket=third)["answer"]["Type"] == "2"
    assert order(204, Login=login, Order=first)[0] == 13
    assert order(205, Login=rich(), Order=third)[0] == 10013


def test_stops_of_a_position_can_be_changed_and_then_close_it(world, ask, rich, order, bid):
    login = rich()
    _, opened = order(200, Login=login, Symbol="EURUSD", Volume=100, Type=0)
    position = ask("position/get_batch", login=login)["answer"][0]["Position"]

    wrong, _ = order(202, Login=login, Position=position, PriceSL=bid(500))
    right, _ = order(202, Login=login, Position=position, PriceSL=bid(-300))
    jump(world, -1)

    deals = ask("deal/get_batch", login=login, **EVER)["answer"]
    assert opened["ResultDeal"] == deals[1]["Deal"]
    assert (wrong, right) == (10016, EXECUTED)
    assert (deals[-1]["Reason"], deals[-1]["Entry"]) == ("3", "1")


def test_opposite_positions_close_each_other(world, ask, rich, order):
    login = rich()
    order(200, Login=login, Symbol="EURUSD", Volume=1000, Type=0)
    order(200, Login=login, Symbol="EURUSD", Volume=400, Type=1)
    buy, sell = (one["Position"] for one in ask("position/get_batch", login=login)["answer"])

    same, _ = order(208, Login=login, Position=buy, PositionBy=buy)
    code, answer = order(208, Login=login, Position=buy, PositionBy=sell)

    (left,) = ask("position/get_batch", login=login)["answer"]
    deals = ask("deal/get_batch", login=login, **EVER)["answer"]
    closing = ask("history/get", ticket=answer["ResultOrder"])["answer"]
    assert (same, code) == (10013, EXECUTED)
    assert (left["Position"], left["Volume"]) == (buy, "600")
    assert [(deal["Entry"], deal["PositionID"]) for deal in deals[-2:]] == [("3", buy), ("3", sell)]
    assert (closing["Type"], closing["PositionByID"]) == ("8", sell)
    assert figures_of_deals(world, login)[0] == world.user(login)["balance"]


def test_a_dealer_moves_money_too(ask, rich, order):
    login = rich()

    code, answer = order(206, Login=login, Type=2, PriceOrder="-250.5", Comment="W-1")
    refused, _ = order(206, Login=login, Type=2, PriceOrder="-99999")

    deal = ask("deal/get", ticket=answer["ResultDeal"])["answer"]
    assert (code, refused) == (EXECUTED, 10019)
    assert (deal["Profit"], deal["Comment"], deal["Action"]) == ("-250.50", "W-1", "2")


def test_orders_can_be_cancelled_reopened_changed_and_deleted(ask, rich, wait, bid):
    login = rich()
    ticket = wait(login, 2, bid(-500))[1]["ResultOrder"]

    ask("order/cancel", ticket=ticket)
    history = ask("history/get_total", login=login, **EVER)["answer"]["Total"]
    again = ask("order/reopen", ticket=ticket)["answer"]
    changed = ask("order/update", Order=ticket, PriceOrder="0.90001", Comment="moved")["answer"]
    ask("order/delete", ticket=ticket)

    assert history == "1"
    assert (again["State"], again["TimeDone"]) == ("1", "0")
    assert (changed["PriceOrder"], changed["Comment"]) == ("0.90001", "moved")
    assert ask("order/get_total", login=login)["answer"] == {"Total": "0"}


def test_trading_switched_off_takes_no_orders(world, rich, wait, bid):
    login = rich()
    users.update(world, login, {"Rights": str(0x1E3 | 0x4)})

    assert wait(login, 2, bid(-500))[0] == 10017
