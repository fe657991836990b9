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

    ``profit_minor``, ``swap_minor`` and ``commission_minor`` are real money in ``currency``: a
    hundredth of what the server says where ``cent_factor`` is 100. ``lots`` are the server's.
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
    cent_factor: int = 1

    @property
    def aggregate(self) -> str:
        """The account."""
        return f"trading.TradingAccount:{self.account_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyMoved(Event):
    """Money came to an account (+) or left it (-) other than by trading; real money."""

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
class DealCorrected(Event):
    """A deal that was told before is another one on the server now, or gone from it.

    Amounts are results (profit, swap, commission) in minor units of ``currency``; ``lots``
    standard lots closed. Told when a person has the account's history read again.
    """

    name: ClassVar[str] = "trading.DealCorrected"

    account_id: uuid.UUID
    client_id: uuid.UUID
    login: int
    deal_id: int
    symbol: str
    is_gone: bool
    result_before_minor: int
    result_minor: int
    lots_before: Decimal
    lots: Decimal
    currency: str

    @property
    def aggregate(self) -> str:
        """The account."""
        return f"trading.TradingAccount:{self.account_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconciliationFinished(Event):
    """A server was compared with what is here; numbers only, never whose.

    ``is_even``: nothing differs that is not explained.
    """

    name: ClassVar[str] = "trading.ReconciliationFinished"

    run_id: uuid.UUID
    server_id: uuid.UUID
    is_even: bool
    found: int
    unexplained: int
    finished_at: dt.datetime

    @property
    def aggregate(self) -> str:
        """The server."""
        return f"server:{self.server_id}"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationDone(Event):
    """An operation on a trading server is done, exactly once.

    ``kind`` is a value of ``IntentKind``; ``cause`` and ``key`` are the asker's own words.
    ``amount_minor`` is signed, into the account (+) or out of it (-), in ``currency``.
    ``deal_id`` is the deal that it made, where it made one that is known.
    """

    name: ClassVar[str] = "trading.OperationDone"

    operation_id: uuid.UUID
    account_id: uuid.UUID | None
    client_id: uuid.UUID | None
    kind: str
    cause: str
    key: str
    amount_minor: int | None
    currency: str
    deal_id: int | None

    @property
    def aggregate(self) -> str:
        """The operation."""
        return f"trading.Intent:{self.operation_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRefused(Event):
    """An operation on a trading server was not done and never will be.

    ``kind`` is a value of ``IntentKind``; ``cause`` and ``key`` are the asker's own words.
    ``amount_minor`` is signed, into the account (+) or out of it (-), in ``currency``.
    """

    name: ClassVar[str] = "trading.OperationRefused"

    operation_id: uuid.UUID
    account_id: uuid.UUID | None
    client_id: uuid.UUID | None
    kind: str
    cause: str
    key: str
    amount_minor: int | None
    currency: str
    code: str
    sentence: str

    @property
    def aggregate(self) -> str:
        """The operation."""
        return f"trading.Intent:{self.operation_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationStuck(Event):
    """Nobody knows whether an operation was done, and a person has to decide.

    ``kind`` is a value of ``IntentKind``; ``cause`` and ``key`` are the asker's own words.
    ``amount_minor`` is signed, into the account (+) or out of it (-), in ``currency``.
    """

    name: ClassVar[str] = "trading.OperationStuck"

    operation_id: uuid.UUID
    account_id: uuid.UUID | None
    client_id: uuid.UUID | None
    kind: str
    cause: str
    key: str
    amount_minor: int | None
    currency: str
    why: str

    @property
    def aggregate(self) -> str:
        """The operation."""
        return f"trading.Intent:{self.operation_id}"
