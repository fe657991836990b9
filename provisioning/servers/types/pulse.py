"""What packages above tell about a server: how far they have read it, and what they use it for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """How far a server has been read by whoever mirrors it."""

    last_deal_at: dt.datetime | None
    """When the newest deal we know of was done."""
    read_at: dt.datetime | None
    """When it was last read to its end, or as far as a step goes."""
    is_caught_up: bool
    """Whether nothing of its history is still missing."""
    lag_s: int | None
    """For how long nothing new has been read although it is due; ``None`` before the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """What hangs on a server; one that nothing uses may be removed."""

    account_types: int = 0
    accounts: int = 0

    @property
    def is_used(self) -> bool:
        """Whether anything does."""
        return bool(self.account_types or self.accounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Names of groups and symbols that a server has no more."""

    groups: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
