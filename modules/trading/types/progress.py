"""How far something asked of a trading server, or read from it, has come."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from kernel.module import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of something being done on a server, as a page shows it."""

    label: Text
    state: str
    """``done``, ``now``, ``failed`` or ``waiting``."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the opening or changing of an account has come."""

    steps: tuple[Step, ...]
    is_over: bool
    is_failed: bool
    sentence: str
    has_credentials: bool = False
    account_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What one look at a trading server brought."""

    deals: int = 0
    accounts: int = 0
    positions: int = 0
    is_caught_up: bool = False
    was_due: bool = True
    has_more: bool = False
    """Whether it ended for lack of time only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncLine:
    """How far a server has been read, as the back office shows it."""

    server_id: uuid.UUID
    is_caught_up: bool
    pulled_at: dt.datetime | None
    took_ms: int
    failing_since_at: dt.datetime | None
    failure: str
    deals: int
    accounts: int
    uneven: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferingDay:
    """A kept daily result that is not what the deals add up to, in minor units."""

    account_id: uuid.UUID
    day_on: dt.date
    symbol: str
    kept_minor: int
    rebuilt_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild of daily results found to differ from what was kept."""

    days: int
    differing: tuple[Mapping[str, str], ...]
