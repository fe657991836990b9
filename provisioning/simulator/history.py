"""A plausible past for a simulated account: a deposit, then weeks of closed trades.

Every deal is made at the price the market had at that time, and the balance is what the deals
add up to, so charts, histories and ``check_balance`` agree.
"""

from __future__ import annotations

import heapq
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from provisioning.simulator.booking import ENTRY_IN, ENTRY_OUT, Ticket
from provisioning.simulator.clock import DAY_MS, day_of
from provisioning.simulator.margin import to_minor
from provisioning.simulator.money import BALANCE, book_money
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.risk import nights, swap_of
from provisioning.simulator.traders import (
    HOUR,
    KINDS,
    MINUTE,
    Kind,
    choose,
    delay_ms,
    funds_in_dollars,
)
from provisioning.simulator.trading import close_position, open_position
from provisioning.simulator.world import World

TRADES_PER_DAY = {"scalper": 9, "swing": 1.6, "news": 3, "losing": 3, "winning": 3, "copycat": 3}
LONGEST_HOLD = 30 * HOUR
DEPOSIT = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Past:
    """What was made up: numbers of deals and the final balance in minor units."""

    deals: int
    balance: int


def make_up(
    world: World,
    login: int,
    kind: str,
    *,
    days: int,
    deposit: Decimal | None = None,
    leader: int = 0,
) -> Past:
    """Write ``days`` of history before now; the account's registration moves before it.

    ``deposit`` in major units of the account's currency comes first; by default 10,000 (or what
    that is worth in a currency without cents). A copycat with a ``leader`` has done what the leader
    did, a few seconds later.

    Raises:
        Retcode: 13 no such account, 3 no such kind.
    """
    if kind not in KINDS:
        raise Retcode(3)
    group = world.group_of(login)
    now = world.clock.now_ms()
    begins = now - days * DAY_MS
    before = world.store.number("select count(*) from deals where login = ?", login)
    amount = deposit if deposit is not None else DEPOSIT * (100 if group.digits == 0 else 1)
    _pay_in(world, login, to_minor(amount, group.digits), begins)
    if kind == "copycat" and leader:
        _copy(world, login, leader, begins, now)
    else:
        moments = _moments(world, login, kind, begins, now)
        _live_through(world, login, KINDS[kind], moments, now)
    world.store.run(
        "update users set registered_s = min(registered_s, ?) where login = ?",
        (begins - 20 * MINUTE) // 1000,
        login,
    )
    world.awake.add(login)
    deals = world.store.number("select count(*) from deals where login = ?", login)
    return Past(deals - before, int(world.user(login)["balance"]))


def _pay_in(world: World, login: int, minor: int, at_ms: int) -> None:
    if not minor:
        return
    world.store.run("update users set balance = balance + ? where login = ?", minor, login)
    book_money(
        world, login=login, kind=BALANCE, minor=minor, comment="Deposit", dealer=1000, at_ms=at_ms
    )


def _moments(world: World, login: int, kind: str, begins: int, now: int) -> list[int]:
    """When trades are opened, oldest first; only while the market is open."""
    dice = world.dice(login, "past", begins // DAY_MS)
    count = round((now - begins) / DAY_MS * TRADES_PER_DAY[kind] * 7 / 5)
    moments = sorted(
        dice.randrange(begins + HOUR, now - 2 * MINUTE) // 1000 * 1000 + dice.randrange(1000)
        for _ in range(count)
    )
    return [moment for moment in moments if world.market.is_open("EURUSD", moment)]


def _live_through(world: World, login: int, kind: Kind, moments: list[int], now: int) -> None:
    """Open and close in the order of time, so that tickets and balances follow each other."""
    closings: list[tuple[int, int]] = []
    for opens_ms in [*moments, now]:
        while closings and closings[0][0] <= opens_ms:
            closes_ms, position = heapq.heappop(closings)
            close_position(world, position, at_ms=closes_ms)
        if opens_ms < now and len(closings) < kind.most_open:
            _open(world, login, kind, opens_ms, now, closings)


def _copy(world: World, login: int, leader: int, begins: int, now: int) -> None:
    """Open and close what the leader opened and closed, each time a few seconds later."""
    mine: dict[int, int] = {}
    done = world.store.all(
        "select * from deals where login = ? and action < 2 and time_ms >= ?"
        " and position in (select position from deals where login = ? and entry = 1)"
        " order by time_ms, deal",
        leader,
        begins,
        leader,
    )
    for deal in done:
        at_ms = deal["time_ms"] + delay_ms(world, login, deal["deal"])
        if deal["entry"] == ENTRY_IN and at_ms < now:
            ticket = Ticket(
                login=login,
                symbol=deal["symbol"],
                side=deal["action"],
                volume=deal["volume"],
                comment=f"copy {deal['position']}",
            )
            with suppress(Retcode):  # closed a second later: missed
                mine[deal["position"]] = open_position(world, ticket, at_ms=at_ms).position
        elif deal["entry"] == ENTRY_OUT and deal["position"] in mine:
            _close_copy(world, mine[deal["position"]], at_ms)


def _close_copy(world: World, position: int, at_ms: int) -> None:
    """Close at that moment, or at the last price before it when trading has ended."""
    row = world.store.one("select symbol, opened_ms from positions where position = ?", position)
    if row is not None:
        closes_ms = _open_moment(world, row["symbol"], row["opened_ms"], at_ms)
        _add_swaps(world, position, row["opened_ms"], closes_ms)
        close_position(world, position, at_ms=closes_ms)


def _open(
    world: World,
    login: int,
    kind: Kind,
    opens_ms: int,
    now: int,
    closings: list[tuple[int, int]],
) -> None:
    dice = world.dice(login, "past", opens_ms)
    funds = funds_in_dollars(world, world.user(login)["balance"], login)
    if funds < 50:  # noqa: PLR2004 - a trader with less has stopped
        return
    symbol, side, volume, wished_ms = choose(world, dice, kind, at_ms=opens_ms, funds=funds)
    closes_ms = _open_moment(world, symbol, opens_ms, min(wished_ms, opens_ms + LONGEST_HOLD))
    if closes_ms <= opens_ms or closes_ms >= now:
        return
    try:
        ticket = Ticket(login=login, symbol=symbol, side=side, volume=volume)
        opened = open_position(world, ticket, at_ms=opens_ms)
    except Retcode:
        return  # that symbol was closed at the time
    _add_swaps(world, opened.position, opens_ms, closes_ms)
    heapq.heappush(closings, (closes_ms, opened.position))


def _open_moment(world: World, symbol: str, opens_ms: int, wished_ms: int) -> int:
    """The wished time, or the last one before it when the symbol is traded."""
    quoted = world.market.quote(symbol, wished_ms).time_ms
    if world.market.is_open(symbol, wished_ms):
        return wished_ms
    return max(opens_ms, quoted - MINUTE)


def _add_swaps(world: World, position: int, opens_ms: int, closes_ms: int) -> None:
    row = world.store.one("select * from positions where position = ?", position)
    if row is None:
        return
    times = sum(nights(day) for day in range(day_of(opens_ms) + 1, day_of(closes_ms) + 1))
    if times:
        world.store.run(
            "update positions set storage = ? where position = ?",
            swap_of(world, row, times=times, at_ms=closes_ms),
            position,
        )
