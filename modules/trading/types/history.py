"""What happened on accounts: positions, trades, deals, money, days."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal

from kernel.module import Text
from kernel.money import Money


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
    """Money that came or left other than by trading; real money, also of cent accounts."""

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
