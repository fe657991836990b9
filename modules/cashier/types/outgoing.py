"""Withdrawals, instruments and transfers, as they cross the module's border."""

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
from modules.cashier.types.deposits import Step, StoryLine


def in_transit(server_id: uuid.UUID) -> str:
    """The house account of money on its way to or from a trading server."""
    return f"mt_in_transit:{server_id}"


def mirror(server_id: uuid.UUID, login: int) -> str:
    """The house account of what is on one trading account."""
    return f"{mirrors(server_id)}{login}"


def mirrors(server_id: uuid.UUID) -> str:
    """How the codes of all those of a server begin."""
    return f"mt_mirror:{server_id}:"


def clearing(code: str) -> str:
    """The house account of what a payment provider has of ours."""
    return f"psp_clearing:{code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A wallet or trading account that money can leave, or come to."""

    key: str
    """``wallet:USD`` or ``account:<id>``."""
    where: str
    id: uuid.UUID
    """Of the trading account; of the wallet, where it is open."""
    currency: str
    title: str
    free: Money
    """What may leave it now, as far as is known here."""
    login: int | None = None
    server_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentWish:
    """What a client wants to be paid to."""

    kind: str
    currency: str
    holder: str
    number: str = field(repr=False)
    """IBAN, account number or address."""
    bank: str = ""
    """Name of the bank, or the network."""
    bic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentLine:
    """Something that a client can be paid to."""

    id: uuid.UUID
    kind: str
    kind_label: Text
    currency: str
    title: str
    state: str
    state_label: Text
    tone: str
    reason: str
    usable_from_at: dt.datetime | None
    is_usable: bool
    added_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A method that a client can be paid with, in one currency."""

    id: uuid.UUID
    title: str
    icon: str
    kind: str
    """Of its first provider."""
    currency: str
    account_id: uuid.UUID
    needs: str
    """Kind of the instrument that it pays to; empty where it returns earlier payments."""
    least: Money
    most: Money
    logo_url: str = ""
    level_needed: str = ""
    """The verification level that the client has to reach first; empty when he may use it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalWish:
    """What a client wants to take out; ``key`` is his form's own: twice the same is once."""

    method_id: uuid.UUID
    source: str
    amount: Money
    key: str
    instrument_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One place that a withdrawal is paid to."""

    account_id: uuid.UUID
    account_name: str
    gross: Money
    fee: Money
    payment_id: uuid.UUID | None = None
    """The earlier payment that it returns."""
    title: str = ""
    """How the client made that payment."""
    note: str = ""

    @property
    def net(self) -> Money:
        """What is paid there."""
        return self.gross - self.fee


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that a client is shown before he confirms a withdrawal; the token proves it."""

    wish: WithdrawalWish
    spot: Spot
    way: Way
    parts: tuple[Part, ...]
    fee: Money
    expected_hours: int
    token: str = ""
    instrument: InstrumentLine | None = None

    @property
    def arrives(self) -> Money:
        """What is paid."""
        return self.wish.amount - self.fee


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutLine:
    """One part of a withdrawal, as its page shows it."""

    id: uuid.UUID
    provider_name: str
    gross: Money
    net: Money
    reference: str
    provider_reference: str
    state: str
    state_label: Text
    tone: str
    reason: str
    is_return: bool
    withdrawal_id: uuid.UUID
    number: str = ""
    client_id: uuid.UUID | None = None
    client_name: str = ""
    asked_at: dt.datetime | None = None

    @property
    def id_text(self) -> str:
        """Its id, for names in a page."""
        return str(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageLine:
    """A withdrawal or transfer as lists show it."""

    id: uuid.UUID
    number: str
    client_id: uuid.UUID
    client_name: str
    amount: Money
    source_title: str
    target_title: str
    icon: str
    state: str
    state_label: Text
    tone: str
    reason: str
    is_stuck: bool
    asked_at: dt.datetime
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PassagePage:
    """One page of withdrawals or transfers."""

    lines: tuple[PassageLine, ...]
    page: Page[Any]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Why an approved withdrawal is not paid by itself."""

    code: str
    title: Text
    sentence: str
    server_id: uuid.UUID | None = None
    """The trading server that has to be proven even."""
    can_compare: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageView:
    """A withdrawal or transfer as its own page shows it."""

    line: PassageLine
    sentence: str
    steps: tuple[Step, ...]
    is_over: bool
    can_cancel: bool
    arrives: Money
    fee: Money
    expected_at: dt.datetime | None = None
    payouts: tuple[PayoutLine, ...] = ()
    instrument: InstrumentLine | None = None
    rate: Decimal | None = None
    request_id: uuid.UUID | None = None
    story: tuple[StoryLine, ...] = ()
    wait: Wait | None = None
    """For colleagues."""
    returns_to: str = ""
    """The trading account that the money goes back to when it is cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferWish:
    """Money that a client wants to move; a beneficiary's wallet instead of a target of his own."""

    source: str
    target: str
    amount: Money
    key: str
    beneficiary_number: int | None = None
    beneficiary_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferPlan:
    """All that a client is shown before he confirms a transfer; the token proves it."""

    wish: TransferWish
    source: Spot
    target: Spot
    arrives: Money
    rate: Decimal | None = None
    rate_at: dt.datetime | None = None
    rate_source: str = ""
    rate_facts: Mapping[str, Any] = field(default_factory=dict)
    beneficiary_id: uuid.UUID | None = None
    beneficiary: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """What a broker says of money that leaves."""

    split: str
    cool_down_hours: int
    most_a_day: int
    expected_hours: int
    is_to_others_on: bool
