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
    Progress,
    Pulled,
    Rebuilt,
    Step,
    SyncLine,
)

__all__ = [
    "AccountFilter",
    "AccountLine",
    "Credentials",
    "CurrencyTotal",
    "Curve",
    "DayLine",
    "DealLine",
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
