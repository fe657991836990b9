"""What the trading module stores."""

from __future__ import annotations

from modules.trading.models.accounts import (
    AccountState,
    AccountType,
    Environment,
    LoginCounter,
    LoginPool,
    TradingAccount,
    Visibility,
)
from modules.trading.models.backfills import Backfill, BackfillState
from modules.trading.models.handovers import PasswordHandover
from modules.trading.models.history import (
    AccountSnapshot,
    DailyResult,
    Deal,
    Position,
    ServerSync,
)
from modules.trading.models.intents import Intent, IntentKind, IntentState
from modules.trading.models.operations import IntentMove, MoneyFreeze, OperationRule, What
from modules.trading.models.pauses import DatabaseSeen, SendingPause
from modules.trading.models.reconciling import (
    Difference,
    DifferenceKind,
    DifferenceState,
    Reconciliation,
    RunState,
    Stage,
)

__all__ = [
    "AccountSnapshot",
    "AccountState",
    "AccountType",
    "Backfill",
    "BackfillState",
    "DailyResult",
    "DatabaseSeen",
    "Deal",
    "Difference",
    "DifferenceKind",
    "DifferenceState",
    "Environment",
    "Intent",
    "IntentKind",
    "IntentMove",
    "IntentState",
    "LoginCounter",
    "LoginPool",
    "MoneyFreeze",
    "OperationRule",
    "PasswordHandover",
    "Position",
    "Reconciliation",
    "RunState",
    "SendingPause",
    "ServerSync",
    "Stage",
    "TradingAccount",
    "Visibility",
    "What",
]
