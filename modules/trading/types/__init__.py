"""What crosses the border of the trading module."""

from __future__ import annotations

from modules.trading.types.accounts import (
    AccountFilter,
    AccountLine,
    Credentials,
    CurrencyTotal,
    Curve,
    PageOf,
)
from modules.trading.types.changes import (
    ChangeLine,
    MoneyTotal,
    NewPassword,
    OrderLine,
    Started,
)
from modules.trading.types.history import (
    DayLine,
    DealLine,
    HistoryFilter,
    MoneyLine,
    PositionLine,
    TradeLine,
    TradeTotals,
)
from modules.trading.types.offers import (
    TypeLine,
    TypeWish,
)
from modules.trading.types.operations import MovedLine
from modules.trading.types.progress import (
    DifferingDay,
    Progress,
    Pulled,
    Rebuilt,
    Step,
    SyncLine,
)
from modules.trading.types.reconciliation import (
    BackfillLine,
    DifferenceFilter,
    DifferenceLine,
    KindCount,
    Proof,
    RunLine,
)

__all__ = [
    "AccountFilter",
    "AccountLine",
    "BackfillLine",
    "ChangeLine",
    "Credentials",
    "CurrencyTotal",
    "Curve",
    "DayLine",
    "DealLine",
    "DifferenceFilter",
    "DifferenceLine",
    "DifferingDay",
    "HistoryFilter",
    "KindCount",
    "MoneyLine",
    "MoneyTotal",
    "MovedLine",
    "NewPassword",
    "OrderLine",
    "PageOf",
    "PositionLine",
    "Progress",
    "Proof",
    "Pulled",
    "Rebuilt",
    "RunLine",
    "Started",
    "Step",
    "SyncLine",
    "TradeLine",
    "TradeTotals",
    "TypeLine",
    "TypeWish",
]
