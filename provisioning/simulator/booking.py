"""What trading writes down: orders done, deals, and the balance that follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from sqlite3 import Row

from provisioning.simulator.margin import LOT, profit_of, to_minor
from provisioning.simulator.world import Group, World

ENTRY_IN, ENTRY_OUT, ENTRY_IN_OUT, ENTRY_OUT_BY = 0, 1, 2, 3
CLOSE_BY = 8
STARTED, PLACED, CANCELLED, PARTIAL, FILLED, REJECTED, EXPIRED = range(7)
REASON_CLIENT, REASON_DEALER, REASON_SL, REASON_TP, REASON_STOP_OUT = 0, 2, 3, 4, 5
COMMENT_LENGTH = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """What was executed: price in points, volume in 1e-8 lots."""

    deal: int
    order: int
    position: int
    price: int
    volume: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A wish to trade. ``closes_ms`` is when a simulated trader means to close it."""

    login: int
    symbol: str
    side: int
    volume: int
    sl: int = 0
    tp: int = 0
    comment: str = ""
    reason: int = REASON_CLIENT
    dealer: int = 0
    closes_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A trade that happens: whose, at which price (in points), when, and by which order."""

    group: Group
    ticket: Ticket
    price: int
    at_ms: int
    order: int = 0


def write_order(
    world: World, trade: Trade, *, position: int, kind: int | None = None, partner: int = 0
) -> int:
    """A market order that is filled at once; without a position it names itself."""
    ticket = trade.ticket
    spec = world.market.symbols[ticket.symbol]
    order = world.store.insert(
        "orders",
        {
            "login": ticket.login,
            "symbol": ticket.symbol,
            "type": ticket.side if kind is None else kind,
            "state": FILLED,
            "digits": spec.digits,
            "contract": spec.contract,
            "initial": ticket.volume,
            "remaining": 0,
            "price": trade.price,
            "setup_ms": trade.at_ms,
            "done_ms": trade.at_ms,
            "position": position,
            "partner": partner,
            "comment": ticket.comment[:COMMENT_LENGTH],
            "reason": ticket.reason,
            "dealer": ticket.dealer,
        },
    )
    if not position:
        world.store.run("update orders set position = ? where ord = ?", order, order)
    return order


def write_entry(world: World, trade: Trade, position: int) -> int:
    """The deal that opens a position or adds to it; returns its ticket."""
    ticket = trade.ticket
    return _write(world, trade, position, {"entry": ENTRY_IN, "sl": ticket.sl, "tp": ticket.tp})


def write_exit(world: World, trade: Trade, row: Row, *, entry: int = ENTRY_OUT) -> int:
    """The deal that closes ``row`` or a part of it; its share of the swaps is paid."""
    closed = min(trade.ticket.volume, row["volume"])
    return _write(
        world,
        trade,
        row["position"],
        {
            "entry": entry,
            "price_position": row["price_open"],
            "sl": row["sl"],
            "tp": row["tp"],
            "closed": closed,
            "storage": row["storage"] * closed // row["volume"],
            "profit": profit_of(
                world, row, trade.group, price=trade.price, volume=closed, at_ms=trade.at_ms
            ),
        },
    )


def shrink(world: World, row: Row, closed: int, at_ms: int) -> None:
    """Take a closed volume off a position; nothing left is no position."""
    if closed == row["volume"]:
        world.store.run("delete from positions where position = ?", row["position"])
        return
    world.store.run(
        "update positions set volume = volume - ?, storage = storage - ?, updated_ms = ?"
        " where position = ?",
        closed,
        row["storage"] * closed // row["volume"],
        at_ms,
        row["position"],
    )


def _write(world: World, trade: Trade, position: int, more: dict[str, int]) -> int:
    ticket, group = trade.ticket, trade.group
    spec = world.market.symbols[ticket.symbol]
    commission = -to_minor(group.commission * ticket.volume / LOT, group.digits)
    world.store.run(
        "update users set balance = balance + ? where login = ?",
        more.get("profit", 0) + more.get("storage", 0) + commission,
        ticket.login,
    )
    return world.store.insert(
        "deals",
        {
            "login": ticket.login,
            "dealer": ticket.dealer,
            "ord": trade.order,
            "action": ticket.side,
            "symbol": ticket.symbol,
            "digits": spec.digits,
            "currency_digits": group.digits,
            "contract": spec.contract,
            "time_ms": trade.at_ms,
            "price": trade.price,
            "volume": ticket.volume,
            "commission": commission,
            "rate_profit": str(world.market.rate(spec.profit, group.currency, trade.at_ms)),
            "position": position,
            "comment": ticket.comment[:COMMENT_LENGTH],
            "reason": ticket.reason,
            **more,
        },
    )
