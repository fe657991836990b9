"""Exchange between currencies as it crosses the module's border."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal

from kernel.module import Text
from kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLine:
    """How many units of ``quote`` one of ``base`` is worth, before any markup."""

    base: str
    quote: str
    rate: Decimal
    source: str
    """``broker``, ``ecb``, or both where two rates make one."""
    at: dt.datetime
    """When the rate was set or published; the older, where two make one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What exchanging costs; ``*`` stands for every other currency."""

    pay: str
    receive: str
    is_open: bool
    markup_percent: Decimal
    approval_from: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeWish:
    """What a client wants: ``amount`` is what he pays, or what he wants to receive."""

    pay_currency: str
    receive_currency: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """What a client is offered for his money."""

    id: uuid.UUID
    client_id: uuid.UUID
    pay: Money
    receive: Money
    spread: Money
    middle_rate: Decimal
    rate: Decimal
    """What he gets for one unit, markup taken off."""
    markup_percent: Decimal
    rate_source: str
    rate_at: dt.datetime
    made_at: dt.datetime
    valid_until_at: dt.datetime
    state: str
    state_label: Text
    tone: str
    entry_id: uuid.UUID | None
    reason: str
