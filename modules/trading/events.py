"""What trading announces: accounts of clients, and what the trading server did on them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEvent(Event):
    """Something happened to a client's trading account."""

    name: ClassVar[str] = "trading.AccountEvent"

    account_id: uuid.UUID
    client_id: uuid.UUID
    login: int

    @property
    def aggregate(self) -> str:
        """The account."""
        return f"trading.TradingAccount:{self.account_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationEvent(Event):
    """What came of an operation on a trading server.

    ``kind`` is a value of ``IntentKind``; ``cause`` and ``key`` are the asker's own words.
    ``amount_minor`` is signed, into the account (+) or out of it (-), in ``currency``.
    """

    name: ClassVar[str] = "trading.OperationEvent"

    operation_id: uuid.UUID
    account_id: uuid.UUID | None
    client_id: uuid.UUID | None
    kind: str
    cause: str
    key: str
    amount_minor: int | None
    currency: str

    @property
    def aggregate(self) -> str:
        """The operation."""
        return f"trading.Intent:{self.operation_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened(AccountEvent):
    """A client has a trading account: newly opened, or an existing one that he proved is his."""

    name: ClassVar[str] = "trading.AccountOpened"

    server_id: uuid.UUID
    currency: str
    is_live: bool
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionOpened(AccountEvent):
    """A deal opened a position or added to one; ``lots`` standard lots."""

    name: ClassVar[str] = "trading.PositionOpened"

    deal_id: int
    position_id: int
    symbol: str
    is_buy: bool
    lots: Decimal
    price: Decimal
    opened_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DealClosed(AccountEvent):
    """A deal closed a position, in whole or in part; ``lots`` are the standard lots closed.

    ``profit_minor``, ``swap_minor`` and ``commission_minor`` are real money in ``currency``: a
    hundredth of what the server says where ``cent_factor`` is 100. ``lots`` are the server's.
    """

    name: ClassVar[str] = "trading.DealClosed"

    server_id: uuid.UUID
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


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyMoved(AccountEvent):
    """Money came to an account (+) or left it (-) other than by trading; real money."""

    name: ClassVar[str] = "trading.MoneyMoved"

    is_live: bool
    deal_id: int
    action: str
    amount_minor: int
    currency: str
    moved_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DealCorrected(AccountEvent):
    """A deal that was told before is another one on the server now, or gone from it.

    Amounts are results (profit, swap, commission) in minor units of ``currency``; ``lots``
    standard lots closed. Told when a person has the account's history read again.
    """

    name: ClassVar[str] = "trading.DealCorrected"

    deal_id: int
    symbol: str
    is_gone: bool
    result_before_minor: int
    result_minor: int
    lots_before: Decimal
    lots: Decimal
    currency: str


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
class MarginCallEntered(AccountEvent):
    """An account fell to its margin call level."""

    name: ClassVar[str] = "trading.MarginCallEntered"

    is_live: bool
    margin_level_percent: Decimal | None
    entered_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationDone(OperationEvent):
    """An operation on a trading server is done, exactly once.

    ``deal_id`` is the deal that it made, where it made one that is known.
    """

    name: ClassVar[str] = "trading.OperationDone"

    deal_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRefused(OperationEvent):
    """An operation on a trading server was not done and never will be."""

    name: ClassVar[str] = "trading.OperationRefused"

    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationStuck(OperationEvent):
    """Nobody knows whether an operation was done, and a person has to decide."""

    name: ClassVar[str] = "trading.OperationStuck"

    why: str
