"""Trading accounts and the money on them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from provisioning.servers.types.codes import BalanceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to be opened. Choose ``login`` yourself; ``None`` lets the server choose."""

    group: str
    first_name: str
    last_name: str
    leverage: int
    password_main: str = field(repr=False)
    password_investor: str = field(repr=False)
    login: int | None = None
    email: str = ""
    phone: str = ""
    country: str = ""
    city: str = ""
    address: str = ""
    comment: str = ""
    client_reference: str = ""
    """Our own id of the client, kept in the record's ``ID`` field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanges:
    """What to change of an account; ``None`` leaves a thing as it is."""

    group: str | None = None
    leverage: int | None = None
    is_enabled: bool | None = None
    may_trade: bool | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """An account as the server keeps it; it never holds a password."""

    login: int
    group: str
    currency: str
    leverage: int
    balance: Decimal
    credit: Decimal
    is_enabled: bool
    may_trade: bool
    first_name: str
    last_name: str
    email: str
    phone: str
    country: str
    comment: str
    client_reference: str
    registered_at: dt.datetime | None
    last_access_at: dt.datetime | None
    rights: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """The money side of an account at this moment, in its own ``currency``."""

    login: int
    currency: str
    balance: Decimal
    credit: Decimal
    equity: Decimal
    margin: Decimal
    free_margin: Decimal
    margin_level_percent: Decimal | None
    """Equity over margin in per cent; ``None`` when nothing is open."""
    floating_profit: Decimal
    """Open profit with swaps: equity less balance and credit."""
    is_margin_called: bool
    is_stopped_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceOperation:
    """Money to be moved into (+) or out of (-) an account, exactly once.

    ``tag`` is ours, unique for ever, ASCII without spaces and at most 20 characters; it leads the
    comment on the server and is how the operation is found again.
    """

    login: int
    kind: BalanceKind
    amount: Decimal
    tag: str
    note: str = ""
    is_margin_checked: bool = True
    not_after_s: float | None = None
    """Seconds of this process's monotonic clock after which it must not be sent any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceCheck:
    """What the server holds against what its deals add up to."""

    login: int
    balance: Decimal
    balance_of_deals: Decimal
    credit: Decimal
    credit_of_deals: Decimal

    @property
    def is_even(self) -> bool:
        """Whether both agree to the last digit."""
        return self.balance == self.balance_of_deals and self.credit == self.credit_of_deals
