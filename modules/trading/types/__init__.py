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
    "BackfillLine",
    "DifferenceFilter",
    "DifferenceLine",
    "KindCount",
    "Proof",
    "RunLine",
    "AccountFilter",
    "AccountLine",
    "Credentials",
    "CurrencyTotal",
    "Curve",
    "DayLine",
    "DealLine",
    "DifferingDay",
    "HistoryFilter",
    "MoneyLine",
    "PageOf",
    "PositionLine",
    "Progress",
    "Pulled",
    "Rebuilt",
    "Step",
    "SyncLine",
    "TradeLine",
    "TradeTotals",
    "TypeLine",
    "TypeWish",
]
