"""Changes of an account: what was started, and what has happened to it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from decimal import Decimal

from kernel.module import Text
from kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What asking for a change began: an operation on the server, or a request that waits."""

    operation_id: uuid.UUID | None = None
    request_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """An operation on an account, as its page tells it."""

    id: uuid.UUID
    label: Text
    state: str
    state_label: Text
    tone: str
    asked_by: str
    asked_at: dt.datetime
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPassword:
    """A password that a colleague had set. Shown to the client once, never logged."""

    login: int
    is_investor: bool
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """An order that waits on the server; ``lots`` standard lots, of what is left of it."""

    order_id: int
    symbol: str
    kind: str
    """``buy limit``, ``sell stop``, ..."""
    is_buy: bool
    lots: Decimal
    price: Decimal
    price_stop_loss: Decimal
    price_take_profit: Decimal
    placed_at: dt.datetime
    expires_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyTotal:
    """What money that came or left adds up to, of one kind in one currency."""

    kind: str
    label: Text
    count: int
    amount: Money
