"""What identity tells others about people, roles and teams."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from kernel.actor import Scope
from kernel.module import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone who signs in."""

    id: uuid.UUID
    email: str
    full_name: str
    kind: str
    """``vendor``, ``staff`` or ``client``."""
    language: str
    time_zone: str
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleTag:
    """A role, as a label."""

    id: uuid.UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """A person of the house, as the list shows them."""

    id: uuid.UUID
    email: str
    full_name: str
    is_active: bool
    roles: tuple[RoleTag, ...]
    teams: tuple[str, ...]
    factors: tuple[str, ...]
    """Which second factors are set up: ``totp``, ``webauthn``."""
    last_seen_at: dt.datetime | None
    joined_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationLine:
    """An invitation that waits for an answer."""

    id: uuid.UUID
    email: str
    role: str
    invited_at: dt.datetime
    expires_at: dt.datetime
    is_expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvitation:
    """An invitation that may be accepted now."""

    id: uuid.UUID
    email: str
    full_name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLine:
    """A role, as the list shows it."""

    id: uuid.UUID
    key: str | None
    name: str
    people: int
    rights: int
    is_locked: bool
    masked: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleSheet:
    """A role with everything that it grants."""

    id: uuid.UUID
    key: str | None
    name: str
    is_locked: bool
    grants: Mapping[str, Scope]
    masked: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """A permission that a role may grant."""

    code: str
    title: Text
    is_sensitive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RightGroup:
    """The rights of one part of the product."""

    key: str
    title: Text
    rights: tuple[Right, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamLine:
    """A team and who is in it."""

    id: uuid.UUID
    name: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRule:
    """A network that staff may come from."""

    id: uuid.UUID
    network: str
    note: str
