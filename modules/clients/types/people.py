"""Clients as they cross the module's border."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page

from kernel.module import Text
from modules.clients.types.segments import GroupLine


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClient:
    """What is known of a client when he registers."""

    id: uuid.UUID
    email: str
    first_name: str = ""
    last_name: str = ""
    country: str = ""
    language: str = ""
    phone: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a client may tell and change about himself. Empty text means not told."""

    first_name: str
    last_name: str
    country: str
    phone: str = field(default="", repr=False)
    city: str = ""
    address: str = field(default="", repr=False)
    born_on: dt.date | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What a neighbour may need to act for a client, unmasked: a trading server wants a name."""

    id: uuid.UUID
    number: int
    first_name: str
    last_name: str
    email: str = field(repr=False)
    phone: str = field(repr=False)
    country: str
    city: str

    @property
    def name(self) -> str:
        """Full name, or the e-mail address of a client who has not told it yet."""
        return f"{self.first_name} {self.last_name}".strip() or self.email


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientLine:
    """A client in a list; contacts masked as far as the asker's role says."""

    id: uuid.UUID
    number: int
    name: str
    email: str
    country: str
    country_name: Text
    language: str
    state: str
    state_label: Text
    tone: str
    owner_id: uuid.UUID | None
    owner_name: str
    level: int
    """Rank of the verification level."""
    level_name: str
    registered_at: dt.datetime
    seen_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCard:
    """A client on his page; contacts masked as far as the asker's role says."""

    line: ClientLine
    profile: Profile
    team_id: uuid.UUID | None
    team_name: str
    state_reason: str
    moves: tuple[tuple[str, Text], ...]
    """States that a colleague may move the client to, with what the button says."""
    groups: tuple[GroupLine, ...] = ()
    level_reason: str = ""
    """Why he has the verification level that he has."""
    level_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFilter:
    """What a list of clients is narrowed to, and its order. Empty means everything."""

    words: str = ""
    state: str = ""
    country: str = ""
    owner: str = ""
    """``me``, ``none``, or a colleague's id."""
    level: int | None = None
    """Rank of a verification level."""
    group: uuid.UUID | None = None
    sort: str = "-registered"
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPage:
    """One page of a list of clients."""

    lines: tuple[ClientLine, ...]
    page: Page[Any]
    total: int
