"""The finance desk, as it crosses the module's border."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page

from kernel.module import Text
from kernel.money import Money
from modules.cashier.types.followups import RepaymentLine


@dataclass(frozen=True, slots=True, kw_only=True)
class GapLine:
    """A trading account of which the ledger holds another sum than our operations moved."""

    account_id: uuid.UUID
    login: int
    ledger: Money
    moved: Money
    found_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFigures:
    """Today in figures; money per currency."""

    deposits: tuple[Money, ...]
    deposits_count: int
    withdrawals: tuple[Money, ...]
    withdrawals_count: int
    pending: tuple[Money, ...]
    """Withdrawals that are not over."""
    pending_count: int
    unpaid_count: int
    """Deposits whose money has not come."""
    failed_count: int
    """Deposits that failed today."""
    by_hand_count: int
    stuck_count: int
    mismatch_count: int
    follow_up_count: int
    """Failed deposits that somebody has to look after."""
    my_follow_up_count: int
    unsettled_count: int
    """Payments that their providers should have settled by now."""
    to_repay: tuple[RepaymentLine, ...]
    """Money that is to be sent back."""
    claim_count: int
    gaps: tuple[GapLine, ...]
    """Trading accounts of which the ledger holds another sum than our operations moved."""
    plot: Mapping[str, Any]
    is_stopped: bool
    """Whether all payouts are stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """A deposit that was taken back, and what is owed of it."""

    id: uuid.UUID
    deposit_id: uuid.UUID
    number: str
    client_id: uuid.UUID
    client_name: str
    amount: Money
    owed: Money
    state: str
    state_label: Text
    tone: str
    opened_at: dt.datetime
    is_being_taken: bool
    wallet_free: Money | None
    accounts: tuple[tuple[uuid.UUID, str, Money], ...]
    """Trading accounts with something free: id, name and how much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeLine:
    """A client whose money stays."""

    client_id: uuid.UUID
    client_name: str
    why: str
    frozen_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLine:
    """A provider's file."""

    id: uuid.UUID
    name: str
    provider: str
    by: str
    uploaded_at: dt.datetime
    state: str
    state_label: Text
    tone: str
    lines: int
    matched: int
    differing: int
    is_preview: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One line of it beside what we have."""

    id: uuid.UUID
    file_id: uuid.UUID
    number: int
    kind_label: Text
    reference: str
    gross: Money
    fee: Money
    ours: Money | None
    settled_on: dt.date | None
    state: str
    state_label: Text
    tone: str
    is_mismatch: bool
    reason: str
    resolved_by: str

    @property
    def modal_id(self) -> str:
        """Names its dialog in a page."""
        return f"line-{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatienceLine:
    """How many days a provider has to settle a payment; 0 for as long as it wants."""

    account_id: uuid.UUID
    name: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsettledLine:
    """A payment that we hold as paid and its provider has not settled."""

    deposit_id: uuid.UUID
    number: str
    provider: str
    reference: str
    provider_reference: str
    amount: Money
    held_at: dt.datetime
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsettledPage:
    """One page of them."""

    lines: tuple[UnsettledLine, ...]
    page: Page[Any]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A file with a page of its lines."""

    line: FileLine
    lines: tuple[LineView, ...]
    page: Page[Any]
    total: int
