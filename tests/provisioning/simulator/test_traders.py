"""Simulated traders differ as the people they stand for do."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, replace

import pytest

from provisioning.simulator import history, rounds, traders, users
from provisioning.simulator.clock import MS
from provisioning.simulator.options import Options
from provisioning.simulator.world import open_world
from tests.support.simulator import running

pytestmark = pytest.mark.no_database

MINUTE, HOUR = 60, 3600
KINDS = ("scalper", "swing", "news", "losing", "winning")
DAYS = 60


@dataclass(frozen=True)
class Record:
    """What a broker sees of a trader: closed trades, seconds held, share of winners, result."""

    trades: int
    hold: float
    win_rate: float
    result: int

    @property
    def per_day(self) -> float:
        return self.trades / DAYS


def record(world, login) -> Record:
    rows = world.store.all(
        "select o.time_ms - i.time_ms as held, o.profit from deals o join deals i"
        " on i.position = o.position and i.entry = 0 and i.login = o.login"
        " where o.login = ? and o.entry = 1",
        login,
    )
    result = world.store.number(
        "select sum(profit + storage + commission) from deals where login = ? and action < 2", login
    )
    return Record(
        trades=len(rows),
        hold=statistics.median(row["held"] for row in rows) / MS,
        win_rate=sum(row["profit"] > 0 for row in rows) / len(rows),
        result=result,
    )


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """Two of each kind with a made-up past, told together."""
    opened = open_world(Options(state=tmp_path_factory.mktemp("crowd"), seed=3))
    found = {}
    with opened.transaction():
        for kind in KINDS:
            logins = []
            for _ in range(2):
                marks = {"PassMain": "Abcdef1!", "PassInvestor": "Abcdef1!", "Name": "Theo Adler"}
                logins.append(
                    users.add(opened, {"Group": "real\\standard-usd", "Leverage": "100", **marks})
                )
                history.make_up(opened, logins[-1], kind, days=DAYS)
            found[kind] = [record(opened, login) for login in logins]
    yield found
    opened.store.close()


def mean(records, name):
    return statistics.mean(getattr(one, name) for one in records)


def test_a_scalper_trades_often_and_holds_for_minutes(crowd):
    assert all(one.hold < 15 * MINUTE for one in crowd["scalper"])
    others = max(mean(crowd[kind], "per_day") for kind in KINDS if kind != "scalper")
    assert mean(crowd["scalper"], "per_day") > 1.8 * others


def test_a_swing_trader_trades_seldom_and_holds_for_hours(crowd):
    assert all(one.hold > 4 * HOUR for one in crowd["swing"])
    assert mean(crowd["swing"], "per_day") < 2


def test_a_news_trader_holds_for_minutes_but_trades_seldom(crowd):
    assert all(MINUTE < one.hold < 10 * MINUTE for one in crowd["news"])
    assert mean(crowd["news"], "per_day") < mean(crowd["scalper"], "per_day") / 2


def test_winners_win_and_losers_lose(crowd):
    assert mean(crowd["winning"], "win_rate") > mean(crowd["losing"], "win_rate") + 0.1
    assert mean(crowd["winning"], "result") > 0 > mean(crowd["losing"], "result")


@pytest.fixture
def pair(world, open_account):
    leader, copycat = open_account(), open_account()
    with world.transaction():
        history.make_up(world, leader, "winning", days=30)
        history.make_up(world, copycat, "copycat", days=30, leader=leader)
    return leader, copycat


def delays(world, leader, copycat, entry):
    """Seconds between the leader's trades and the copies of them."""
    rows = world.store.all(
        "select c.time_ms - l.time_ms as late from deals c"
        " join deals i on i.position = c.position and i.entry = 0"
        " join deals l on l.login = ? and 'copy ' || l.position = i.comment and l.entry = c.entry"
        " where c.login = ? and c.entry = ?",
        leader,
        copycat,
        entry,
    )
    return [row["late"] / MS for row in rows]


@pytest.mark.parametrize("entry", [0, 1])
def test_a_copycat_has_always_followed_within_seconds(world, pair, entry):
    leader, copycat = pair
    late = delays(world, leader, copycat, entry)

    led = world.store.number(
        "select count(*) from deals where login = ? and entry = ? and action < 2", leader, entry
    )
    assert len(late) > 0.95 * led > 20
    assert sum(1 <= seconds < 4 for seconds in late) > 0.95 * len(late)


def test_a_copycat_does_the_same_trades(world, pair):
    leader, copycat = pair
    sides = [
        world.store.all(
            "select symbol, action, volume from deals where login = ? and entry = 0"
            " and action < 2 order by time_ms",
            login,
        )
        for login in (leader, copycat)
    ]

    same = sum(tuple(one) == tuple(other) for one, other in zip(*sides, strict=False))
    assert same > 0.9 * len(sides[0])


def test_a_copycat_goes_on_following_live(world, open_account):
    leader, copycat = open_account(), open_account()
    with world.transaction():
        history.make_up(world, leader, "scalper", days=1)
        history.make_up(world, copycat, "copycat", days=1, leader=leader)
    traders.attach(world, leader, "scalper")
    traders.attach(world, copycat, "copycat", leader=leader)
    before = len(delays(world, leader, copycat, 0))

    for _ in range(900):
        world.clock.jump(2 * MS)
        rounds.one_round(world)

    late = delays(world, leader, copycat, 0)[before:]
    assert len(late) >= 3
    assert all(0 < seconds < 8 for seconds in late)


def test_time_runs_as_fast_as_wished(options, tmp_path):
    quick = open_world(replace(options, state=tmp_path / "quick", speed=3600.0))
    began, shown = time.monotonic(), quick.clock.now_ms()
    while quick.clock.now_ms() - shown < 600 * MS:
        time.sleep(0.01)
    took = time.monotonic() - began
    quick.store.close()

    assert 0.1 < took < 10  # ten minutes in a sixth of a second, with room for slow machines


def test_a_simulated_day_of_trading_takes_no_day(tmp_path):
    with running(tmp_path, "--speed", "2000", "--round-seconds", "0.05") as server:
        before = server.ask("/state")["now_ms"]
        after = server.ask("/state")["now_ms"]
        while after - before < 10 * 60 * MS:
            after = server.ask("/state")["now_ms"]

    assert after - before >= 600 * MS


def test_clock_traders_prices_and_waiting_swaps_survive_a_restart(tmp_path):
    with running(tmp_path) as server:
        server.order("/bulk", accounts=2, deals=40, positions=2)
        server.order("/traders", login=500001, kind="scalper")
        server.order("/clock", skew_seconds=-7200)
        server.order("/step", seconds=90_000)
        moved = server.order("/market", symbol="XAUUSD", per_cent=-10)
        first = server.ask("/state")
    with running(tmp_path) as server:
        again = server.ask("/state")
        price = server.order("/market", symbol="XAUUSD", per_cent=0)

    assert {name: first[name] for name in ("users", "deals", "traders")} == {
        name: again[name] for name in ("users", "deals", "traders")
    }
    assert 0 <= again["now_ms"] - first["now_ms"] < 120 * MS
    assert price["bid"] == pytest.approx(moved["bid"], rel=0.01)


def test_a_skewed_clock_is_wrong_by_that_much_and_can_be_put_right(tmp_path):
    with running(tmp_path) as server:
        before = server.ask("/state")["now_ms"]
        skewed = server.order("/clock", skew_seconds=3600)["now_ms"]
        right = server.order("/clock", skew_seconds=0)["now_ms"]

    assert 3600 * MS <= skewed - before < 3660 * MS
    assert 0 <= right - before < 60 * MS
