"""Requests as they cross the module's border, and what a broker's policy says of a kind."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any, TypeAlias

from django.core.paginator import Page

from kernel.module import Text
from kernel.money import Money

FactValue: TypeAlias = str | int | bool | Money | dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for."""

    kind: str
    client_id: uuid.UUID | None
    subject: str = ""
    """What it is about: ``owner.Thing:id``."""
    label: str = ""
    """How people call the subject: a login, a payment's reference."""
    words: Mapping[str, str | int] = field(default_factory=dict)
    """What fills the placeholders of the kind's sentence."""
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    """Evidence under the names that the kind declares."""
    payload: Mapping[str, Any] = field(default_factory=dict)
    """What the asking module needs to act when it is approved; nothing secret, never shown."""
    amount: Money | None = None
    asked_at: dt.datetime | None = None
    """When it was asked; now unless it was asked before there was a queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What became of asking: the request, new or asked before under the same key."""

    id: uuid.UUID
    state: str

    @property
    def is_approved(self) -> bool:
        """Whether the rules approved it at once."""
        return self.state == "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that somebody adds."""

    name: str
    content: IO[bytes]
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Who approves: one of the roles or people, or with neither anyone with the right."""

    name: str
    role_ids: tuple[uuid.UUID, ...] = ()
    person_ids: tuple[uuid.UUID, ...] = ()
    least: Money | None = None
    """Needed from this amount on, in its currency; other currencies always need it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One thing that speaks for approving without people; ``points`` when it holds."""

    kind: str
    value: int
    """Minor units of ``currency``, days, a level or a number, as the kind says."""
    points: int
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Who decides requests of one kind at this broker."""

    kind: str
    title: Text
    icon: str
    has_amount: bool
    by_staff: bool
    is_decided: bool
    """People decide; else it happens at once, and no request is made."""
    is_for_staff: bool
    """Also what colleagues ask for is decided, not only what clients ask for."""
    levels: tuple[Level, ...]
    rules: tuple[Rule, ...]
    score_needed: int
    """Points that approve by themselves; 0: never."""
    expected_hours: int
    changed_at: dt.datetime | None = None
    changed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWish:
    """What a broker wants to be decided, and by whom."""

    is_decided: bool
    is_for_staff: bool
    levels: tuple[Level, ...]
    rules: tuple[Rule, ...]
    score_needed: int
    expected_hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVerdict:
    """A rule, what was found, and whether it held."""

    sentence: str
    found: str
    points: int
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """A request as lists show it."""

    id: uuid.UUID
    kind: str
    kind_title: Text
    icon: str
    title: str
    client_id: uuid.UUID | None
    subject: str
    label: str
    amount: Money | None
    state: str
    state_label: Text
    tone: str
    reason: str
    asked_by: str
    asked_at: dt.datetime
    expected_at: dt.datetime
    ended_at: dt.datetime | None
    is_late: bool
    level: int
    levels: int
    level_name: str
    outcome: str
    outcome_sentence: str

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to say something."""
        return self.state in {"waiting", "needs_information"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FactLine:
    """One piece of evidence; ``kind`` says how it is shown: money, instant, yes, text."""

    label: Text
    kind: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """A file of a request."""

    id: uuid.UUID
    name: str
    size: int
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """A line of a request's story."""

    icon: str
    title: str
    note: str
    at: dt.datetime
    tone: str = ""
    files: tuple[FileLine, ...] = ()
    is_inner: bool = False
    """Only colleagues see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelLine:
    """A level of a request: who may approve it, and who did."""

    number: int
    name: str
    who: str
    state: str
    """``done``, ``now`` or ``waiting``; ``failed`` where it was refused."""
    decided_by: str
    decided_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSheet:
    """A request with everything about it."""

    line: RequestLine
    asked_by_id: uuid.UUID | None
    client_name: str
    subject_url: str
    facts: tuple[FactLine, ...]
    levels: tuple[LevelLine, ...]
    story: tuple[Happening, ...]
    score: int
    score_needed: int
    verdicts: tuple[RuleVerdict, ...]
    why_not: str = ""
    """Why the asker may not decide now; empty when he may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFilter:
    """What the queue is narrowed to."""

    is_mine: bool = False
    """Only what the asker may decide now."""
    kind: str = ""
    state: str = ""
    age: str = ""
    """``late``, or ``1`` or ``3``: older than so many days."""
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """One page of the queue."""

    rows: tuple[tuple[RequestLine, str], ...]
    """Each line with its client's name."""
    page: Page[Any]
    total: int
    titles: Mapping[str, Text]
    """Titles of the kinds, for the filter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkOutcome:
    """What became of one request when several were approved at once."""

    title: str
    refused: str
    """Why it was left alone; empty when it was approved."""
    is_last: bool = False
    """It is approved with it; else the next level decides now."""
