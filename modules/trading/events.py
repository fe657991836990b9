"""What trading announces: accounts of clients, and what the trading server did on them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened(Event):
    """A client has a trading account: newly opened, or an existing one that he proved is his."""

    name: ClassVar[str] = "trading.AccountOpened"

    account_id: uuid.UUID
    client_id: uuid.UUID
    server_id: uuid.UUID
    login: int
    currency: str
    is_live: bool
    is_new: bool

    @property
    def aggregate(self) -> str:
        """The account."""
        return f"trading.TradingAccount:{self.account_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionOpened(Event):
    """A deal opened a position or added to one; ``lots`` standard lots."""

    name: ClassVar[str] = "trading.PositionOpened"

    account_id: uuid.UUID
    client_id: uuid.UUID
    login: int
    deal_id: int
    position_id: int
    symbol: str
    is_buy: bool
    lots: Decimal
    price: Decimal
    opened_at: dt.datetime

    @property
    def aggregate(self) -> str:
        """The account."""
        return f"trading.TradingAccount:{self.account_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DealClosed(Event):
    """A deal closed a position, in whole or in part; ``lots`` are the standard lots closed.

    ``profit_minor``, ``swap_minor`` and ``commission_minor`` are in ``currency``.
    """

    name: ClassVar[str] = "trading.DealClosed"

    account_id: uuid.UUID
    client_id: uuid.UUID
    server_id: uuid.UUID
    login: int
    is_live: bool
    deal_id: int
    position_id: int
    symbol: str
    lots: Decimal
    contract_size: Decimal
    price: Decimal
    profit_minor: int
    swap_minor: int
    commission_minor: int
    currency: str
    closed_at: dt.datetime

    @property
    def aggregate(self) -> str:
        """The account."""
        return f"trading.TradingAccount:{self.account_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyMoved(Event):
    """Money came to an account (+) or left it (-) other than by trading."""

    name: ClassVar[str] = "trading.MoneyMoved"

    account_id: uuid.UUID
    client_id: uuid.UUID
    login: int
    is_live: bool
    deal_id: int
    action: str
    amount_minor: int
    currency: str
    moved_at: dt.datetime

    @property
    def aggregate(self) -> str:
        """The account."""
        return f"trading.TradingAccount:{self.account_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginCallEntered(Event):
    """An account fell to its margin call level."""

    name: ClassVar[str] = "trading.MarginCallEntered"

    account_id: uuid.UUID
    client_id: uuid.UUID
    login: int
    is_live: bool
    margin_level_percent: Decimal | None
    entered_at: dt.datetime

    @property
    def aggregate(self) -> str:
        """The account."""
        return f"trading.TradingAccount:{self.account_id}"
