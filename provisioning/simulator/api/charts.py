"""``chart/get``, ``tick/history`` and ``tick/stat``: prices of the past as compact arrays."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from provisioning.simulator import render
from provisioning.simulator.api.market import wanted_symbols
from provisioning.simulator.calls import Call, Route
from provisioning.simulator.catalogue import SymbolSpec
from provisioning.simulator.clock import DAY_MS, MS
from provisioning.simulator.market import TICK_MS, Quote
from provisioning.simulator.retcodes import Retcode

MINUTE_MS = 60 * MS
LOOKS = (0, 7_250, 15_000, 22_750, 30_250, 37_500, 45_250, 52_500, MINUTE_MS - TICK_MS)
"""When a minute is looked at for its bar, in milliseconds from its beginning."""
MOST_BARS, MOST_TICKS = 3_000, 10_000
"""More is cut with retcode 14, as the original does: ask again from the time of the last row."""
BAR_LETTERS, TICK_LETTERS = frozenset("dohlctvs"), frozenset("dbalv")
LOOKS_A_DAY = 96


def chart(call: Call) -> Mapping[str, Any]:
    """``chart/get``: bars of a minute; prices are the bid."""
    spec, since, until = _window(call)
    letters = _letters(call, BAR_LETTERS)
    bars: list[list[float | int]] = []
    for minute in range(-(-since // MINUTE_MS) * MINUTE_MS, until + 1, MINUTE_MS):
        if not call.world.market.is_open(spec.name, minute):
            continue
        if len(bars) == MOST_BARS:
            return {"answer": bars, "retcode": 14}
        bars.append(_bar(call, spec, minute, letters))
    return {"answer": bars}


def ticks(call: Call) -> Mapping[str, Any]:
    """``tick/history``: every change of a price."""
    spec, since, until = _window(call)
    letters = _letters(call, TICK_LETTERS)
    rows: list[list[float | int]] = []
    before: tuple[int, int] | None = None
    for moment in range(-(-since // TICK_MS) * TICK_MS, until + 1, TICK_MS):
        if not call.world.market.is_open(spec.name, moment):
            continue
        quote = call.world.quote(spec.name, None, moment)
        if (quote.bid, quote.ask) == before:
            continue
        if len(rows) == MOST_TICKS:
            return {"answer": rows, "retcode": 14}
        before = (quote.bid, quote.ask)
        values: dict[str, float | int] = {
            "d": moment,
            "b": _price(quote.bid, spec),
            "a": _price(quote.ask, spec),
            "l": 0,
            "v": 0,
        }
        rows.append([values[letter] for letter in letters])
    return {"answer": rows}


def statistics(call: Call) -> Mapping[str, Any]:
    """``tick/stat``: prices of now with the highest and lowest of the day."""
    now = call.world.clock.now_ms()
    since = call.whole("trans_id", otherwise=0)
    found = []
    for spec in wanted_symbols(call):
        quote = call.world.quote(spec.name)
        if quote.time_ms > since:
            found.append(_statistics(call, spec, quote, now))
    return {"trans_id": str(now), "answer": found}


ROUTES = {
    "/api/chart/get": Route(chart),
    "/api/tick/history": Route(ticks),
    "/api/tick/stat": Route(statistics),
}


def _window(call: Call) -> tuple[SymbolSpec, int, int]:
    """Symbol, first and last millisecond; nothing is told of the future."""
    spec = call.world.market.symbols.get(call.text("symbol", "Symbol"))
    if spec is None:
        raise Retcode(13)
    until = min(call.whole("to", "To") * MS + MS - 1, call.world.clock.now_ms())
    return spec, call.whole("from", "From") * MS, until


def _letters(call: Call, known: frozenset[str]) -> str:
    letters = call.text("data", "Data")
    if not letters or not set(letters) <= known:
        raise Retcode(3)
    return letters


def _bar(call: Call, spec: SymbolSpec, minute: int, letters: str) -> list[float | int]:
    now = call.world.clock.now_ms()
    looks = [minute + after for after in LOOKS if minute + after <= now]
    quotes = [call.world.quote(spec.name, None, moment) for moment in looks]
    bids = [quote.bid for quote in quotes]
    moves = sum(1 for before, after in pairwise(bids) if before != after)
    values: dict[str, float | int] = {
        "d": minute // MS,
        "o": _price(bids[0], spec),
        "h": _price(max(bids), spec),
        "l": _price(min(bids), spec),
        "c": _price(bids[-1], spec),
        "t": 1 + moves * 8,
        "v": 0,
        "s": min(quote.ask - quote.bid for quote in quotes),
    }
    return [values[letter] for letter in letters]


def _statistics(call: Call, spec: SymbolSpec, quote: Quote, now: int) -> dict[str, str]:
    begins = now // DAY_MS * DAY_MS
    step = max(1, (now - begins) // LOOKS_A_DAY)
    looked = [call.world.quote(spec.name, None, moment) for moment in range(begins, now, step)]
    day = [*looked, quote]
    prices = {
        "Bid": quote.bid,
        "BidLow": min(one.bid for one in day),
        "BidHigh": max(one.bid for one in day),
        "Ask": quote.ask,
        "AskLow": min(one.ask for one in day),
        "AskHigh": max(one.ask for one in day),
        "PriceOpen": day[0].bid,
        "PriceClose": quote.bid,
    }
    return {
        "Symbol": spec.name,
        "Digits": str(spec.digits),
        "Datetime": str(quote.time_ms // MS),
        "DatetimeMsc": str(quote.time_ms),
        **{name: render.decimals(points, spec.digits) for name, points in prices.items()},
    }


def _price(points: int, spec: SymbolSpec) -> float:
    """A bare number: only these arrays hold any."""
    return float(render.decimals(points, spec.digits))
