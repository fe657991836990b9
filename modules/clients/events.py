"""What the clients module announces."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRegistered(Event):
    """A person became a client of this broker."""

    name: ClassVar[str] = "clients.ClientRegistered"

    client_id: uuid.UUID
    registered_at: dt.datetime

    @property
    def aggregate(self) -> str:
        """The client."""
        return f"clients.Client:{self.client_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientChanged(Event):
    """Something in a client's profile changed; ``fields`` names what, never to what."""

    name: ClassVar[str] = "clients.ClientChanged"

    client_id: uuid.UUID
    fields: tuple[str, ...]

    @property
    def aggregate(self) -> str:
        """The client."""
        return f"clients.Client:{self.client_id}"
