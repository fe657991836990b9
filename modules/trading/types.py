"""What crosses the border of the trading module."""

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

HEALTHY_PERCENT, LOW_PERCENT = 300, 120
"""Margin levels from which an account is shown as healthy, and below which as low."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeWish:
    """What a tenant admin says about an account type."""

    name: str
    summary: str
    environment: str
    server_id: uuid.UUID
    group: str
    leverages: tuple[int, ...]
    leverage_default: int
    deposit_min: Decimal = Decimal(0)
    """In major units of the group's currency."""
    accounts_max: int = 5
    demo_amount: Decimal = Decimal(0)
    """In major units of the group's currency."""
    is_swap_free: bool = False
    needs_approval: bool = False
    visibility: str = "clients"
    login_from: int | None = None
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeLine:
    """An account type in a list or on offer."""

    id: uuid.UUID
    name: str
    summary: str
    environment: str
    is_live: bool
    server_id: uuid.UUID
    group: str
    currency: str
    leverages: tuple[int, ...]
    leverage_default: int
    deposit_min: Money
    demo_amount: Money
    accounts_max: int
    is_swap_free: bool
    needs_approval: bool
    visibility: str
    visibility_label: Text
    login_from: int | None
    order: int
    accounts: int = 0
    """Accounts of it that are on the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLine:
    """A trading account as lists and its own page show it; money as the server last told it."""

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
    uneven_at: dt.datetime | None
    trend: tuple[Decimal, ...] = ()
    """Balance at the end of each of the past 30 days and now, in major units."""

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
class PositionLine:
    """An open position; ``lots`` standard lots, prices with ``digits`` decimals."""

    position_id: int
    account_id: uuid.UUID
    login: int | None
    symbol: str
    is_buy: bool
    digits: int
    lots: Decimal
    price_open: Decimal
    price_current: Decimal
    price_stop_loss: Decimal
    price_take_profit: Decimal
    profit: Money
    swap: Money
    opened_at: dt.datetime

    @property
    def floating(self) -> Money:
        """Profit with swap."""
        return self.profit + self.swap


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeLine:
    """A closing deal: what one position, or a part of it, brought.

    ``commission`` holds that of closing and the share of what opening the position cost.
    """

    deal_id: int
    account_id: uuid.UUID
    login: int
    position_id: int
    symbol: str
    is_buy: bool
    """Direction of the position that was closed, not of the closing deal."""
    digits: int
    lots: Decimal
    price_open: Decimal
    price_close: Decimal
    profit: Money
    swap: Money
    commission: Money
    closed_at: dt.datetime

    @property
    def net(self) -> Money:
        """Profit with swap and commission."""
        return self.profit + self.swap + self.commission


@dataclass(frozen=True, slots=True, kw_only=True)
class DealLine:
    """A deal as the server booked it; ``lots`` standard lots."""

    deal_id: int
    position_id: int
    login: int
    action: str
    entry: str
    symbol: str
    lots: Decimal
    price: Decimal
    profit: Money
    swap: Money
    commission: Money
    done_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyLine:
    """Money that came or left other than by trading."""

    deal_id: int
    account_id: uuid.UUID
    login: int
    kind: str
    """``deposit``, ``withdrawal``, ``credit`` or ``other``."""
    label: Text
    amount: Money
    comment: str
    moved_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFilter:
    """What a history is narrowed to; ``None`` and empty mean everything."""

    account_ids: tuple[uuid.UUID, ...]
    symbol: str = ""
    from_on: dt.date | None = None
    to_on: dt.date | None = None
    """The last day, itself included; days of ``zone``."""
    zone: dt.tzinfo = dt.UTC
    sort: str = "-closed"
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeTotals:
    """What closed trades add up to, in one currency; ``symbol`` is empty for all symbols."""

    currency: str
    symbol: str
    trades: int
    won: int
    lots: Decimal
    net: Money
    gained: Money
    """Sum of the trades that left more than nothing."""
    commission: Money
    """Of opening and closing."""
    swap: Money

    @property
    def lost(self) -> Money:
        """Sum of the trades that left nothing or less; not above nothing."""
        return self.net - self.gained

    @property
    def costs(self) -> Money:
        """Commission with swap."""
        return self.commission + self.swap


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """What one account did in one symbol on one day of the server's clock; for statistics."""

    account_id: uuid.UUID
    day_on: dt.date
    symbol: str
    closed: int
    won: int
    lots: Decimal
    net_minor: int
    deposits_minor: int
    withdrawals_minor: int


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
class CurrencyTotal:
    """The figures of several accounts of one currency and kind."""

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
class Credentials:
    """What a client needs to log in with his terminal. Shown once, never logged."""

    login: int
    server_name: str
    password: str = field(repr=False)
    password_investor: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of something being done on a server, as a page shows it."""

    label: Text
    state: str
    """``done``, ``now``, ``failed`` or ``waiting``."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the opening or changing of an account has come."""

    steps: tuple[Step, ...]
    is_over: bool
    is_failed: bool
    sentence: str
    has_credentials: bool = False
    account_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What one look at a trading server brought."""

    deals: int = 0
    accounts: int = 0
    positions: int = 0
    is_caught_up: bool = False
    was_due: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncLine:
    """How far a server has been read, as the back office shows it."""

    server_id: uuid.UUID
    is_caught_up: bool
    pulled_at: dt.datetime | None
    took_ms: int
    failing_since_at: dt.datetime | None
    failure: str
    deals: int
    accounts: int
    uneven: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild of daily results found to differ from what was kept."""

    days: int
    differing: tuple[Mapping[str, str], ...]
