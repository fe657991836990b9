"""Operations on trading servers, as pages and neighbours see them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from kernel.module import Text
from kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationFilter:
    """Which operations are wanted."""

    show: str = "stuck"
    """``stuck`` (a person decides), ``doubt`` (sent or being checked), ``waiting`` or ``all``."""
    kind: str = ""
    words: str = ""
    """A login, or the beginning of a tag, a cause or a key."""
    age: str = ""
    """``10m``, ``1h`` or ``1d``: asked for at least so long ago."""
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationLine:
    """One operation. ``amount`` is signed: into the account (+) or out of it (-)."""

    id: uuid.UUID
    kind: str
    kind_label: Text
    state: str
    state_label: Text
    tone: str
    tag: str
    login: int | None
    account_id: uuid.UUID | None
    client_id: uuid.UUID | None
    client_name: str
    server_name: str
    amount: Money | None
    cause: str
    key: str
    asked_by_name: str
    asked_at: dt.datetime
    sent_at: dt.datetime | None
    decided_at: dt.datetime | None
    due_at: dt.datetime
    sends: int
    lookups: int
    deal_id: int | None
    sentence: str
    last: Text = ""
    """The last line of its story."""
    last_at: dt.datetime | None = None

    @property
    def is_stuck(self) -> bool:
        """Whether a person has to decide."""
        return self.state == "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveLine:
    """One line of an operation's story."""

    happened_at: dt.datetime
    what: str
    label: Text
    icon: str
    tone: str
    who: str
    why: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation with its whole story, oldest first."""

    line: OperationLine
    moves: tuple[MoveLine, ...]
    wanted: Mapping[str, object] = field(default_factory=dict)
    """What was to be set: group, leverage, rights."""
    is_money_frozen: bool = False
    is_own: bool = False
    """Whether the one who looks asked for it, and so may not decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationState:
    """What another module needs to know of an operation it asked for."""

    id: uuid.UUID
    state: str
    """A value of ``IntentState``."""
    is_done: bool
    is_refused: bool
    deal_id: int | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedLine:
    """What a module's operations moved onto (+) and off (-) one trading account, all told."""

    account_id: uuid.UUID
    login: int
    client_id: uuid.UUID | None
    moved: Money
    newest_at: dt.datetime | None
    """When the last of them was decided, if there was one."""
