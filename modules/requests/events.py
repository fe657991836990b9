"""What requests announce; the module that owns the kind hears it and acts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEvent(Event):
    """Something happened to a request; ``subject`` is what it is about, ``owner.Thing:id``."""

    name: ClassVar[str] = "requests.RequestEvent"

    request_id: uuid.UUID
    kind: str
    client_id: uuid.UUID | None
    subject: str

    @property
    def aggregate(self) -> str:
        """The request."""
        return f"requests.Request:{self.request_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAsked(RequestEvent):
    """Somebody asked, and people will decide."""

    name: ClassVar[str] = "requests.RequestAsked"


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelReached(RequestEvent):
    """A level approved, and the next one decides now."""

    name: ClassVar[str] = "requests.LevelReached"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestApproved(RequestEvent):
    """Every level approved, or the rules did: do what was asked."""

    name: ClassVar[str] = "requests.RequestApproved"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRefused(RequestEvent):
    """It was refused; ``reason`` is what the client reads, in his language."""

    name: ClassVar[str] = "requests.RequestRefused"

    reason: str
    code: str = ""
    """One of the usual reasons, if it was one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCancelled(RequestEvent):
    """Who asked took it back."""

    name: ClassVar[str] = "requests.RequestCancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationAsked(RequestEvent):
    """A colleague needs to know more before deciding."""

    name: ClassVar[str] = "requests.InformationAsked"


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationGiven(RequestEvent):
    """The question was answered; it waits for a decision again."""

    name: ClassVar[str] = "requests.InformationGiven"
