"""Opening and closing of positions on a simulated server."""

from __future__ import annotations

from dataclasses import replace
from sqlite3 import Row

from provisioning.simulator import booking
from provisioning.simulator.booking import (
    CLOSE_BY,
    ENTRY_IN_OUT,
    ENTRY_OUT_BY,
    REASON_CLIENT,
    Fill,
    Ticket,
    Trade,
)
from provisioning.simulator.margin import BUY, LOT, account_state, margin_of
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.world import Group, World

STEP = LOT // 100
RIGHT_TRADING_OFF = 0x4
RIGHT_CONNECT = 0x1


def open_position(world: World, ticket: Ticket, *, at_ms: int | None = None) -> Fill:
    """Buy or sell at market. ``at_ms`` in the past makes history and asks for no margin.

    On a netting account this adds to the position of the symbol, reduces it or turns it round.

    Raises:
        Retcode: 10014 volume, 10017 trading is off, 10018 closed, 10019 no money.
    """
    moment = world.clock.now_ms() if at_ms is None else at_ms
    group = world.group_of(ticket.login)
    refuse_volume(world, ticket)
    if not world.market.is_open(ticket.symbol, moment):
        raise Retcode(10018)
    if at_ms is None:
        refuse_account(world, ticket, group)
    quote = world.quote(ticket.symbol, group, moment)
    price = quote.ask if ticket.side == BUY else quote.bid
    held = net_position(world, group, ticket)
    trade = Trade(group=group, ticket=ticket, price=price, at_ms=moment)
    order = booking.write_order(world, trade, position=held["position"] if held else 0)
    return carry_out(world, replace(trade, order=order), held)


def carry_out(world: World, trade: Trade, held: Row | None) -> Fill:
    """Let a filled order open a position, or change the one that is held."""
    world.awake.add(trade.ticket.login)
    if held is not None:
        return _net(world, trade, held)
    world.store.insert("positions", _position(world, trade))
    deal = booking.write_entry(world, trade, trade.order)
    return _fill(trade, deal, trade.order)


def close_position(  # noqa: PLR0913 - the parts of a close that callers choose
    world: World,
    position: int,
    *,
    volume: int | None = None,
    reason: int = REASON_CLIENT,
    dealer: int = 0,
    comment: str = "",
    at_ms: int | None = None,
) -> Fill:
    """Close a position, or a part of it, at market.

    Raises:
        Retcode: 10036 it is closed, 10038 more than is open, 10018 market closed.
    """
    moment = world.clock.now_ms() if at_ms is None else at_ms
    row = held_position(world, position)
    closed = row["volume"] if volume is None else volume
    if closed > row["volume"]:
        raise Retcode(10038)
    if not world.market.is_open(row["symbol"], moment):
        raise Retcode(10018)
    group = world.group_of(row["login"])
    quote = world.quote(row["symbol"], group, moment)
    ticket = Ticket(
        login=row["login"],
        symbol=row["symbol"],
        side=1 - row["side"],
        volume=closed,
        reason=reason,
        dealer=dealer,
        comment=comment or str(row["comment"]),
    )
    price = quote.bid if row["side"] == BUY else quote.ask
    trade = Trade(group=group, ticket=ticket, price=price, at_ms=moment)
    trade = replace(trade, order=booking.write_order(world, trade, position=position))
    deal = booking.write_exit(world, trade, row)
    booking.shrink(world, row, closed, moment)
    return _fill(trade, deal, position)


def close_by(world: World, position: int, other: int, *, dealer: int, reason: int) -> Fill:
    """Close two opposite positions of one symbol against each other, without the spread.

    Raises:
        Retcode: 10036 one is closed, 10013 they do not go together.
    """
    row, partner = held_position(world, position), held_position(world, other)
    alike = all(row[name] == partner[name] for name in ("login", "symbol"))
    if not alike or row["side"] == partner["side"]:
        raise Retcode(10013)
    group, moment = world.group_of(row["login"]), world.clock.now_ms()
    closed = min(row["volume"], partner["volume"])
    ticket = Ticket(
        login=row["login"],
        symbol=row["symbol"],
        side=1 - row["side"],
        volume=closed,
        reason=reason,
        dealer=dealer,
        comment=f"close by #{other}",
    )
    price = partner["price_open"]
    trade = Trade(group=group, ticket=ticket, price=price, at_ms=moment)
    order = booking.write_order(world, trade, position=position, kind=CLOSE_BY, partner=other)
    trade = replace(trade, order=order)
    deal = booking.write_exit(world, trade, row, entry=ENTRY_OUT_BY)
    back = replace(ticket, side=row["side"], comment=f"close by #{position}")
    booking.write_exit(world, replace(trade, ticket=back), partner, entry=ENTRY_OUT_BY)
    for one in (row, partner):
        booking.shrink(world, one, closed, moment)
    return _fill(trade, deal, position)


def held_position(world: World, position: int) -> Row:
    """An open position.

    Raises:
        Retcode: 10036, there is none.
    """
    row = world.store.one("select * from positions where position = ?", position)
    if row is None:
        raise Retcode(10036)
    return row


def net_position(world: World, group: Group, ticket: Ticket) -> Row | None:
    """The position that a trade on a netting account changes."""
    if not group.is_netting:
        return None
    return world.store.one(
        "select * from positions where login = ? and symbol = ?", ticket.login, ticket.symbol
    )


def refuse_volume(world: World, ticket: Ticket) -> None:
    """Raise 10013 for an unknown symbol and 10014 for a volume that is not traded."""
    spec = world.market.symbols.get(ticket.symbol)
    if spec is None:
        raise Retcode(10013)
    if ticket.volume < STEP or ticket.volume % STEP or ticket.volume > spec.lots_max * LOT:
        raise Retcode(10014)


def refuse_account(world: World, ticket: Ticket, group: Group, *, margin: bool = True) -> None:
    """Raise 10017 where trading is off, and 10019 without the margin for it."""
    user = world.user(ticket.login)
    if user["rights"] & RIGHT_TRADING_OFF or not user["rights"] & RIGHT_CONNECT:
        raise Retcode(10017)
    held = net_position(world, group, ticket)
    volume = ticket.volume
    if held is not None and held["side"] != ticket.side:
        volume = max(0, volume - 2 * held["volume"])
    needed = margin_of(world, group, symbol=ticket.symbol, volume=volume, leverage=user["leverage"])
    if margin and needed > 0 and needed > account_state(world, ticket.login).free:
        raise Retcode(10019)


def _net(world: World, trade: Trade, held: Row) -> Fill:
    """Add to a position, reduce it, or turn it round."""
    position, volume = held["position"], trade.ticket.volume
    if held["side"] == trade.ticket.side:
        deal = booking.write_entry(world, trade, position)
        whole = held["volume"] + volume
        cost = held["price_open"] * held["volume"] + trade.price * volume
        _change(world, trade, position, side=held["side"], volume=whole, price=_mean(cost, whole))
    elif volume <= held["volume"]:
        deal = booking.write_exit(world, trade, held)
        booking.shrink(world, held, volume, trade.at_ms)
    else:
        deal = booking.write_exit(world, trade, held, entry=ENTRY_IN_OUT)
        rest = volume - held["volume"]
        _change(world, trade, position, side=trade.ticket.side, volume=rest, price=trade.price)
        world.store.run("update positions set storage = 0 where position = ?", position)
    return _fill(trade, deal, position)


def _mean(cost: int, volume: int) -> int:
    """An average price in whole points."""
    return (2 * cost + volume) // (2 * volume)


def _change(
    world: World, trade: Trade, position: int, *, side: int, volume: int, price: int
) -> None:
    world.store.run(
        "update positions set side = ?, volume = ?, price_open = ?, updated_ms = ?"
        " where position = ?",
        side,
        volume,
        price,
        trade.at_ms,
        position,
    )


def _fill(trade: Trade, deal: int, position: int) -> Fill:
    return Fill(
        deal=deal,
        order=trade.order,
        position=position,
        price=trade.price,
        volume=trade.ticket.volume,
    )


def _position(world: World, trade: Trade) -> dict[str, object]:
    ticket = trade.ticket
    spec = world.market.symbols[ticket.symbol]
    return {
        "position": trade.order,
        "login": ticket.login,
        "symbol": ticket.symbol,
        "side": ticket.side,
        "digits": spec.digits,
        "contract": spec.contract,
        "volume": ticket.volume,
        "price_open": trade.price,
        "sl": ticket.sl,
        "tp": ticket.tp,
        "opened_ms": trade.at_ms,
        "updated_ms": trade.at_ms,
        "comment": ticket.comment[: booking.COMMENT_LENGTH],
        "reason": ticket.reason,
        "closes_ms": ticket.closes_ms,
    }
