"""``/api/dealer/...``: trading on behalf of a client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioning.simulator import render
from provisioning.simulator.calls import Call, Route
from provisioning.simulator.margin import BUY, SELL
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.trading import (
    REASON_DEALER,
    Fill,
    Ticket,
    close_position,
    open_position,
)

MARKET = 200
QUEUE = 128
EXECUTED = 10009


def send_request(call: Call) -> Mapping[str, Any]:
    """``dealer/send_request``: queued; the result is asked for on the same connection."""
    if len(call.session.results) >= QUEUE:
        raise Retcode(10024)
    action = call.whole("Action", "action")
    if action != MARKET:
        raise Retcode(12002)
    call.visible(call.whole("Login", "login"))
    call.world.requests += 1
    number = call.world.requests
    call.session.results[number] = _execute(call, number)
    return {"answer": {"ID": str(number)}}


def get_request_result(call: Call) -> Mapping[str, Any]:
    """``dealer/get_request_result``: one node per request, at the top level."""
    nodes: dict[str, Any] = {}
    for number in call.wholes("id", "ID"):
        if number in call.session.results:
            nodes[str(number)] = call.session.results.pop(number)
    return nodes


ROUTES = {
    "/api/dealer/send_request": Route(send_request, "dealer", is_change=True),
    "/api/dealer/get_request_result": Route(get_request_result, "dealer"),
}


def _execute(call: Call, number: int) -> list[Any]:
    try:
        fill = _trade(call)
    except Retcode as refused:
        return _nodes(number, refused.code, None, "0")
    digits = call.world.market.symbols[call.text("Symbol", "symbol")].digits
    return _nodes(number, EXECUTED, fill, render.decimals(fill.price, digits))


def _trade(call: Call) -> Fill:
    login, position = call.whole("Login", "login"), call.whole("Position", otherwise=0)
    side = call.whole("Type", "type")
    # Volume counts 1e-4 lots, VolumeExt 1e-8; the finer one wins where both are given.
    volume = call.whole("VolumeExt", otherwise=0) or call.whole("Volume") * 10_000
    if side not in {BUY, SELL}:
        raise Retcode(10013)
    comment = call.text("Comment", "comment")
    if not position:
        return open_position(
            call.world,
            Ticket(
                login=login,
                symbol=call.text("Symbol", "symbol"),
                side=side,
                volume=volume,
                comment=comment,
                reason=REASON_DEALER,
                dealer=call.manager.login,
            ),
        )
    row = call.world.store.one("select login, side from positions where position = ?", position)
    if row is None or row["login"] != login or row["side"] == side:
        raise Retcode(10036 if row is None else 10013)
    return close_position(
        call.world,
        position,
        volume=volume,
        reason=REASON_DEALER,
        dealer=call.manager.login,
        comment=comment,
    )


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
