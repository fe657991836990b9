"""Provider accounts, payment methods and their terms, as they cross the module's border."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.module import Text
from kernel.money import Money


class ProviderKind(models.TextChoices):
    """Kinds of payment providers that the cashier can speak to."""

    STRIPE = "stripe", _("Stripe")
    REDIRECT = "redirect", _("Payment service with its own page")
    CRYPTO = "crypto", _("Crypto server (BTCPay)")
    BANK = "bank", _("Bank transfer or manual")


class ProviderState(models.TextChoices):
    """How far a provider account can be trusted."""

    DRAFT = "draft", _("Not tested")
    PROVEN = "proven", _("Connected")
    BROKEN = "broken", _("Test failed")


class Direction(models.TextChoices):
    """Which way money goes."""

    IN = "in", _("Deposit")
    OUT = "out", _("Withdrawal")


class FeePayer(models.TextChoices):
    """Who bears what the provider keeps."""

    CLIENT = "client", _("The client")
    BROKER = "broker", _("Us")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """A percentage and a fixed part, with a least and a most. Amounts in minor units."""

    percent: Decimal = Decimal(0)
    fixed_minor: int = 0
    least_minor: int = 0
    most_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelLimits:
    """Limits of clients of a verification level or higher. Amounts in minor units."""

    level: int
    most_minor: int
    day_minor: int | None = None
    month_minor: int | None = None
    level_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one method takes in one currency and direction. Amounts in minor units of it."""

    currency: str
    direction: str
    least_minor: int
    most_minor: int
    day_minor: int | None
    """Of one client in any 24 hours."""
    month_minor: int | None
    """Of one client in any 30 days."""
    broker_fee: Fee
    psp_fee: Fee
    psp_fee_payer: str
    four_eyes_minor: int | None
    """From here on two colleagues approve what is approved by hand."""
    id: uuid.UUID | None = None
    levels: tuple[LevelLimits, ...] = ()
    """Limits that take the place of these from a verification level on, lowest first."""

    def at(self, level: int) -> Terms:
        """The terms of a client of verification level ``level``."""
        fitting = [one for one in self.levels if one.level <= level]
        if not fitting:
            return self
        held = fitting[-1]
        return replace(
            self,
            most_minor=held.most_minor,
            day_minor=held.day_minor,
            month_minor=held.month_minor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteLine:
    """One provider account that a method tries, in order; no countries means all."""

    account_id: uuid.UUID
    account_name: str
    kind: str
    countries: tuple[str, ...]
    is_proven: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderLine:
    """A provider account as the back office shows it; secrets never leave."""

    id: uuid.UUID
    kind: str
    kind_label: Text
    name: str
    code: str
    settings: Mapping[str, str]
    has_secrets: frozenset[str]
    state: str
    state_label: Text
    tone: str
    tested_at: dt.datetime | None
    checks: tuple[Mapping[str, str], ...]
    callback_url: str
    methods: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodWish:
    """What a broker wants of a payment method."""

    name: str
    titles: Mapping[str, str]
    """Name by language; empty falls back to ``name``."""
    notes: Mapping[str, str]
    icon: str
    countries: tuple[str, ...]
    countries_not: tuple[str, ...]
    place: int
    is_deposit_on: bool
    is_withdrawal_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may use a method: groups of clients, and least verification levels."""

    groups: tuple[uuid.UUID, ...] = ()
    """Empty means everybody."""
    groups_not: tuple[uuid.UUID, ...] = ()
    level_in: int = 0
    """To pay in."""
    level_out: int = 0
    """To be paid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowanceLine:
    """What clients of a level or higher may take out in all. Amounts in minor units."""

    level: int
    currency: str
    day_minor: int | None
    month_minor: int | None
    level_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodLine:
    """A payment method as the back office shows it."""

    id: uuid.UUID
    name: str
    titles: Mapping[str, str]
    notes: Mapping[str, str]
    icon: str
    logo: str
    countries: tuple[str, ...]
    countries_not: tuple[str, ...]
    place: int
    is_deposit_on: bool
    is_withdrawal_on: bool
    routes: tuple[RouteLine, ...]
    terms: tuple[Terms, ...]
    missing: tuple[str, ...] = ()
    """What is missing before clients can pay in with it, in sentences; empty when nothing is."""
    missing_out: tuple[str, ...] = ()
    """What is missing before clients can be paid with it."""
    access: Access = field(default_factory=Access)
    logo_url: str = ""

    @property
    def is_for_all(self) -> bool:
        """Whether every client of its countries may use it."""
        return self.access == Access()

    @property
    def is_offered(self) -> bool:
        """Whether clients can pay in with it now."""
        return self.is_deposit_on and not self.missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A payment method as a client sees it."""

    id: uuid.UUID
    title: str
    note: str
    icon: str
    currencies: tuple[str, ...]
    terms: Mapping[str, Terms] = field(default_factory=dict)
    """By currency, with the limits of the client's own level."""
    logo_url: str = ""
    level_needed: str = ""
    """The verification level that the client has to reach first; empty when he may use it."""

    @property
    def ranges(self) -> tuple[tuple[Money, Money], ...]:
        """Least and most by currency."""
        return tuple(
            (Money(one.least_minor, code), Money(one.most_minor, code))
            for code, one in self.terms.items()
        )
