"""Trading at market on a client's behalf over the Web API."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

from kernel.errors import OutcomeUnknown, Refused, Unavailable
from provisioning.servers.adapters.mt5_web_api import translate
from provisioning.servers.adapters.mt5_web_api.answers import (
    in_our_words,
    in_our_words_of_change,
    translated,
)
from provisioning.servers.adapters.mt5_web_api.context import Context
from provisioning.servers.adapters.mt5_web_api.failures import Answer
from provisioning.servers.adapters.mt5_web_api.session import DOUBTFUL, Call
from provisioning.servers.errors import NotFound
from provisioning.servers.types import Execution, MarketOrder, Side, Tick

MARKET_EXECUTION = 200
PLACED, EXECUTED, EXECUTED_PARTLY = 10008, 10009, 10010
WAIT_S = 10.0
PAUSE_S = 0.1


def tick(context: Context, symbol: str) -> Tick:
    """The last price of a symbol.

    Raises:
        NotFound: It has none.
    """
    offset = context.offset()
    with in_our_words():
        rows = context.rows(Call("/api/tick/last", {"symbol": symbol, "trans_id": 0}))
    if not rows:
        raise NotFound
    return translate.tick(rows[0], offset)


def trade(context: Context, order: MarketOrder) -> Execution:
    """``dealer/send_request``, then ask for the result on the same connection."""
    price = tick(context, order.symbol)
    body = _request(context, order, price)
    with in_our_words_of_change(order):
        sent = context.session.change(Call("/api/dealer/send_request", body=body), operation=order)
        answer = sent.get("answer") or {}
        number = str(answer.get("ID") or answer.get("Id") or "")
        if not number:
            raise translate.Unreadable("ID")
        result = _result(context, number, order)
        return _execution(result, order)


def _request(context: Context, order: MarketOrder, price: Tick) -> dict[str, str]:
    asked = price.ask if order.side is Side.BUY else price.bid
    body = {
        "Action": str(MARKET_EXECUTION),
        "SourceLogin": str(context.session.credentials.login),
        "Login": str(order.login),
        "Symbol": order.symbol,
        "Volume": str(int(order.lots / translate.LOTS_PER_VOLUME)),
        "Type": str(order.side.value),
        "TypeFill": "0",
        "PriceOrder": f"{asked:f}",
        "Digits": str(price.digits),
        "Comment": order.comment,
    }
    if order.closes_position is not None:
        body["Position"] = str(order.closes_position)
    return body


def _result(context: Context, number: str, order: MarketOrder) -> dict[str, Any]:
    """The final result of a queued request.

    Raises:
        OutcomeUnknown: The connection it hung on is gone, or it took too long.
    """
    generation = context.session.generation
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        nodes = _poll(context, number, order)
        if context.session.generation != generation:
            break
        if nodes is None:
            raise OutcomeUnknown(order, "the request is forgotten")
        if nodes:
            return {name: value for node in nodes for name, value in _fields(node).items()}
        time.sleep(PAUSE_S)
    raise OutcomeUnknown(order, "no result")


def _poll(context: Context, number: str, order: MarketOrder) -> list[Any] | None:
    try:
        payload = context.session.read(Call("/api/dealer/get_request_result", {"id": number}))
    except (Unavailable, Refused) as error:
        raise OutcomeUnknown(order, "no result") from error
    nested = payload.get("answer")
    holder = nested if isinstance(nested, dict) else payload
    nodes = holder.get(number)
    return None if nodes is None else list(nodes)


def _fields(node: dict[str, Any]) -> dict[str, Any]:
    """``result`` and ``answer`` nodes merged; public clients saw both shapes."""
    return {**(node.get("result") or {}), **(node.get("answer") or {})}


def _execution(result: dict[str, Any], order: MarketOrder) -> Execution:
    code = translate.whole(result, "ResultRetcode") or translate.whole(result, "Retcode")
    if code in DOUBTFUL:
        raise OutcomeUnknown(order, str(code))
    if code not in {PLACED, EXECUTED, EXECUTED_PARTLY}:
        raise translated(Answer(code, str(result.get("Retcode", code))))
    lots = translate.lots(result, "ResultVolume")
    return Execution(
        deal_id=translate.whole(result, "ResultDeal") or translate.whole(result, "DealID"),
        order_id=translate.whole(result, "ResultOrder") or translate.whole(result, "OrderID"),
        price=translate.exact(result, "ResultPrice"),
        lots=lots if lots > Decimal(0) else order.lots,
    )
