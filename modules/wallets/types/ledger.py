"""The ledger as it crosses the module's border."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from kernel.module import Text
from kernel.money import Money

AccountRef: TypeAlias = uuid.UUID | str
"""An account's id, or a house account's code: ``"bank"``, ``"psp_clearing:stripe"``."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of an entry: a positive amount is put on the account, a negative one taken."""

    account: AccountRef
    amount: Money


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an entry was made."""

    about: str
    """What asked for it, as ``"owner.Thing:id"``; the same for every repetition."""
    note: str = ""
    """A sentence for people: the reason that a colleague gave, for example."""
    occurred_at: dt.datetime | None = None
    """When it happened outside (UTC), when that is not now."""


@dataclass(frozen=True, slots=True)
class Posted:
    """An entry that is in the ledger."""

    entry_id: uuid.UUID
    is_new: bool
    """False when the same order had been carried out before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLine:
    """Money of a wallet that is spoken for."""

    id: uuid.UUID
    wallet_id: uuid.UUID
    amount: Money
    state: str
    cause: str
    made_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Funds:
    """What is in a wallet."""

    balance: Money
    held: Money

    @property
    def available(self) -> Money:
        """What may be spent."""
        return self.balance - self.held


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseLine:
    """One account of the broker's own and what is on it."""

    id: uuid.UUID
    code: str
    title: Text
    balance: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLine:
    """One side of an entry, as a page shows it."""

    account_id: uuid.UUID
    account: str
    amount: Money
    balance_after: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """One entry with its sides."""

    id: uuid.UUID
    kind: str
    kind_label: Text
    key: str
    cause: str
    note: str
    actor_name: str
    reverses_id: uuid.UUID | None
    occurred_at: dt.datetime
    posted_at: dt.datetime
    legs: Sequence[LegLine] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A place where the ledger does not hold."""

    rule: str
    """Which invariant: a key of :data:`modules.wallets.queries.RULES`."""
    subject: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofLine:
    """A check of the whole ledger and what it found."""

    checked_at: dt.datetime
    entries: int
    postings: int
    took_ms: int
    is_full: bool
    """Whether every posting was counted, and not only the newest."""
    findings: Sequence[Finding]

    @property
    def holds(self) -> bool:
        """Whether every invariant held."""
        return not self.findings


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLine:
    """A stop of all payouts that nobody has lifted yet."""

    id: uuid.UUID
    began_at: dt.datetime
    why: str
