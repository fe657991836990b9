"""Opening and closing of positions on a simulated server (hedging accounts)."""

from __future__ import annotations

from dataclasses import dataclass
from sqlite3 import Row

from provisioning.simulator.margin import BUY, LOT, account_state, margin_of, profit_of, to_minor
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.world import Group, World

ENTRY_IN, ENTRY_OUT = 0, 1
FILLED = 4
STEP = LOT // 100
REASON_CLIENT, REASON_DEALER, REASON_SL, REASON_TP, REASON_STOP_OUT = 0, 2, 3, 4, 5
RIGHT_TRADING_OFF = 0x4
RIGHT_CONNECT = 0x1


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


def open_position(world: World, ticket: Ticket, *, at_ms: int | None = None) -> Fill:
    """Buy or sell at market. ``at_ms`` in the past makes history and asks for no margin.

    Raises:
        Retcode: 10014 volume, 10017 trading is off, 10018 closed, 10019 no money.
    """
    moment = world.clock.now_ms() if at_ms is None else at_ms
    group = world.group_of(ticket.login)
    _refuse_volume(world, ticket)
    if not world.market.is_open(ticket.symbol, moment):
        raise Retcode(10018)
    if at_ms is None:
        _refuse_account(world, ticket, group)
    quote = world.quote(ticket.symbol, group, moment)
    price = quote.ask if ticket.side == BUY else quote.bid
    order = _filled_order(world, ticket, price, moment, position=0)
    world.store.insert("positions", _position(world, ticket, order, price, moment))
    deal = _book(
        world, group, ticket, moment, order=order, position=order, price=price, entry=ENTRY_IN
    )
    world.awake.add(ticket.login)
    return Fill(deal=deal, order=order, position=order, price=price, volume=ticket.volume)


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
    row = world.store.one("select * from positions where position = ?", position)
    if row is None:
        raise Retcode(10036)
    closed = row["volume"] if volume is None else volume
    if closed > row["volume"]:
        raise Retcode(10038)
    if not world.market.is_open(row["symbol"], moment):
        raise Retcode(10018)
    group = world.group_of(row["login"])
    quote = world.quote(row["symbol"], group, moment)
    price = quote.bid if row["side"] == BUY else quote.ask
    ticket = Ticket(
        login=row["login"],
        symbol=row["symbol"],
        side=1 - row["side"],
        volume=closed,
        reason=reason,
        dealer=dealer,
        comment=comment or str(row["comment"]),
    )
    order = _filled_order(world, ticket, price, moment, position=position)
    deal = _book_close(world, group, ticket, moment, row=row, order=order, price=price)
    _shrink(world, row, closed, moment)
    return Fill(deal=deal, order=order, position=position, price=price, volume=closed)


def _refuse_volume(world: World, ticket: Ticket) -> None:
    spec = world.market.symbols.get(ticket.symbol)
    if spec is None:
        raise Retcode(10013)
    if ticket.volume < STEP or ticket.volume % STEP or ticket.volume > spec.lots_max * LOT:
        raise Retcode(10014)


def _refuse_account(world: World, ticket: Ticket, group: Group) -> None:
    user = world.user(ticket.login)
    if user["rights"] & RIGHT_TRADING_OFF or not user["rights"] & RIGHT_CONNECT:
        raise Retcode(10017)
    needed = margin_of(
        world, group, symbol=ticket.symbol, volume=ticket.volume, leverage=user["leverage"]
    )
    if needed > account_state(world, ticket.login).free:
        raise Retcode(10019)


def _filled_order(world: World, ticket: Ticket, price: int, moment: int, *, position: int) -> int:
    spec = world.market.symbols[ticket.symbol]
    order = world.store.insert(
        "orders",
        {
            "login": ticket.login,
            "symbol": ticket.symbol,
            "type": ticket.side,
            "state": FILLED,
            "digits": spec.digits,
            "contract": spec.contract,
            "initial": ticket.volume,
            "remaining": 0,
            "price": price,
            "setup_ms": moment,
            "done_ms": moment,
            "position": position,
            "comment": ticket.comment[:31],
            "reason": ticket.reason,
        },
    )
    if not position:
        world.store.run("update orders set position = ? where ord = ?", order, order)
    return order


def _position(
    world: World, ticket: Ticket, order: int, price: int, moment: int
) -> dict[str, object]:
    spec = world.market.symbols[ticket.symbol]
    return {
        "position": order,
        "login": ticket.login,
        "symbol": ticket.symbol,
        "side": ticket.side,
        "digits": spec.digits,
        "contract": spec.contract,
        "volume": ticket.volume,
        "price_open": price,
        "sl": ticket.sl,
        "tp": ticket.tp,
        "opened_ms": moment,
        "updated_ms": moment,
        "comment": ticket.comment[:31],
        "reason": ticket.reason,
        "closes_ms": ticket.closes_ms,
    }


def _book(  # noqa: PLR0913 - a deal has this many columns
    world: World,
    group: Group,
    ticket: Ticket,
    moment: int,
    *,
    order: int,
    position: int,
    price: int,
    entry: int,
    profit: int = 0,
    storage: int = 0,
    row: Row | None = None,
) -> int:
    spec = world.market.symbols[ticket.symbol]
    commission = -to_minor(group.commission * ticket.volume / LOT, group.digits)
    _move_balance(world, ticket.login, profit + storage + commission)
    return world.store.insert(
        "deals",
        {
            "login": ticket.login,
            "dealer": ticket.dealer,
            "ord": order,
            "action": ticket.side,
            "entry": entry,
            "symbol": ticket.symbol,
            "digits": spec.digits,
            "currency_digits": group.digits,
            "contract": spec.contract,
            "time_ms": moment,
            "price": price,
            "price_position": row["price_open"] if row else 0,
            "sl": row["sl"] if row else ticket.sl,
            "tp": row["tp"] if row else ticket.tp,
            "volume": ticket.volume,
            "closed": ticket.volume if row else 0,
            "profit": profit,
            "storage": storage,
            "commission": commission,
            "rate_profit": str(world.market.rate(spec.profit, group.currency, moment)),
            "position": position,
            "comment": ticket.comment[:31],
            "reason": ticket.reason,
        },
    )


def _book_close(  # noqa: PLR0913 - what a closing deal is made from
    world: World,
    group: Group,
    ticket: Ticket,
    moment: int,
    *,
    row: Row,
    order: int,
    price: int,
) -> int:
    profit = profit_of(world, row, group, price=price, volume=ticket.volume, at_ms=moment)
    return _book(
        world,
        group,
        ticket,
        moment,
        order=order,
        position=row["position"],
        price=price,
        entry=ENTRY_OUT,
        profit=profit,
        storage=row["storage"] * ticket.volume // row["volume"],
        row=row,
    )


def _shrink(world: World, row: Row, closed: int, moment: int) -> None:
    if closed == row["volume"]:
        world.store.run("delete from positions where position = ?", row["position"])
        return
    world.store.run(
        "update positions set volume = volume - ?, storage = storage - ?, updated_ms = ?"
        " where position = ?",
        closed,
        row["storage"] * closed // row["volume"],
        moment,
        row["position"],
    )


def _move_balance(world: World, login: int, minor: int) -> None:
    world.store.run("update users set balance = balance + ? where login = ?", minor, login)
