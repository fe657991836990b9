"""Orders that wait for their price: placing, changing, activation by the market, expiry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from sqlite3 import Row

from provisioning.simulator import booking
from provisioning.simulator.booking import (
    CANCELLED,
    EXPIRED,
    FILLED,
    PLACED,
    REJECTED,
    Fill,
    Ticket,
    Trade,
)
from provisioning.simulator.clock import DAY_MS, MS, day_of
from provisioning.simulator.margin import BUY, SELL
from provisioning.simulator.market import Quote
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.trading import (
    carry_out,
    net_position,
    refuse_account,
    refuse_volume,
)
from provisioning.simulator.world import World

BUY_LIMIT, SELL_LIMIT, BUY_STOP, SELL_STOP, BUY_STOP_LIMIT, SELL_STOP_LIMIT = range(2, 8)
LIMITS, STOPS = frozenset({BUY_LIMIT, SELL_LIMIT}), frozenset({BUY_STOP, SELL_STOP})
STOP_LIMITS = frozenset({BUY_STOP_LIMIT, SELL_STOP_LIMIT})
KINDS = LIMITS | STOPS | STOP_LIMITS
GTC, DAY, UNTIL, UNTIL_DAY = range(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A waiting order as wished: prices in points, ``trigger`` is a stop-limit's later limit."""

    ticket: Ticket
    kind: int
    price: int
    trigger: int = 0
    until: int = GTC
    expires_s: int = 0
    fill: int = 0


def place(world: World, wish: Wish) -> int:
    """Let an order wait; returns its ticket.

    Raises:
        Retcode: 10013 nonsense, 10014 volume, 10015 price, 10016 stops, 10017 trading is off,
            10018 closed.
    """
    ticket = wish.ticket
    if wish.kind not in KINDS or wish.until not in {GTC, DAY, UNTIL, UNTIL_DAY}:
        raise Retcode(10013)
    refuse_volume(world, ticket)
    group, now = world.group_of(ticket.login), world.clock.now_ms()
    if not world.market.is_open(ticket.symbol, now):
        raise Retcode(10018)
    refuse_account(world, ticket, group, margin=False)
    _refuse_price(world.quote(ticket.symbol, group), wish.kind, wish.price, wish.trigger)
    refuse_stops(ticket.side, wish.trigger or wish.price, ticket.sl, ticket.tp)
    spec = world.market.symbols[ticket.symbol]
    world.awake.add(ticket.login)
    return world.store.insert(
        "orders",
        {
            "login": ticket.login,
            "symbol": ticket.symbol,
            "type": wish.kind,
            "state": PLACED,
            "digits": spec.digits,
            "contract": spec.contract,
            "initial": ticket.volume,
            "remaining": ticket.volume,
            "price": wish.price,
            "trigger": wish.trigger,
            "sl": ticket.sl,
            "tp": ticket.tp,
            "setup_ms": now,
            "expires_s": _expiry(now, wish.until, wish.expires_s),
            "until": wish.until,
            "fill": wish.fill,
            "comment": ticket.comment[: booking.COMMENT_LENGTH],
            "reason": ticket.reason,
            "dealer": ticket.dealer,
        },
    )


def modify(world: World, order: int, wish: Wish) -> None:
    """Give a waiting order other prices and another end; what is 0 in ``wish`` says is 0.

    Raises:
        Retcode: 13 it does not wait, 10015 price, 10016 stops.
    """
    row = waiting(world, order)
    group = world.group_of(row["login"])
    _refuse_price(world.quote(row["symbol"], group), row["type"], wish.price, wish.trigger)
    sl, tp = wish.ticket.sl, wish.ticket.tp
    refuse_stops(side_of(row["type"]), wish.trigger or wish.price, sl, tp)
    world.store.run(
        "update orders set price = ?, trigger = ?, sl = ?, tp = ?, until = ?, expires_s = ?"
        " where ord = ?",
        wish.price,
        wish.trigger,
        sl,
        tp,
        wish.until,
        _expiry(world.clock.now_ms(), wish.until, wish.expires_s),
        order,
    )


def end(world: World, order: int, state: int = CANCELLED) -> None:
    """Move a waiting order to the history.

    Raises:
        Retcode: 13, it does not wait.
    """
    waiting(world, order)
    world.store.run(
        "update orders set state = ?, done_ms = ? where ord = ?",
        state,
        world.clock.now_ms(),
        order,
    )


def activate(world: World, order: int, *, dealer: int = 0) -> Fill:
    """Fill a waiting order now, at its limit or what the market gives, whichever is better.

    Raises:
        Retcode: 13 it does not wait, 10013 it waits for its stop first, 10017 trading is off,
            10018 closed, 10019 no money.
    """
    row = waiting(world, order)
    if row["type"] in STOP_LIMITS:
        raise Retcode(10013)
    now, group = world.clock.now_ms(), world.group_of(row["login"])
    if not world.market.is_open(row["symbol"], now):
        raise Retcode(10018)
    side = side_of(row["type"])
    quote = world.quote(row["symbol"], group)
    price = quote.ask if side == BUY else quote.bid
    if row["type"] in LIMITS:
        price = min(price, row["price"]) if side == BUY else max(price, row["price"])
    ticket = Ticket(
        login=row["login"],
        symbol=row["symbol"],
        side=side,
        volume=row["remaining"],
        sl=row["sl"],
        tp=row["tp"],
        comment=row["comment"],
        reason=row["reason"],
        dealer=dealer,
    )
    refuse_account(world, ticket, group)
    held = net_position(world, group, ticket)
    world.store.run(
        "update orders set state = ?, remaining = 0, done_ms = ?, position = ? where ord = ?",
        FILLED,
        now,
        held["position"] if held else order,
        order,
    )
    trade = Trade(group=group, ticket=ticket, price=price, at_ms=now)
    return carry_out(world, replace(trade, order=order), held)


def activate_limit(world: World, order: int) -> None:
    """Turn a stop-limit order into the limit order that it was to become.

    Raises:
        Retcode: 13 it does not wait, 10013 it is of another kind.
    """
    row = waiting(world, order)
    if row["type"] not in STOP_LIMITS:
        raise Retcode(10013)
    kind = BUY_LIMIT if row["type"] == BUY_STOP_LIMIT else SELL_LIMIT
    world.store.run(
        "update orders set type = ?, price = trigger, trigger = 0 where ord = ?", kind, order
    )


def watch(world: World) -> None:
    """Let what has waited long enough expire, and what has met its price act."""
    now_s = world.clock.now_s()
    for row in world.store.all("select * from orders where state in (0, 1, 3) order by ord"):
        if row["expires_s"] and row["expires_s"] <= now_s:
            end(world, row["ord"], EXPIRED)
        elif _is_met(world, row):
            _act(world, row)


def waiting(world: World, order: int) -> Row:
    """An order that waits.

    Raises:
        Retcode: 13, there is none.
    """
    row = world.store.one("select * from orders where ord = ? and state in (0, 1, 3)", order)
    if row is None:
        raise Retcode(13)
    return row


def side_of(kind: int) -> int:
    """Whether a kind of order buys or sells: the even ones buy."""
    return SELL if kind % 2 else BUY


def refuse_stops(side: int, price: int, sl: int, tp: int) -> None:
    """Raise 10016 for a stop loss or take profit on the wrong side of a price."""
    sign = 1 if side == BUY else -1
    if (sl and (price - sl) * sign <= 0) or (tp and (tp - price) * sign <= 0):
        raise Retcode(10016)


def _act(world: World, row: Row) -> None:
    if row["type"] in STOP_LIMITS:
        activate_limit(world, row["ord"])
        return
    try:
        activate(world, row["ord"])
    except Retcode as refused:
        if refused.code != 10018:  # noqa: PLR2004 - closed: it waits until it opens
            end(world, row["ord"], REJECTED)


def _is_met(world: World, row: Row) -> bool:
    quote = world.quote(row["symbol"], world.group_of(row["login"]))
    price = quote.ask if side_of(row["type"]) == BUY else quote.bid
    falls = row["type"] in {BUY_LIMIT, SELL_STOP, SELL_STOP_LIMIT}
    return bool(price <= row["price"] if falls else price >= row["price"])


def _refuse_price(quote: Quote, kind: int, price: int, trigger: int) -> None:
    market = quote.ask if side_of(kind) == BUY else quote.bid
    falls = kind in {BUY_LIMIT, SELL_STOP, SELL_STOP_LIMIT}
    if price <= 0 or (price >= market if falls else price <= market):
        raise Retcode(10015)
    if kind in STOP_LIMITS:
        is_behind = 0 < trigger <= price if kind == BUY_STOP_LIMIT else trigger >= price
        if not is_behind:
            raise Retcode(10015)


def _expiry(now_ms: int, until: int, expires_s: int) -> int:
    """When an order ends, in platform seconds; 0 is never.

    Raises:
        Retcode: 10013, the moment has passed.
    """
    if until == GTC:
        return 0
    next_day_s = (day_of(now_ms) + 1) * DAY_MS // MS
    if until == DAY:
        return next_day_s
    if until == UNTIL_DAY:
        expires_s = (day_of(expires_s * MS) + 1) * DAY_MS // MS
    if expires_s * MS <= now_ms:
        raise Retcode(10013)
    return expires_s
