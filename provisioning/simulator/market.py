"""Prices that move: a seeded process of time, the same whenever and however often it is asked.

The logarithm of a price is the sum of smooth noises of periods from a second to four months,
each as strong as a random walk would make it over that period. Any instant, past or to come, can
be asked for, so histories can be made up that agree with the prices shown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b

from currency_converter import CurrencyConverter

from provisioning.simulator.catalogue import SYMBOLS, SymbolSpec
from provisioning.simulator.clock import DAY_MS, MS, minute_of, weekday_of
from provisioning.simulator.store import Store, dumps, loads

YEAR_S = 365 * 86_400
PERIODS_S = tuple(10_000_000 / 2.6**step for step in range(17))
FACTOR = math.sqrt(1 - 1 / 2.6)  # the squares of all periods' shares then add up to one
SUNDAY, SATURDAY = 0, 6
OPENING_MINUTE, CLOSING_MINUTE = 2, 1438  # the daily break around the server's midnight
FRIDAY_CLOSING_MINUTE = 1437
TICK_MS = 250
"""Prices stand still for so long."""
REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Quote:
    """A price in points of its symbol, and the platform time it was made."""

    bid: int
    ask: int
    time_ms: int


class Market:
    """All prices of one server."""

    def __init__(self, store: Store, *, seed: int, open_weekends: bool) -> None:
        self._store = store
        self._seed = seed
        self._open_weekends = open_weekends
        self.symbols: Mapping[str, SymbolSpec] = {spec.name: spec for spec in SYMBOLS}
        self._shown_as = {name: name for name in self.symbols}
        self._starts = self._remembered_starts()
        self._middles: dict[tuple[str, int], float] = {}
        self._shocks = [
            (str(row["symbol"]), int(row["time_ms"]), float(row["factor"]))
            for row in store.all("select symbol, time_ms, factor from shocks order by time_ms")
        ]

    def is_open(self, symbol: str, at_ms: int) -> bool:
        """Whether the symbol can be traded at this platform time."""
        return self._last_open_ms(self.symbols[symbol], at_ms) == at_ms

    @property
    def listed(self) -> dict[str, SymbolSpec]:
        """Symbols as the API lists them: one that was removed or renamed keeps its price."""
        return {
            shown: replace(spec, name=shown, path=spec.path.removesuffix(spec.name) + shown)
            for spec in self.symbols.values()
            if (shown := self._shown_as[spec.name])
        }

    def relist(self, name: str, becomes: str) -> None:
        """Show a symbol under another name, under its own again, or (empty) not at all.

        Raises:
            KeyError: There is no such symbol.
        """
        self._shown_as[self.symbols[name].name] = becomes

    def quote(self, symbol: str, at_ms: int, *, markup: int = 0) -> Quote:
        """The last price at this platform time, with a group's mark-up on the ask."""
        spec = self.symbols[symbol]
        time_ms = self._last_open_ms(spec, at_ms) // TICK_MS * TICK_MS
        middle = self._middle(symbol, time_ms)
        wobble = _noise(self._seed, f"{symbol}/spread", time_ms // 1000) * 0.25 + 1
        bid = round(middle * 10**spec.digits - spec.spread / 2)
        return Quote(bid, bid + max(1, round(spec.spread * wobble)) + markup, time_ms)

    def rate(self, from_currency: str, to_currency: str, at_ms: int) -> Decimal:
        """How much of one currency a unit of another is worth, at middle prices."""
        if from_currency == to_currency:
            return Decimal(1)
        at_ms = at_ms // TICK_MS * TICK_MS
        value = self._in_dollars(from_currency, at_ms) / self._in_dollars(to_currency, at_ms)
        return Decimal(repr(value)).quantize(Decimal("0.00000001"))

    def shock(self, symbol: str, per_cent: float, at_ms: int) -> None:
        """Move a price at once, for good; crosses follow their legs."""
        factor = 1 + per_cent / 100
        self._store.run(
            "insert or replace into shocks (symbol, time_ms, factor) values (?, ?, ?)",
            symbol,
            at_ms,
            repr(factor),
        )
        self._shocks.append((symbol, at_ms, factor))
        self._middles.clear()

    def _middle(self, symbol: str, at_ms: int) -> float:
        """A price between bid and ask; every account asks for the same few ones of now."""
        known = self._middles.get((symbol, at_ms))
        if known is None:
            if len(self._middles) >= REMEMBERED:
                self._middles.clear()
            known = self._middles[symbol, at_ms] = self._made_middle(symbol, at_ms)
        return known

    def _made_middle(self, symbol: str, at_ms: int) -> float:
        base, profit = symbol[:3], symbol[3:]
        if "USD" not in symbol and profit in {"GBP", "JPY"}:
            return self._in_dollars(base, at_ms) / self._in_dollars(profit, at_ms)
        spec = self.symbols[symbol]
        walk = sum(
            math.sqrt(period / YEAR_S) * _smooth(self._seed, symbol, at_ms / MS / period, step)
            for step, period in enumerate(PERIODS_S)
        )
        jumps = math.prod(f for name, since, f in self._shocks if name == symbol and since <= at_ms)
        return self._starts[symbol] * jumps * math.exp(spec.volatility * FACTOR * walk)

    def _in_dollars(self, currency: str, at_ms: int) -> float:
        if currency == "USD":
            return 1.0
        if f"{currency}USD" in self.symbols:
            return self._middle(f"{currency}USD", at_ms)
        return 1 / self._middle(f"USD{currency}", at_ms)

    def _last_open_ms(self, spec: SymbolSpec, at_ms: int) -> int:
        if spec.is_always_open or self._open_weekends:
            return at_ms
        day_ms = at_ms // DAY_MS * DAY_MS
        weekday, minute = weekday_of(at_ms), minute_of(at_ms)
        if weekday in {SUNDAY, SATURDAY}:
            days_back = 1 if weekday == SATURDAY else 2
            return day_ms - days_back * DAY_MS + FRIDAY_CLOSING_MINUTE * 60_000
        if minute < OPENING_MINUTE:
            days_back = 3 if weekday == 1 else 1
            return day_ms - days_back * DAY_MS + FRIDAY_CLOSING_MINUTE * 60_000
        return min(at_ms, day_ms + CLOSING_MINUTE * 60_000)

    def _remembered_starts(self) -> dict[str, float]:
        kept = self._store.get("starts")
        if kept is None:
            kept = dumps({spec.name: str(_start(spec)) for spec in SYMBOLS})
            self._store.put("starts", kept)
        return {name: float(price) for name, price in loads(kept).items()}


@lru_cache(maxsize=1)
def _reference_rates() -> CurrencyConverter:
    return CurrencyConverter()


def _start(spec: SymbolSpec) -> Decimal:
    """Where a price starts: the last reference rate of the ECB that the package ships."""
    if spec.start is not None:
        return spec.start
    return Decimal(repr(float(_reference_rates().convert(1, spec.base, spec.profit))))


@lru_cache(maxsize=200_000)
def _noise(seed: int, name: str, index: int) -> float:
    """A number from -1 to 1 that belongs to this place."""
    digest = blake2b(f"{seed}/{name}/{index}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**63 - 1


def _smooth(seed: int, symbol: str, place: float, step: int) -> float:
    """Noise between two places, eased so that nothing kinks."""
    index = math.floor(place)
    share = place - index
    eased = share * share * (3 - 2 * share)
    name = f"{symbol}/{step}"
    before, after = _noise(seed, name, index), _noise(seed, name, index + 1)
    return (before + (after - before) * eased) * math.sqrt(3)
