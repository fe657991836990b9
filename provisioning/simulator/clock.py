"""Simulated time: how late it is in the market, and what the server's wall clock shows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from provisioning.simulator.store import Store

MS = 1000
DAY_MS = 86_400 * MS


class Clock:
    """Time that can run faster, jump ahead, and be shown wrongly.

    Everything in the book is *platform time*: milliseconds of the server's wall clock counted as
    if it were UTC, as MetaTrader does.
    """

    def __init__(self, store: Store, *, speed: float, utc_offset_minutes: int) -> None:
        self._store = store
        self._speed = speed
        self._offset_ms = utc_offset_minutes * 60 * MS
        self._started_ms = time.time_ns() // 1_000_000
        self._jumped_ms = int(store.get("jumped_ms") or 0)
        self._held_ms: int | None = None
        self.skew_ms = int(store.get("skew_ms") or 0)

    def utc_ms(self) -> int:
        """Simulated UTC, without offset and skew."""
        if self._held_ms is not None:
            return self._held_ms
        real = time.time_ns() // 1_000_000
        return int(self._started_ms + (real - self._started_ms) * self._speed) + self._jumped_ms

    def now_ms(self) -> int:
        """Platform time in milliseconds."""
        return self.utc_ms() + self._offset_ms + self.skew_ms

    def now_s(self) -> int:
        """Platform time in seconds."""
        return self.now_ms() // MS

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let no time pass meanwhile: what happens together happens at one instant."""
        before = self._held_ms
        self._held_ms = self.utc_ms()
        try:
            yield
        finally:
            self._held_ms = before

    @property
    def offset_minutes(self) -> int:
        """Platform time less UTC, as ``time/get`` tells it."""
        return self._offset_ms // 60_000

    def jump(self, milliseconds: int) -> None:
        """Move simulated time ahead, for good."""
        self._jumped_ms += milliseconds
        self._store.put("jumped_ms", str(self._jumped_ms))

    def skew(self, seconds: int) -> None:
        """Let the wall clock be wrong by so much."""
        self.skew_ms = seconds * MS
        self._store.put("skew_ms", str(self.skew_ms))


def day_of(platform_ms: int) -> int:
    """Number of the server's day."""
    return platform_ms // DAY_MS


def weekday_of(platform_ms: int) -> int:
    """Weekday of the server's day; Sunday is 0 (1970-01-01 was a Thursday)."""
    return (platform_ms // DAY_MS + 4) % 7


def minute_of(platform_ms: int) -> int:
    """Minutes since the server's midnight."""
    return platform_ms % DAY_MS // 60_000
