"""Deposits and their figures, as they cross the module's border."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.paginator import Page

from kernel.module import Text
from kernel.money import Money
from modules.cashier.types.followups import FollowUpLine, RepaymentLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a client can pay to: a wallet by its currency, or a trading account."""

    key: str
    """``wallet:USD`` or ``account:<id>``."""
    currency: str
    title: str
    login: int | None = None
    account_id: uuid.UUID | None = None
    balance: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that a client is shown before he pays."""

    pay: Money
    """What leaves his bank, card or coins."""
    broker_fee: Money
    psp_fee: Money
    """What the provider keeps, whoever bears it."""
    client_psp_fee: Money
    """The part of it that the client bears."""
    arrives: Money
    """What is put on his wallet or account."""
    rate: Decimal | None = None
    """Units of the target's currency for one of the paid currency; ``None`` for the same."""
    rate_at: dt.datetime | None = None
    rate_source: str = ""

    @property
    def fees(self) -> Money:
        """What the client bears."""
        return self.broker_fee + self.client_psp_fee


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositWish:
    """What a client wants to pay in; ``key`` is his form's own: twice the same is once."""

    method_id: uuid.UUID
    target: str
    amount: Money
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Figures that hold for a while: the token proves them."""

    token: str
    wish: DepositWish
    figures: Figures
    target: Target
    method_title: str
    lasts_until: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a deposit, as its page shows it."""

    label: Text
    state: str
    """``done``, ``now``, ``failed`` or ``waiting``."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofLine:
    """A proof that the client handed in."""

    id: uuid.UUID
    name: str
    kind: str
    size: int
    handed_in_at: dt.datetime
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """One line of a deposit's story."""

    at: dt.datetime
    what: Text
    actor: str
    note: str
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLine:
    """One payment at one provider."""

    id: uuid.UUID
    provider_name: str
    provider_kind: str
    reference: str
    provider_reference: str
    state: str
    state_label: Text
    code: str
    received: Money | None
    began_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositLine:
    """A deposit as lists show it."""

    id: uuid.UUID
    number: str
    client_id: uuid.UUID
    client_name: str
    method_title: str
    icon: str
    pay: Money
    arrives: Money
    target_title: str
    state: str
    state_label: Text
    tone: str
    reason: str
    asked_at: dt.datetime
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositPage:
    """One page of deposits."""

    lines: tuple[DepositLine, ...]
    page: Page[Any]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositView:
    """A deposit as its own page shows it, to the client or a colleague."""

    line: DepositLine
    figures: Figures
    steps: tuple[Step, ...]
    sentence: str
    is_over: bool
    is_failed: bool
    can_cancel: bool
    takes_proof: bool
    redirect_url: str = ""
    instructions: tuple[tuple[str, str], ...] = ()
    invoice: Mapping[str, str] = field(default_factory=dict)
    expires_at: dt.datetime | None = None
    proofs: tuple[ProofLine, ...] = ()
    account_id: uuid.UUID | None = None
    is_in_doubt: bool = False
    """Whether nobody knows yet if the trading server has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A deposit as finance sees it."""

    view: DepositView
    payments: tuple[PaymentLine, ...]
    story: tuple[StoryLine, ...]
    received: Money | None
    needs_two: bool
    first_approved_by: str
    can_approve: bool
    """Whether the asker may put its money on the wallet, or send it back."""
    can_reject: bool
    """Whether it may be turned down with nothing to send back."""
    next_step: str
    follow_up: FollowUpLine | None
    may_follow_up: bool
    repayment: RepaymentLine | None
    may_pay: bool
