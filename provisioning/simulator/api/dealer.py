"""``/api/dealer/...``: trading on behalf of a client."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from provisioning.simulator import pending, render
from provisioning.simulator.booking import REASON_DEALER, Fill, Ticket
from provisioning.simulator.calls import Call, Route
from provisioning.simulator.margin import BUY, SELL
from provisioning.simulator.money import change_balance
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.trading import close_by, close_position, held_position, open_position

QUEUE = 128
FORGOTTEN_AFTER_S = 180.0
PLACED, EXECUTED = 10008, 10009
SKIP_MARGIN_CHECK = 0x400


def send_request(call: Call) -> Mapping[str, Any]:
    """``dealer/send_request``: queued; the result is asked for on the same connection."""
    _forget_old(call)
    if len(call.session.results) >= QUEUE:
        raise Retcode(10024)
    act = ACTIONS.get(call.whole("Action", "action"))
    if act is None:
        raise Retcode(3)
    call.visible(_owner(call))
    call.world.requests += 1
    number = call.world.requests
    call.session.results[number] = (time.monotonic(), _execute(call, number, act))
    return {"answer": {"ID": str(number)}}


def get_request_result(call: Call) -> Mapping[str, Any]:
    """``dealer/get_request_result``: one node per request, at the top level."""
    _forget_old(call)
    nodes: dict[str, Any] = {}
    for number in call.wholes("id", "ID"):
        if number in call.session.results:
            nodes[str(number)] = call.session.results.pop(number)[1]
    return nodes


ROUTES = {
    "/api/dealer/send_request": Route(send_request, "dealer", is_change=True),
    "/api/dealer/get_request_result": Route(get_request_result, "dealer"),
}


def _market(call: Call) -> Fill:
    """Action 200: buy or sell, or close a position of a hedging account."""
    position, side = call.whole("Position", otherwise=0), call.whole("Type", "type")
    if side not in {BUY, SELL}:
        raise Retcode(10013)
    if not position:
        ticket = _ticket(call, side)
        if ticket.sl or ticket.tp:
            quote = call.world.quote(ticket.symbol, call.world.group_of(ticket.login))
            price = quote.bid if side == BUY else quote.ask
            pending.refuse_stops(side, price, ticket.sl, ticket.tp)
        return open_position(call.world, ticket)
    row = held_position(call.world, position)
    if row["login"] != call.whole("Login", "login") or row["side"] == side:
        raise Retcode(10013)
    return close_position(
        call.world,
        position,
        volume=_volume(call),
        reason=REASON_DEALER,
        dealer=call.manager.login,
        comment=call.text("Comment", "comment"),
    )


def _place(call: Call) -> Fill:
    """Action 201: an order that waits."""
    kind = call.whole("Type", "type")
    if kind not in pending.KINDS:
        raise Retcode(10035)
    wish = _wish(call, kind, _ticket(call, pending.side_of(kind)))
    return _of_order(pending.place(call.world, wish), wish.price, wish.ticket.volume)


def _change_position(call: Call) -> Fill:
    """Action 202: other stops of a position."""
    row = held_position(call.world, call.whole("Position"))
    _refuse_stranger(call, row["login"])
    group = call.world.group_of(row["login"])
    quote = call.world.quote(row["symbol"], group)
    price = quote.bid if row["side"] == BUY else quote.ask
    sl, tp = _points(call, "PriceSL", row["digits"]), _points(call, "PriceTP", row["digits"])
    pending.refuse_stops(row["side"], price, sl, tp)
    call.world.store.run(
        "update positions set sl = ?, tp = ?, updated_ms = ? where position = ?",
        sl,
        tp,
        call.world.clock.now_ms(),
        row["position"],
    )
    return Fill(deal=0, order=0, position=row["position"], price=price, volume=row["volume"])


def _change_order(call: Call) -> Fill:
    """Action 203: other prices of a waiting order."""
    row = _own_order(call)
    ticket = Ticket(
        login=row["login"],
        symbol=row["symbol"],
        side=pending.side_of(row["type"]),
        volume=row["remaining"],
        sl=_points(call, "PriceSL", row["digits"]),
        tp=_points(call, "PriceTP", row["digits"]),
    )
    wish = _wish(call, row["type"], ticket)
    pending.modify(call.world, row["ord"], wish)
    return _of_order(row["ord"], wish.price, row["remaining"])


def _remove_order(call: Call) -> Fill:
    """Action 204: a waiting order goes to the history."""
    row = _own_order(call)
    pending.end(call.world, row["ord"])
    return _of_order(row["ord"], row["price"], row["remaining"])


def _activate(call: Call) -> Fill:
    """Action 205: a waiting order is filled now."""
    row = _own_order(call)
    return pending.activate(call.world, row["ord"], dealer=call.manager.login)


def _balance(call: Call) -> Fill:
    """Action 206: a balance operation; ``PriceOrder`` is the amount."""
    deal = change_balance(
        call.world,
        login=call.whole("Login", "login"),
        kind=call.whole("Type", "type"),
        amount=call.exact("PriceOrder"),
        comment=call.text("Comment", "comment"),
        dealer=call.manager.login,
        is_margin_checked=not call.whole("Flags", otherwise=0) & SKIP_MARGIN_CHECK,
    )
    return Fill(deal=deal, order=0, position=0, price=0, volume=0)


def _activate_limit(call: Call) -> Fill:
    """Action 207: a stop-limit order becomes the limit order."""
    row = _own_order(call)
    pending.activate_limit(call.world, row["ord"])
    return _of_order(row["ord"], row["trigger"], row["remaining"])


def _close_by(call: Call) -> Fill:
    """Action 208: two opposite positions against each other."""
    position, other = call.whole("Position"), call.whole("PositionBy", "PositionByID")
    _refuse_stranger(call, held_position(call.world, position)["login"])
    return close_by(call.world, position, other, dealer=call.manager.login, reason=REASON_DEALER)


Act = Callable[[Call], Fill]
ACTIONS: Mapping[int, Act] = {
    200: _market,
    201: _place,
    202: _change_position,
    203: _change_order,
    204: _remove_order,
    205: _activate,
    206: _balance,
    207: _activate_limit,
    208: _close_by,
}


def _execute(call: Call, number: int, act: Act) -> list[Any]:
    try:
        fill = act(call)
    except Retcode as refused:
        return _nodes(number, refused.code, None, "0")
    spec = call.world.market.symbols.get(call.text("Symbol", "symbol"))
    code = PLACED if act is _place else EXECUTED
    digits = spec.digits if spec else _digits_of(call, fill)
    return _nodes(number, code, fill, render.decimals(fill.price, digits))


def _digits_of(call: Call, fill: Fill) -> int:
    row = call.world.store.one("select digits from orders where ord = ?", fill.order)
    return int(row["digits"]) if row else 0


def _ticket(call: Call, side: int) -> Ticket:
    symbol = call.text("Symbol", "symbol")
    spec = call.world.market.symbols.get(symbol)
    if spec is None:
        raise Retcode(10013)
    return Ticket(
        login=call.whole("Login", "login"),
        symbol=symbol,
        side=side,
        volume=_volume(call),
        sl=_points(call, "PriceSL", spec.digits),
        tp=_points(call, "PriceTP", spec.digits),
        comment=call.text("Comment", "comment"),
        reason=REASON_DEALER,
        dealer=call.manager.login,
    )


def _wish(call: Call, kind: int, ticket: Ticket) -> pending.Wish:
    digits = call.world.market.symbols[ticket.symbol].digits
    return pending.Wish(
        ticket=ticket,
        kind=kind,
        price=_points(call, "PriceOrder", digits),
        trigger=_points(call, "PriceTrigger", digits),
        until=call.whole("TypeTime", otherwise=pending.GTC),
        expires_s=call.whole("TimeExpiration", otherwise=0),
        fill=call.whole("TypeFill", otherwise=0),
    )


def _volume(call: Call) -> int:
    """``Volume`` counts 1e-4 lots, ``VolumeExt`` 1e-8; the finer one wins where both are given."""
    return call.whole("VolumeExt", otherwise=0) or call.whole("Volume") * 10_000


def _points(call: Call, name: str, digits: int) -> int:
    """A price in whole points; missing is 0."""
    text = call.text(name)
    price = call.exact(name) if text else Decimal(0)
    return int(price.scaleb(digits).to_integral_value())


def _own_order(call: Call) -> Any:
    row = pending.waiting(call.world, call.whole("Order", "order"))
    _refuse_stranger(call, row["login"])
    return row


def _refuse_stranger(call: Call, login: int) -> None:
    """Raise 10013 when a record belongs to another account than the request names."""
    if login != _owner(call):
        raise Retcode(10013)


def _owner(call: Call) -> int:
    return call.whole("Login", "login")


def _of_order(order: int, price: int, volume: int) -> Fill:
    return Fill(deal=0, order=order, position=0, price=price, volume=volume)


def _forget_old(call: Call) -> None:
    """Subscriptions that nobody has asked about for three minutes end."""
    oldest = time.monotonic() - FORGOTTEN_AFTER_S
    for number, (made, _) in tuple(call.session.results.items()):
        if made < oldest:
            del call.session.results[number]


def _nodes(number: int, code: int, fill: Fill | None, price: str) -> list[Any]:
    deal, order = (str(fill.deal), str(fill.order)) if fill else ("0", "0")
    volume = fill.volume if fill else 0
    return [
        {"result": {"ID": str(number), "Retcode": str(code), "DealID": deal, "OrderID": order}},
        {
            "answer": {
                "ID": str(number),
                "ResultRetcode": str(code),
                "ResultDeal": deal,
                "ResultOrder": order,
                "ResultPrice": price,
                "ResultVolume": str(volume // 10_000),
                "ResultVolumeExt": str(volume),
            }
        },
    ]
