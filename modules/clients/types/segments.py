"""How far clients are verified and which groups they are in, as it crosses the border."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelLine:
    """A verification level; a higher rank has proven more."""

    rank: int
    name: str
    """As colleagues call it."""
    title: str
    """As the reader's language calls it."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Name for clients by language; empty falls back to ``name``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """A group of clients, made by the broker. Clients never see its name."""

    id: uuid.UUID
    name: str
    clients: int
    archived_at: dt.datetime | None = None

    @property
    def is_archived(self) -> bool:
        """Whether nobody is put into it any more."""
        return self.archived_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What decides what a client is offered: where he lives, how far he is verified, his groups."""

    country: str
    """ISO 3166-1 alpha-2; empty when not told."""
    level: int
    """Rank of his verification level; 0 is nothing proven."""
    groups: frozenset[uuid.UUID]
