"""What crosses the border to a trading server, in our own words and units.

Everything is frozen. ``lots`` are standard lots, prices and money are exact ``Decimal``; money of
an account (balance, profit, swap, commission) is in major units of that account's currency.
Instants end in ``_at`` and are UTC; beside them stands what the server itself said:
``*_server_s`` seconds or ``*_server_ms`` milliseconds on the *server's* wall clock.
"""

from __future__ import annotations

from provisioning.servers.types.accounts import (
    AccountChanges,
    AccountRecord,
    AccountState,
    BalanceCheck,
    BalanceOperation,
    NewAccount,
)
from provisioning.servers.types.codes import (
    BalanceKind,
    DealAction,
    DealEntry,
    MarginMode,
    OrderState,
    OrderType,
    PasswordKind,
    Side,
)
from provisioning.servers.types.market import (
    Capabilities,
    Group,
    ServerClock,
    SessionHours,
    Symbol,
    Tick,
)
from provisioning.servers.types.pulse import Gone, Pulse, Uses
from provisioning.servers.types.trades import (
    Deal,
    DealCursor,
    DealPage,
    Execution,
    MarketOrder,
    Order,
    Position,
)

__all__ = [
    "AccountChanges",
    "AccountRecord",
    "AccountState",
    "BalanceCheck",
    "BalanceKind",
    "BalanceOperation",
    "Capabilities",
    "Deal",
    "DealAction",
    "DealCursor",
    "DealEntry",
    "DealPage",
    "Execution",
    "Gone",
    "Group",
    "MarginMode",
    "MarketOrder",
    "NewAccount",
    "Order",
    "OrderState",
    "OrderType",
    "PasswordKind",
    "Position",
    "Pulse",
    "ServerClock",
    "SessionHours",
    "Side",
    "Symbol",
    "Tick",
    "Uses",
]
