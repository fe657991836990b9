"""Margin calls and stop-outs: which accounts to look at, and what their state says of it."""

from __future__ import annotations

from itertools import groupby
from sqlite3 import Row

from provisioning.simulator.margin import BUY, LOT, State, margin_of, money_of_points
from provisioning.simulator.world import Group, World

MARGIN_CALL, STOP_OUT = 1, 2
SLACK = 1.02
"""Rough figures must be this much better than a margin call to be believed."""
MOST_BOUND = 50_000
CARRIED = (
    "select p.position, p.opened_ms, p.login, p.symbol, p.side, p.volume, p.price_open, p.storage,"
    " u.grp, u.leverage,"
    " u.balance + u.credit as funds from positions p cross join users u on u.login = p.login"
    " order by p.login"
)


def suspects(world: World) -> list[int]:
    """Accounts that may be at a margin call or below, and those that had one.

    The sums are rough: what a lot is worth is worked out once per symbol and group, so that
    thousands of open positions can be looked at each second.
    """
    rough = _Rough(world)
    found = {int(row["login"]) for row in world.store.all("select login from alarms")}
    for login, rows in groupby(world.store.all(CARRIED), key=lambda row: int(row["login"])):
        if rough.is_near_call(list(rows)):
            found.add(login)
    return sorted(found)


def note(world: World, group: Group, state: State) -> None:
    """Remember a margin call or stop-out from the moment it begins, and its end."""
    kind = _kind(group, state)
    row = world.store.one("select kind from alarms where login = ?", state.login)
    before = int(row["kind"]) if row else 0
    if kind == before or (before == STOP_OUT and state.level is None):
        return  # a stop-out stays to be seen while nothing is open
    world.store.run("delete from alarms where login = ?", state.login)
    if kind:
        world.store.insert(
            "alarms",
            {
                "login": state.login,
                "kind": kind,
                "time_s": world.clock.now_s(),
                "level": f"{state.level:.2f}",
                "equity": state.equity,
                "margin": state.margin,
            },
        )


def _kind(group: Group, state: State) -> int:
    if state.level is None or state.level > group.margin_call:
        return 0
    return STOP_OUT if state.level <= group.stop_out else MARGIN_CALL


class _Rough:
    """Values of a lot, worked out once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._worths: dict[tuple[str, str], tuple[int, int, float]] = {}

    def is_near_call(self, rows: list[Row]) -> bool:
        """Whether the open positions of one account may have brought it to a margin call."""
        group = self._world.groups[str(rows[0]["grp"]).lower()]
        equity, margin = float(rows[0]["funds"]), 0.0
        for row in rows:
            bid, ask, point = self._worth(row["symbol"], group)
            lots = row["volume"] / LOT
            is_buy = row["side"] == BUY
            move = bid - row["price_open"] if is_buy else row["price_open"] - ask
            equity += move * point * lots + row["storage"]
            margin += self._bound(row, group) * lots / max(1, row["leverage"])
        return equity <= margin * float(group.margin_call) / 100 * SLACK

    def _bound(self, row: Row, group: Group) -> float:
        """The margin of a lot without leverage, fixed since the position was opened."""
        bound = self._world.bound
        known = bound.get(row["position"])
        if known is None:
            if len(bound) >= MOST_BOUND:
                bound.clear()
            known = bound[row["position"]] = float(
                margin_of(
                    self._world,
                    group,
                    symbol=row["symbol"],
                    volume=LOT,
                    leverage=1,
                    at_ms=row["opened_ms"],
                )
            )
        return known

    def _worth(self, symbol: str, group: Group) -> tuple[int, int, float]:
        """Bid, ask, and what a point of a lot is worth."""
        known = self._worths.get((symbol, group.name))
        if known is None:
            world = self._world
            quote, now = world.quote(symbol, group), world.clock.now_ms()
            thousand = money_of_points(
                world, group, symbol=symbol, points=1000, volume=LOT, at_ms=now
            )
            known = (quote.bid, quote.ask, thousand / 1000)
            self._worths[symbol, group.name] = known
        return known
