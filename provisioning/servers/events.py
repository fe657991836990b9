"""What trading servers announce, in the tenant's schema."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerWired(Event):
    """A server passed its test and its groups were chosen: it may be used."""

    name: ClassVar[str] = "servers.ServerWired"

    server_id: uuid.UUID
    environment: str

    @property
    def aggregate(self) -> str:
        """The server."""
        return f"server:{self.server_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerBroke(Event):
    """A server that worked has not answered for a while; ``reason`` is a code."""

    name: ClassVar[str] = "servers.ServerBroke"

    server_id: uuid.UUID
    reason: str

    @property
    def aggregate(self) -> str:
        """The server."""
        return f"server:{self.server_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRecovered(Event):
    """A server answers again."""

    name: ClassVar[str] = "servers.ServerRecovered"

    server_id: uuid.UUID

    @property
    def aggregate(self) -> str:
        """The server."""
        return f"server:{self.server_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRemoved(Event):
    """A server that nothing used was forgotten."""

    name: ClassVar[str] = "servers.ServerRemoved"

    server_id: uuid.UUID

    @property
    def aggregate(self) -> str:
        """The server."""
        return f"server:{self.server_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolsChanged(Event):
    """Symbols of a server came, went, or are not what they were; names only."""

    name: ClassVar[str] = "servers.SymbolsChanged"

    server_id: uuid.UUID
    appeared: tuple[str, ...]
    vanished: tuple[str, ...]
    renamed: tuple[str, ...]
    """Each as ``before > after``."""
    changed: tuple[str, ...]

    @property
    def aggregate(self) -> str:
        """The server."""
        return f"server:{self.server_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsChanged(Event):
    """Groups of a server came, went or changed; names only."""

    name: ClassVar[str] = "servers.GroupsChanged"

    server_id: uuid.UUID
    appeared: tuple[str, ...]
    vanished: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def aggregate(self) -> str:
        """The server."""
        return f"server:{self.server_id}"
