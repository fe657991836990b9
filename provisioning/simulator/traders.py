"""People who trade on a simulated server, each after his kind."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from sqlite3 import Row

from provisioning.simulator.booking import REASON_CLIENT, Ticket
from provisioning.simulator.clock import MS
from provisioning.simulator.margin import BUY, LOT, SELL, account_state
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.trading import STEP, close_position, open_position
from provisioning.simulator.world import World

MINUTE = 60 * MS
HOUR = 60 * MINUTE
FOREX = ("EURUSD", "GBPUSD", "USDJPY", "AUDUSD", "EURJPY", "XAUUSD")
ALL = (*FOREX, "USDCHF", "USDCAD", "EURGBP", "US500")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a kind of trader behaves; times in milliseconds of platform time.

    ``sight`` is the share of trades that go the way the price will go: the market is a process
    that may be asked about the future, and luck is what traders have instead of knowledge.
    """

    rest: tuple[int, int]
    hold: tuple[int, int]
    sight: float
    risk: float
    """Lots per 10,000 units of account currency."""
    symbols: tuple[str, ...] = FOREX
    most_open: int = 3


KINDS: dict[str, Kind] = {
    "scalper": Kind(
        rest=(5 * MS, 90 * MS),
        hold=(45 * MS, 12 * MINUTE),
        sight=0.72,
        risk=0.35,
        symbols=FOREX[:3],
    ),
    "swing": Kind(
        rest=(10 * MINUTE, 3 * HOUR), hold=(4 * HOUR, 60 * HOUR), sight=0.54, risk=0.08, symbols=ALL
    ),
    "news": Kind(
        rest=(20 * MINUTE, 90 * MINUTE), hold=(MINUTE, 10 * MINUTE), sight=0.66, risk=0.45
    ),
    "losing": Kind(rest=(30 * MS, 20 * MINUTE), hold=(5 * MINUTE, 5 * HOUR), sight=0.47, risk=0.25),
    "winning": Kind(
        rest=(30 * MS, 20 * MINUTE), hold=(5 * MINUTE, 5 * HOUR), sight=0.65, risk=0.22
    ),
    "copycat": Kind(rest=(MS, 2 * MS), hold=(MINUTE, HOUR), sight=0.5, risk=0.2),
}


def attach(world: World, login: int, kind: str, *, leader: int = 0) -> None:
    """Let a simulated trader trade on an account from now on.

    Raises:
        Retcode: 13 no such account, 3 no such kind, or a copycat without a leader.
    """
    world.user(login)
    if kind not in KINDS or (kind == "copycat" and not leader):
        raise Retcode(3)
    world.store.run(
        "insert or replace into traders (login, kind, leader, next_ms, turns)"
        " values (?, ?, ?, ?, coalesce((select turns from traders where login = ?), 0))",
        login,
        kind,
        leader,
        world.clock.now_ms(),
        login,
    )


def act(world: World) -> None:
    """Let every trader whose time has come do something."""
    now = world.clock.now_ms()
    _close_due(world, now)
    for row in world.store.all("select * from traders where next_ms <= ?", now):
        if row["kind"] == "copycat":
            _copy(world, row)
        else:
            _trade(world, row, now)


def choose(
    world: World, dice: random.Random, kind: Kind, *, at_ms: int, funds: float
) -> tuple[str, int, int, int]:
    """Symbol, side, volume (1e-8 lots) and when to close, for a trade at this time.

    ``funds`` is what the account is worth, in major units of its currency.
    """
    symbol = dice.choice(kind.symbols)
    closes_ms = at_ms + round(dice.triangular(*kind.hold))
    rises = world.market.quote(symbol, closes_ms).bid >= world.market.quote(symbol, at_ms).bid
    is_right = dice.random() < kind.sight
    side = BUY if rises == is_right else SELL
    lots = kind.risk * funds / 10_000 * dice.triangular(0.4, 1.6)
    volume = max(STEP, round(lots * 100) * STEP)
    return symbol, side, min(volume, 10 * LOT), closes_ms


def delay_ms(world: World, login: int, number: int) -> int:
    """How long after a leader's trade a copycat does the same: one to four seconds."""
    return world.dice(login, "copies", number).randrange(MS, 4 * MS)


def funds_in_dollars(world: World, minor: int, login: int) -> float:
    """What an amount of an account is worth in dollars: sizes of trades follow it."""
    group = world.group_of(login)
    rate = world.market.rate(group.currency, "USD", world.clock.now_ms())
    return float(Decimal(minor).scaleb(-group.digits) * rate)


def _close_due(world: World, now: int) -> None:
    due = world.store.all(
        "select position from positions where closes_ms > 0 and closes_ms <= ?", now
    )
    for row in due:
        try:
            close_position(world, row["position"], reason=REASON_CLIENT)
        except Retcode:
            continue  # the market is closed; it is tried again each round


def _trade(world: World, row: Row, now: int) -> None:
    login, kind = int(row["login"]), KINDS[row["kind"]]
    dice = world.dice(login, row["turns"])
    world.store.run(
        "update traders set next_ms = ?, turns = turns + 1 where login = ?",
        now + round(dice.triangular(*kind.rest)),
        login,
    )
    state = account_state(world, login)
    if state.positions >= kind.most_open or state.free <= 0:
        return
    funds = funds_in_dollars(world, state.equity, login)
    symbol, side, volume, closes_ms = choose(world, dice, kind, at_ms=now, funds=funds)
    _try(world, Ticket(login=login, symbol=symbol, side=side, volume=volume, closes_ms=closes_ms))


def _copy(world: World, row: Row) -> None:
    """Open what the leader has opened since, and close what he has closed.

    What is new is copied when it is as old as the copycat is slow; what the leader has left is left
    in the next round.
    """
    login, leader = int(row["login"]), int(row["leader"])
    now = world.clock.now_ms()
    mine = {
        str(held["comment"]): int(held["position"])
        for held in world.store.all("select * from positions where login = ?", login)
    }
    theirs = world.store.all("select * from positions where login = ?", leader)
    for held in theirs:
        name = f"copy {held['position']}"
        seen_ms = held["opened_ms"] + delay_ms(world, login, held["position"])
        if name not in mine and seen_ms <= now:
            _try(
                world,
                Ticket(
                    login=login,
                    symbol=held["symbol"],
                    side=held["side"],
                    volume=held["volume"],
                    comment=name,
                ),
            )
    open_names = {f"copy {held['position']}" for held in theirs}
    for name, position in mine.items():
        if name.startswith("copy ") and name not in open_names:
            _try_close(world, position)


def _try(world: World, ticket: Ticket) -> None:
    try:
        open_position(world, ticket)
    except Retcode:
        return  # no money, or closed: people try and fail


def _try_close(world: World, position: int) -> None:
    try:
        close_position(world, position)
    except Retcode:
        return
