from __future__ import annotations

import pytest

from provisioning.simulator.money import figures_of_deals
from tests.support.simulator import running

pytestmark = pytest.mark.no_database

EVER = {"from": 0, "to": 9_999_999_999}


@pytest.fixture
def login(world, rich):
    world.store.run(
        "update groups set settings = json_set(settings, '$.margin_mode', '0')"
        " where name = 'real\\raw-usd'"
    )
    world.load_groups()
    return rich("real\\raw-usd")


@pytest.fixture
def trade(order, login):
    def make(side: int, volume: int):
        code, answer = order(200, Login=login, Symbol="EURUSD", Volume=volume, Type=side)
        assert code == 10009
        return answer

    return make


def test_trades_of_a_symbol_are_one_position(world, ask, login, trade):
    trade(0, 1000)
    world.market.shock("EURUSD", 1, world.clock.now_ms() - 250)
    trade(0, 3000)

    (position,) = ask("position/get_batch", login=login)["answer"]
    first, second = ask("deal/get_batch", login=login, **EVER)["answer"][1:]
    mean = (float(first["Price"]) + 3 * float(second["Price"])) / 4
    assert position["Volume"] == "4000"
    assert float(position["PriceOpen"]) == pytest.approx(mean, abs=1e-5)
    assert {first["PositionID"], second["PositionID"]} == {position["Position"]}
    found = ask("position/get", login=login, symbol="EURUSD")["answer"]
    assert found["Position"] == position["Position"]


def test_the_other_side_reduces_closes_and_turns_round(world, ask, login, trade):
    trade(0, 1000)
    trade(1, 400)
    reduced = ask("position/get", login=login, symbol="EURUSD")["answer"]
    trade(1, 900)
    turned = ask("position/get", login=login, symbol="EURUSD")["answer"]
    trade(0, 300)

    deals = ask("deal/get_batch", login=login, **EVER)["answer"][1:]
    assert (reduced["Action"], reduced["Volume"]) == ("0", "600")
    assert (turned["Action"], turned["Volume"]) == ("1", "300")
    assert [deal["Entry"] for deal in deals] == ["0", "1", "2", "1"]
    assert [deal["VolumeClosed"] for deal in deals] == ["0", "400", "600", "300"]
    assert ask("position/get_total", login=login)["answer"] == {"Total": "0"}
    assert figures_of_deals(world, login)[0] == world.user(login)["balance"]


def test_positions_follow_from_the_deals(ask, login, trade):
    for side, volume in ((0, 1000), (0, 500), (1, 2500)):
        trade(side, volume)

    found = ask("position/check", login=login)

    assert (found["invalid"], found["missed"], found["nonexist"]) == ([], [], [])
    assert [one["Volume"] for one in found["answer"]] == ["1000"]


def test_a_group_of_netting_accounts_says_so_and_can_be_ordered(tmp_path):
    with running(tmp_path) as server:
        server.order("/groups", name="real\\net", template="real\\raw-usd", margin_mode="0")
        with pytest.raises(OSError, match="400"):
            server.order("/groups", name="real\\x", template="real\\raw-usd", margin_mode="9")


def test_the_margin_mode_is_told(world, ask, login):
    assert ask("group/get", group="real\\raw-usd")["answer"]["MarginMode"] == "0"
    assert ask("group/get", group="real\\raw-eur")["answer"]["MarginMode"] == "2"
