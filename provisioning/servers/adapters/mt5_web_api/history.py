"""Deals, positions and orders over the Web API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from kernel.errors import Unavailable
from provisioning.servers.adapters.mt5_web_api import translate
from provisioning.servers.adapters.mt5_web_api.answers import TOO_MUCH, in_our_words
from provisioning.servers.adapters.mt5_web_api.context import Context
from provisioning.servers.adapters.mt5_web_api.failures import Answer
from provisioning.servers.adapters.mt5_web_api.session import BATCH_DEADLINE_S, Call
from provisioning.servers.types import Deal, DealCursor, DealPage, Order, Position

T = TypeVar("T")

PAGE = 100
CHUNK = 100
OVERLAP_S = 5 * 60
"""Windows overlap: a deal of the second that just ended may be written a moment later."""
FIRST_SPAN_S = 30 * 86_400
SMALLEST_SPAN_S = 60
BEGINNING_S = 1_262_304_000
"""2010-01-01: there are no MetaTrader 5 deals before."""


def deals_after(
    context: Context,
    cursor: DealCursor,
    groups: Sequence[str],
    *,
    span: dt.timedelta | None = None,
) -> DealPage:
    """``deal/get_batch`` by groups for the window after a cursor; halved while it is too much."""
    now_s = context.read_clock().now_server_s
    # The clock may have been set back since the cursor was made: then the window follows it.
    since = max(BEGINNING_S, min(cursor.server_s, now_s) - OVERLAP_S)
    until = now_s if span is None else min(now_s, since + OVERLAP_S + int(span.total_seconds()))
    while True:
        try:
            deals = _deals_between(context, groups, since, until)
        except _TooMuch:
            until = _nearer(since, until)
            continue
        is_caught_up = until >= now_s
        return DealPage(deals=deals, cursor=DealCursor(server_s=until), is_caught_up=is_caught_up)


def deals_of(
    context: Context, login: int, *, since: dt.datetime, until: dt.datetime
) -> tuple[Deal, ...]:
    """``deal/get_page`` to the end; rows that shift between pages are counted once."""
    offset = context.offset()
    window = {
        "login": login,
        "from": translate.to_server_s(since, offset),
        "to": translate.to_server_s(until, offset),
    }
    found: dict[int, Deal] = {}
    start = 0
    while True:
        call = Call("/api/deal/get_page", {**window, "offset": start, "total": PAGE})
        with in_our_words():
            rows = context.rows(call)
            deals = [translate.deal(row, offset) for row in rows]
        found.update({deal.deal_id: deal for deal in deals})
        if len(rows) < PAGE:
            return _sorted(found.values())
        start += PAGE


def positions_of(context: Context, logins: Sequence[int]) -> tuple[Position, ...]:
    """``position/get_batch`` by logins."""
    return _by_logins(context, "/api/position/get_batch", logins, translate.position)


def positions_in(context: Context, groups: Sequence[str]) -> tuple[Position, ...]:
    """``position/get_batch`` by groups."""
    offset = context.offset()
    query = {"group": ",".join(groups)}
    call = Call("/api/position/get_batch", query, within_s=BATCH_DEADLINE_S)
    with in_our_words():
        return tuple(translate.position(row, offset) for row in context.rows(call))


def orders_of(context: Context, logins: Sequence[int]) -> tuple[Order, ...]:
    """``order/get_batch`` by logins."""
    return _by_logins(context, "/api/order/get_batch", logins, translate.order)


class _TooMuch(Exception):
    """A window holds more than one answer can carry."""


def _deals_between(
    context: Context, groups: Sequence[str], since: int, until: int
) -> tuple[Deal, ...]:
    offset = context.offset()
    query = {"group": ",".join(groups), "from": since, "to": until}
    call = Call("/api/deal/get_batch", query, within_s=BATCH_DEADLINE_S)
    with in_our_words():
        try:
            rows = context.rows(call)
        except Answer as answer:
            if answer.retcode == TOO_MUCH:
                raise _TooMuch from answer
            raise
        deals = {translate.whole(row, "Deal"): translate.deal(row, offset) for row in rows}
    return _sorted(deals.values())


def _nearer(since: int, until: int) -> int:
    span = min(FIRST_SPAN_S * 2, until - since) // 2
    if span < SMALLEST_SPAN_S:
        raise Unavailable("trading server", "more deals in a minute than it can answer")
    return since + span


def _by_logins(
    context: Context,
    path: str,
    logins: Sequence[int],
    make: Callable[[Any, dt.timedelta], T],
) -> tuple[T, ...]:
    offset = context.offset()
    wanted, found = sorted(set(logins)), []
    for start in range(0, len(wanted), CHUNK):
        part = ",".join(map(str, wanted[start : start + CHUNK]))
        with in_our_words():
            rows = context.rows(Call(path, {"login": part}, within_s=BATCH_DEADLINE_S))
            found += [make(row, offset) for row in rows]
    return tuple(found)


def _sorted(deals: Any) -> tuple[Deal, ...]:
    return tuple(sorted(deals, key=lambda deal: (deal.done_server_ms, deal.deal_id)))
