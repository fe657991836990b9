"""Wallets and their statements as they cross the module's border."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page

from kernel.module import Text
from kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletLine:
    """A client's wallet in one currency."""

    id: uuid.UUID
    client_id: uuid.UUID
    currency: str
    balance: Money
    held: Money
    opened_at: dt.datetime
    moved_at: dt.datetime

    @property
    def available(self) -> Money:
        """What may be spent."""
        return self.balance - self.held


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementFilter:
    """What a statement is narrowed to; days are whole, in UTC, both included."""

    kind: str = ""
    from_on: dt.date | None = None
    to_on: dt.date | None = None
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One posting on an account, as a statement shows it."""

    entry_id: uuid.UUID
    seq: int | None
    posted_at: dt.datetime
    kind: str
    kind_label: Text
    note: str
    amount: Money
    balance_after: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPage:
    """A page of a statement, newest first."""

    lines: Sequence[StatementLine]
    page: Page[Any]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A whole statement between two days, oldest first, to be kept."""

    client_name: str
    currency: str
    from_on: dt.date
    to_on: dt.date
    opening: Money
    closing: Money
    lines: Sequence[StatementLine]
    is_cut: bool = False
    """Whether there is more than the lines that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletFilter:
    """What the list of wallets is narrowed to."""

    words: str = ""
    currency: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletPage:
    """A page of wallets, each with its client's name."""

    lines: Sequence[tuple[WalletLine, str]]
    page: Page[Any]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionLine:
    """A correction by hand and where it stands."""

    id: uuid.UUID
    amount: Money
    reason: str
    state: str
    state_label: Text
    asked_by: str
    asked_at: dt.datetime
