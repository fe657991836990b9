"""What the trading module stores."""

from __future__ import annotations

from modules.trading.models.accounts import (
    AccountState,
    AccountType,
    Environment,
    LoginCounter,
    TradingAccount,
    Visibility,
)
from modules.trading.models.history import (
    AccountSnapshot,
    DailyResult,
    Deal,
    Position,
    ServerSync,
)
from modules.trading.models.intents import Intent, IntentKind, IntentState
from modules.trading.models.operations import IntentMove, MoneyFreeze, OperationRule, What

__all__ = [
    "AccountSnapshot",
    "AccountState",
    "AccountType",
    "DailyResult",
    "Deal",
    "Environment",
    "Intent",
    "IntentKind",
    "IntentMove",
    "IntentState",
    "LoginCounter",
    "MoneyFreeze",
    "OperationRule",
    "Position",
    "ServerSync",
    "TradingAccount",
    "Visibility",
    "What",
]
