"""Who does something, and what they may do."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Self


class ActorKind(StrEnum):
    """What kind of doer it is."""

    PERSON = "person"
    API_KEY = "api_key"
    SYSTEM = "system"


class Scope(StrEnum):
    """Whose records a right reaches."""

    OWN = "own"
    TEAM = "team"
    ALL = "all"


_WIDTH = {Scope.OWN: 1, Scope.TEAM: 2, Scope.ALL: 3}


def widest(*scopes: Scope) -> Scope:
    """The scope that reaches most."""
    return max(scopes, key=_WIDTH.__getitem__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person, an API key or a part of the system that causes a change."""

    kind: ActorKind
    id: uuid.UUID | None
    name: str
    grants: Mapping[str, Scope] = field(default_factory=lambda: MappingProxyType({}))
    """Permission code to the scope it reaches."""
    masked: frozenset[str] = frozenset()
    """Field names that are shown to this actor only in part."""
    team_ids: frozenset[uuid.UUID] = frozenset()
    on_behalf_of: uuid.UUID | None = None
    """The person whose place the actor takes, when it takes one."""
    is_staff: bool = False

    @classmethod
    def system(cls, name: str) -> Self:
        """A part of the system, named for the audit: ``Actor.system("teller")``."""
        return cls(kind=ActorKind.SYSTEM, id=None, name=name)

    def may(self, code: str) -> bool:
        """Whether the actor has the right ``code``, for some records at least."""
        return code in self.grants

    def scope(self, code: str) -> Scope | None:
        """Whose records the right ``code`` reaches; ``None`` when it is not granted."""
        return self.grants.get(code)
