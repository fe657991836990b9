"""What identity announces."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered(Event):
    """Someone registered on a broker's site; the e-mail is not confirmed yet."""

    name: ClassVar[str] = "identity.PersonRegistered"

    person_id: uuid.UUID
    email: str
    full_name: str
    language: str

    @property
    def aggregate(self) -> str:
        """Told in order per person."""
        return f"person:{self.person_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailConfirmed(Event):
    """A person proved that an e-mail address is theirs."""

    name: ClassVar[str] = "identity.EmailConfirmed"

    person_id: uuid.UUID
    email: str

    @property
    def aggregate(self) -> str:
        """Told in order per person."""
        return f"person:{self.person_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffJoined(Event):
    """Someone accepted an invitation to work here."""

    name: ClassVar[str] = "identity.StaffJoined"

    person_id: uuid.UUID
    role: str
    """Key of the role that comes with the product; empty for a tenant's own."""

    @property
    def aggregate(self) -> str:
        """Told in order per person."""
        return f"person:{self.person_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDisabled(Event):
    """A person may not sign in any more."""

    name: ClassVar[str] = "identity.PersonDisabled"

    person_id: uuid.UUID

    @property
    def aggregate(self) -> str:
        """Told in order per person."""
        return f"person:{self.person_id}"
