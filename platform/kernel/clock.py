"""The one place that asks what time it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_set_to: ContextVar[dt.datetime | None] = ContextVar("clock_set_to", default=None)


def now() -> dt.datetime:
    """The present instant, in UTC."""
    return _set_to.get() or dt.datetime.now(dt.UTC)


@contextmanager
def frozen(at: dt.datetime) -> Iterator[None]:
    """Hold the clock at ``at`` (an aware instant) inside the block; for tests.

    Raises:
        ValueError: ``at`` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    token = _set_to.set(at.astimezone(dt.UTC))
    try:
        yield
    finally:
        _set_to.reset(token)


def advance(by: dt.timedelta) -> None:
    """Move a frozen clock on.

    Raises:
        RuntimeError: The clock is not frozen.
    """
    held = _set_to.get()
    if held is None:
        raise RuntimeError("only a frozen clock can be moved")
    _set_to.set(held + by)
