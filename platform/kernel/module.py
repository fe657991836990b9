"""What a module declares about itself.

A manifest is pure data, read before Django's apps are loaded, so nothing here may touch a
model. Things that live in code are named by dotted path and resolved once, after loading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from django.utils.functional import Promise

from kernel.money import Money

Text: TypeAlias = str | Promise


class Area(StrEnum):
    """Where a screen is shown."""

    TRADERS_ROOM = "traders_room"
    BACK_OFFICE = "back_office"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """A right that a tenant admin can grant to a role."""

    code: str
    title: Text
    sensitive: bool = False
    """Asks for a fresh second factor."""
    for_clients: bool = False
    """Every client has it; roles of staff do not list it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """A line in the menu of one area."""

    area: Area
    title: Text
    url_name: str
    permission: str | None
    """Who sees it; ``None`` for everyone who is signed in to the area."""
    icon: str
    order: int = 500
    group: Text = ""
    """The heading it stands under."""
    on_phone: bool = False
    """Whether it is in the tab bar of a phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """Something a module puts in a slot, its own or another's."""

    slot: str
    shows: str
    """Dotted path of a function from request to ``SafeString``; it may take the slot's subject."""
    permission: str | None
    order: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKind:
    """Something that is asked for and decided by people, in the one queue of all modules."""

    key: str
    """``owner.what``; never changes, for rows of requests name it."""
    title: Text
    sentence: Text
    """What one request asks for; named placeholders are filled from its words."""
    permission: str
    """Who may decide."""
    icon: str = "inbox"
    facts: Mapping[str, Text] = field(default_factory=dict)
    """The labels of its evidence, in the order in which they are shown."""
    has_amount: bool = False
    """Whether its requests name an amount, so that limits make sense."""
    is_decided: bool = False
    """Whether people decide until the broker says otherwise; else it happens at once."""
    by_staff: bool = False
    """Only colleagues ask for it."""
    has_own_letters: bool = False
    """Its owner writes to the client what became of it; the queue only asks what is missing."""
    expected_hours: int = 24
    """How long a decision takes, until the broker says otherwise."""
    office_url: str = ""
    """Name of the back office's page of the subject; it takes the subject's id."""
    room_url: str = ""
    """The same in the client's room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A capability that brokers pick from the menu."""

    key: str
    title: Text
    summary: Text
    monthly_price: Money | None
    """List price; ``None`` for a module that every tenant has."""
    icon: str = "box"
    requires: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] = ()
    navigation: tuple[NavItem, ...] = ()
    slots: tuple[str, ...] = ()
    """Places in its screens that widgets may fill and a theme may arrange."""
    widgets: tuple[Widget, ...] = ()
    request_kinds: tuple[RequestKind, ...] = ()
    """What may be asked for, to be decided in the queue of requests."""
    settings: str | None = None
    """Dotted path of a frozen dataclass whose defaults are the module's settings."""
    publishes: tuple[str, ...] = ()
    subscribes: Mapping[str, str] = field(default_factory=dict)
    """Event name to the dotted path of its handler."""

    @property
    def app(self) -> str:
        """The Django app that holds this module."""
        return f"modules.{self.key}"

    @property
    def always_on(self) -> bool:
        """Whether every tenant has it."""
        return self.monthly_price is None
