"""Proofs, differences, histories being read, changes of servers: as pages show them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from kernel.module import Text
from kernel.money import Money
from modules.trading.types.progress import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How one server stands against what is here."""

    server_id: uuid.UUID
    colour: str
    """``green``; ``red``: something differs without explanation; ``old``: proven too long ago;
    ``none``: never proven."""
    proven_at: dt.datetime | None
    unexplained: int
    explained: int
    deals: int
    accounts: int
    is_running: bool

    @property
    def tone(self) -> str:
        """The colour as badges call it."""
        return {"green": "ok", "red": "bad", "old": "warn"}.get(self.colour, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One comparison of a server with what is here."""

    id: uuid.UUID
    server_id: uuid.UUID
    state: str
    state_label: str
    is_nightly: bool
    asked_by: str
    began_at: dt.datetime
    ended_at: dt.datetime | None
    took: dt.timedelta
    percent: int
    steps: tuple[Step, ...]
    accounts: int
    deals: int
    found: int
    unexplained: int
    kept_back: int
    kinds: tuple[tuple[str, int], ...]
    failure: str

    @property
    def is_running(self) -> bool:
        """Whether more is to come."""
        return self.state == "running"

    @property
    def tone(self) -> str:
        """Its colour."""
        if self.state != "done":
            return "info" if self.is_running else "warn"
        return "bad" if self.unexplained else "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceLine:
    """Something that is not the same on the server and here."""

    id: uuid.UUID
    server_id: uuid.UUID
    run_id: uuid.UUID
    kind: str
    kind_label: str
    state: str
    state_label: str
    login: int | None
    account_id: uuid.UUID | None
    here: Money | None
    there: Money | None
    difference: Money | None
    """There less here."""
    sentence: str
    hint: str
    reason: str
    decided_by: str
    decided_at: dt.datetime | None
    found_at: dt.datetime
    seen_at: dt.datetime
    repairs: tuple[tuple[str, Text], ...]

    @property
    def key_id(self) -> str:
        """Its id as part of names in a page."""
        return str(self.id)

    @property
    def is_open(self) -> bool:
        """Whether somebody has to do something about it."""
        return self.state == "open"

    @property
    def tone(self) -> str:
        """Its colour."""
        return {"open": "bad", "repairing": "info", "explained": "ok"}.get(self.state, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceFilter:
    """Which differences to show."""

    server_id: uuid.UUID
    run_id: uuid.UUID | None = None
    kind: str = ""
    state: str = "standing"
    """``open``, ``explained``, ``gone``, ``standing`` (the first two) or empty for all."""
    login: int | None = None
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCount:
    """How many differences of one kind stand."""

    kind: str
    label: Text
    standing: int
    unexplained: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillLine:
    """How far the reading of a server's history has come."""

    state: str
    state_label: str
    percent: int
    deals: int
    """New here."""
    deals_expected: int | None
    """Estimated from what was read so far; ``None`` while there is too little to tell."""
    deals_a_second: int | None
    read_to: dt.datetime | None
    """On the server's clock."""
    left: dt.timedelta | None
    """Estimated."""
    began_at: dt.datetime
    ended_at: dt.datetime | None

    @property
    def is_over(self) -> bool:
        """Whether the whole history is here."""
        return self.state == "done"

    @property
    def tone(self) -> str:
        """Its colour."""
        return {"running": "info", "paused": "warn", "done": "ok"}[self.state]
