from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from provisioning.simulator import alarms, bulk, risk, rounds
from provisioning.simulator.booking import Ticket
from provisioning.simulator.bulk import Wish
from provisioning.simulator.clock import DAY_MS, day_of, weekday_of
from provisioning.simulator.margin import BUY, LOT, account_state
from provisioning.simulator.money import change_balance, figures_of_deals
from provisioning.simulator.trading import open_position

pytestmark = pytest.mark.no_database


@pytest.fixture
def stretched(world, open_account):
    """An account whose whole money is bound by one position."""
    login = open_account()
    margin = 1_250
    change_balance(world, login=login, kind=2, amount=Decimal(margin), comment="x", dealer=1000)
    open_position(world, Ticket(login=login, symbol="EURUSD", side=BUY, volume=LOT))
    return login


def fall_to(world, login, level):
    """Let the price fall until the margin level is about that."""
    world.clock.jump(1_000)
    state = account_state(world, login)
    loss = state.equity - state.margin * level / 100
    bid = world.quote("EURUSD").bid
    per_cent = -loss / 100_000 / (bid / 100_000) / 100 * 100
    world.market.shock("EURUSD", per_cent, world.clock.now_ms() - 250)
    rounds.one_round(world)


def test_a_margin_call_is_told_until_it_is_over(world, ask, stretched):
    fall_to(world, stretched, 80)
    called = ask("user/account/get", login=stretched)["answer"]
    change_balance(world, login=stretched, kind=2, amount=Decimal(2000), comment="x", dealer=1000)
    rounds.one_round(world)
    after = ask("user/account/get", login=stretched)["answer"]

    assert called["SOActivation"] == "1"
    assert 60 < Decimal(called["SOLevel"]) < 100
    assert Decimal(called["SOEquity"]) < Decimal(called["SOMargin"])
    assert abs(int(called["SOTime"]) - world.clock.now_s()) < 60
    assert (after["SOActivation"], after["SOTime"]) == ("0", "0")


def test_a_stop_out_closes_the_position_and_says_so(world, ask, stretched):
    fall_to(world, stretched, 30)

    told = ask("user/account/get", login=stretched)["answer"]
    deal = ask("deal/get_batch", login=stretched, **{"from": 0, "to": 9_999_999_999})["answer"][-1]

    assert (told["SOActivation"], told["Margin"]) == ("2", "0.00")
    assert (deal["Reason"], deal["Entry"]) == ("5", "1")
    assert deal["Comment"].startswith("[so ")
    assert figures_of_deals(world, stretched)[0] == world.user(stretched)["balance"]


def test_a_balance_below_zero_is_brought_back_to_zero(world, ask, stretched):
    fall_to(world, stretched, -200)

    deals = ask("deal/get_batch", login=stretched, **{"from": 0, "to": 9_999_999_999})["answer"]

    assert deals[-1]["Action"] == "19"
    assert world.user(stretched)["balance"] == 0
    assert figures_of_deals(world, stretched) == (0, 0)


def test_only_the_endangered_of_many_accounts_are_looked_at(world, stretched):
    bulk.load(world, Wish(accounts=300, deals=1_500, days=5, positions=200))

    assert alarms.suspects(world) == []
    fall_to(world, stretched, 90)
    assert stretched in alarms.suspects(world)
    assert len(alarms.suspects(world)) < 20


def test_what_a_position_binds_does_not_move_with_the_market(world, stretched):
    before = account_state(world, stretched).margin
    fall_to(world, stretched, 80)

    assert account_state(world, stretched).margin == before > 0


def test_a_night_costs_the_swap_and_wednesday_three(world, rich):
    login = rich()
    open_position(world, Ticket(login=login, symbol="EURUSD", side=BUY, volume=LOT))
    risk.roll_over(world)
    paid = {}
    before = 0
    for _ in range(7):
        world.clock.jump(DAY_MS)
        risk.roll_over(world)
        storage = world.store.number("select storage from positions")
        paid[(weekday_of(day_of(world.clock.now_ms()) * DAY_MS) - 1) % 7] = storage - before
        before = storage

    night = -640  # 6.4 points of a lot of EURUSD, in cents
    assert paid == {0: 0, 1: night, 2: night, 3: 3 * night, 4: night, 5: night, 6: 0}


def test_a_rollover_missed_while_the_server_was_down_is_made_up_for(world, rich):
    login = rich()
    open_position(world, Ticket(login=login, symbol="EURUSD", side=BUY, volume=LOT))
    risk.roll_over(world)

    world.clock.jump(14 * DAY_MS)
    rounds.one_round(world)

    assert world.store.number("select storage from positions") == -14 * 640


def test_the_triple_day_is_the_one_that_symbols_name(ask):
    wednesday = dt.date(2026, 3, 4).isoweekday() % 7

    assert ask("symbol/get", symbol="EURUSD")["answer"]["Swap3Day"] == str(wednesday)
