"""Trading accounts as lists and pages show them, and their sums."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.paginator import Page

from kernel.module import Text
from kernel.money import Money

HEALTHY_PERCENT, LOW_PERCENT = 300, 120
"""Margin levels from which an account is shown as healthy, and below which as low."""


def worth(minor: int, cent_factor: int) -> int:
    """What ``minor`` units that the server shows are in real money, in minor units.

    Rounded to the nearest, halves away from zero, as the database rounds: for results and for
    money that moved. Of what an account holds ask :meth:`AccountLine.real`.
    """
    if cent_factor == 1:
        return minor
    return int((Decimal(minor) / cent_factor).quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """A trading account as lists and its own page show it.

    Money is as the server counts it, and last told it: ``cent_factor`` of it are worth one of
    ``currency``. What it is worth in real money says ``worth``, and ``real`` of any of it.
    """

    id: uuid.UUID
    login: int | None
    name: str
    nickname: str
    type_id: uuid.UUID
    type_name: str
    server_id: uuid.UUID
    group: str
    client_id: uuid.UUID | None
    currency: str
    cent_factor: int
    leverage: int
    is_live: bool
    state: str
    state_label: Text
    state_reason: str
    tone: str
    balance: Money
    credit: Money
    equity: Money
    margin: Money
    free_margin: Money
    floating: Money
    margin_level_percent: Decimal | None
    is_margin_called: bool
    asked_at: dt.datetime
    opened_at: dt.datetime | None
    state_at: dt.datetime | None
    is_enabled: bool
    """Whether the login may sign in on the server."""
    may_trade: bool
    is_swap_free: bool
    """As its account type is."""
    pays_partner: bool
    may_deposit: bool
    may_withdraw: bool
    may_transfer: bool
    uneven_at: dt.datetime | None
    trend: tuple[Decimal, ...] = ()
    """Balance at the end of each of the past 30 days and now, in major units."""

    @property
    def is_cent(self) -> bool:
        """Whether it counts in hundredths of its currency."""
        return self.cent_factor != 1

    @property
    def worth(self) -> Money:
        """What the balance is in real money; never more than it is."""
        return self.real(self.balance)

    @property
    def worth_minor(self) -> int:
        """The same in minor units."""
        return self.worth.minor

    @property
    def real_credit(self) -> Money:
        """The credit in real money."""
        return self.real(self.credit)

    @property
    def worth_equity(self) -> Money:
        """The equity in real money."""
        return self.real(self.equity)

    @property
    def real_floating(self) -> Money:
        """What open positions gain (+) or lose (-), in real money."""
        return self.real(self.floating)

    @property
    def real_free_margin(self) -> Money:
        """The free margin in real money."""
        return self.real(self.free_margin)

    @property
    def withdrawable(self) -> Money:
        """What could be taken out, in real money: free margin without credit, never below zero."""
        free = min(self.free_margin.minor - self.credit.minor, self.balance.minor)
        return self.real(Money(max(free, 0), self.currency))

    def real(self, amount: Money) -> Money:
        """``amount`` of the server in real money, rounded down to the minor unit."""
        return Money(amount.minor // self.cent_factor, amount.currency)

    @property
    def is_open(self) -> bool:
        """Whether it is on the server and in use."""
        return self.state == "open"

    @property
    def is_pending(self) -> bool:
        """Whether it is on its way to the server."""
        return self.state in {"opening", "unknown"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFilter:
    """What a list of accounts is narrowed to, and its order."""

    words: str = ""
    environment: str = ""
    state: str = ""
    sort: str = "-opened"
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOf:
    """One page of lines and Django's own page beside it, for the pager."""

    lines: tuple[Any, ...]
    page: Page[Any]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyTotal:
    """The figures of several accounts of one currency and kind, in real money."""

    currency: str
    is_live: bool
    accounts: int
    equity: Money
    balance: Money
    credit: Money
    free_margin: Money
    floating: Money
    margin: Money
    result_today: Money

    @property
    def margin_level_percent(self) -> Decimal | None:
        """Equity over margin in per cent; ``None`` when nothing is open."""
        if not self.margin.minor:
            return None
        return (Decimal(self.equity.minor) * 100 / self.margin.minor).quantize(Decimal(1))

    @property
    def margin_tone(self) -> str:
        """How safe the margin level is: ``ok``, ``warn`` or ``bad``; empty with nothing open."""
        level = self.margin_level_percent
        if level is None:
            return ""
        if level >= HEALTHY_PERCENT:
            return "ok"
        return "warn" if level >= LOW_PERCENT else "bad"

    @property
    def bar_percent(self) -> int:
        """How full a bar of the margin level is: full at 1000 per cent."""
        return min(int(self.margin_level_percent or 0) // 10, 100)

    @property
    def available(self) -> Money:
        """What could be withdrawn: free margin without credit, never below nothing."""
        free = min(self.free_margin.minor - self.credit.minor, self.balance.minor)
        return Money(max(free, 0), self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Equity and balance over time, in major units of ``currency``; instants in Unix seconds."""

    currency: str
    at: tuple[int, ...]
    equity: tuple[Decimal, ...]
    balance: tuple[Decimal, ...]
    result: Money
    """What trading brought in the time: the change of equity less money paid in and out."""
    basis: Money
    """Equity at the beginning and what was paid in since: what the result was made with."""

    @property
    def result_percent(self) -> Decimal | None:
        """The result in per cent of its basis; ``None`` without one."""
        if self.basis.minor <= 0:
            return None
        return Decimal(self.result.minor) * 100 / self.basis.minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a client needs to log in with his terminal. Shown once, never logged."""

    login: int
    server_name: str
    password: str = field(repr=False)
    password_investor: str = field(repr=False)
