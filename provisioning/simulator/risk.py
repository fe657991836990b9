"""What a simulated server does by itself: stops, margin calls, stop-out, swaps at rollover."""

from __future__ import annotations

from decimal import Decimal
from sqlite3 import Row

from provisioning.simulator import alarms, pending
from provisioning.simulator.booking import REASON_SL, REASON_STOP_OUT, REASON_TP
from provisioning.simulator.clock import DAY_MS, day_of, weekday_of
from provisioning.simulator.margin import (
    BUY,
    account_state,
    money_of_points,
    open_profit,
)
from provisioning.simulator.money import book_money
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.trading import close_position
from provisioning.simulator.world import World

COMPENSATION = 19
TRIPLE_WEEKDAY = 4
"""Rolling from Wednesday into Thursday pays for the week-end (settlement is two days on)."""
WEEKEND = frozenset({0, 6})


def watch(world: World) -> None:
    """Let waiting orders act, close what met its stops, then what its account cannot carry."""
    pending.watch(world)
    for row in world.store.all("select * from positions where sl > 0 or tp > 0"):
        _close_at_stops(world, row)
    for login in alarms.suspects(world):
        _look_after(world, login)


def roll_over(world: World) -> None:
    """Book the swaps of every midnight passed since the last call."""
    today = day_of(world.clock.now_ms())
    kept = world.store.get("rolled_day")
    rolled = int(kept) if kept else today
    for day in range(max(rolled, today - 31) + 1, today + 1):
        times = nights(day)
        for row in world.store.all("select * from positions") if times else ():
            world.store.run(
                "update positions set storage = storage + ? where position = ?",
                swap_of(world, row, times=times, at_ms=day * DAY_MS),
                row["position"],
            )
    world.store.put("rolled_day", str(today))


def nights(day: int) -> int:
    """How many nights are paid when the server's day ``day`` begins."""
    weekday = weekday_of(day * DAY_MS)
    before = (weekday - 1) % 7
    if before in WEEKEND:
        return 0
    return 3 if weekday == TRIPLE_WEEKDAY else 1


def swap_of(world: World, row: Row, *, times: int, at_ms: int) -> int:
    """Swap of a position for ``times`` nights, in minor units: points of the symbol per lot."""
    in_tenths = money_of_points(
        world,
        world.group_of(row["login"]),
        symbol=row["symbol"],
        points=swap_points(world, row["symbol"], row["side"]) * times,
        volume=row["volume"],
        at_ms=at_ms,
    )
    return in_tenths // 10


def swap_points(world: World, symbol: str, side: int) -> int:
    """What a night costs or brings, in tenths of a point."""
    spec = world.market.symbols[symbol]
    return int((spec.swap_long if side == BUY else spec.swap_short) * 10)


def _close_at_stops(world: World, row: Row) -> None:
    group = world.group_of(row["login"])
    quote = world.quote(row["symbol"], group)
    price = quote.bid if row["side"] == BUY else quote.ask
    sign = 1 if row["side"] == BUY else -1
    if row["sl"] and (price - row["sl"]) * sign <= 0:
        _close(world, row["position"], REASON_SL, f"[sl {_shown(row['sl'], row['digits'])}]")
    elif row["tp"] and (price - row["tp"]) * sign >= 0:
        _close(world, row["position"], REASON_TP, f"[tp {_shown(row['tp'], row['digits'])}]")


def _look_after(world: World, login: int) -> None:
    """A margin call, or one position closed after the other until the account carries the rest."""
    group = world.group_of(login)
    state = account_state(world, login)
    alarms.note(world, group, state)
    while state.level is not None and state.level <= group.stop_out:
        rows = world.store.all("select * from positions where login = ?", login)
        worst = min(rows, key=lambda row: open_profit(world, row, group) + row["storage"])
        level = f"[so {state.level:.2f}%]"
        if not _close(world, worst["position"], REASON_STOP_OUT, level):
            return
        state = account_state(world, login)
    if not state.positions and state.balance < 0:
        _compensate(world, login, -state.balance)


def _close(world: World, position: int, reason: int, comment: str) -> bool:
    try:
        close_position(world, position, reason=reason, comment=comment)
    except Retcode:
        return False  # the market is closed; it waits until it opens
    return True


def _compensate(world: World, login: int, missing: int) -> None:
    """Bring a balance below zero back to zero, as brokers with that promise do."""
    world.store.run("update users set balance = balance + ? where login = ?", missing, login)
    book_money(
        world,
        login=login,
        kind=COMPENSATION,
        minor=missing,
        comment="so compensation",
        dealer=0,
    )


def _shown(points: int, digits: int) -> str:
    return str(Decimal(points).scaleb(-digits))
