"""The server itself, its groups, instruments and prices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from provisioning.servers.types.codes import MarginMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What this platform offers beyond the least; ask before you rely on it."""

    can_choose_login: bool
    """``add_account`` honours our login, so an unknown outcome is decidable by looking it up."""
    can_find_operation: bool
    """A balance operation can be found again by its tag."""
    can_check_balance: bool
    can_trade: bool
    can_disable_trading: bool
    max_comment_length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerClock:
    """The server's clock beside ours. ``offset`` is server minus UTC, rounded to 15 minutes."""

    now_at: dt.datetime
    now_server_s: int
    offset: dt.timedelta
    drift: dt.timedelta
    """What remains after the rounded offset: how wrong the server's clock runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of accounts as the server defines it."""

    name: str
    currency: str
    currency_digits: int
    margin_mode: MarginMode
    margin_call_level: Decimal
    stop_out_level: Decimal
    is_stop_out_in_percent: bool
    leverage_default: int
    demo_deposit: Decimal
    password_length_min: int
    company: str

    @property
    def is_demo(self) -> bool:
        r"""Whether the name says so; MetaTrader keeps demo accounts under ``demo\``."""
        return self.name.lower().startswith("demo")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHours:
    """One trading session; minutes since midnight of the server's day, Sunday is 0."""

    weekday: int
    open_minute: int
    close_minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """An instrument, with its swaps as the server states them (unit: ``swap_mode``)."""

    name: str
    path: str
    description: str
    currency_base: str
    currency_profit: str
    currency_margin: str
    digits: int
    contract_size: Decimal
    lots_min: Decimal
    lots_max: Decimal
    lots_step: Decimal
    trade_mode: int
    calc_mode: int
    swap_mode: int
    swap_long: Decimal
    swap_short: Decimal
    swap_triple_weekday: int
    trade_sessions: tuple[SessionHours, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """The last price of a symbol."""

    symbol: str
    digits: int
    bid: Decimal
    ask: Decimal
    quoted_at: dt.datetime
    quoted_server_ms: int
