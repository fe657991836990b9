"""What the analytics are made of; money in one currency throughout."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one symbol or one weekday brought."""

    name: str
    trades: int
    won: int
    lots: Decimal
    net: Money

    @property
    def win_percent(self) -> Decimal:
        """Trades won, in per cent."""
        return Decimal(self.won * 100) / self.trades if self.trades else Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One cell of the calendar; ``net`` is ``None`` on a day without a closed trade."""

    on: dt.date
    is_of_month: bool
    trades: int
    net: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A calendar of one month's results, week by week."""

    first_on: dt.date
    weekdays: Sequence[str]
    weeks: Sequence[Sequence[Day]]
    net: Money
    trades: int
    winning_days: int
    losing_days: int

    @property
    def before(self) -> dt.date:
        """The first day of the month before."""
        return (self.first_on - dt.timedelta(days=1)).replace(day=1)

    @property
    def after(self) -> dt.date:
        """The first day of the month after."""
        return (self.first_on + dt.timedelta(days=32)).replace(day=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawdown:
    """How far the account fell from its highest point, counting trading alone."""

    deepest: Money
    """Negative, or nothing."""
    deepest_percent: Decimal | None
    """Of the capital at the highest point; ``None`` when no capital is known."""
    deepest_on: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One day of the running result and how far it stands below its highest."""

    on: dt.date
    result: Decimal
    below: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """Everything on the page, for accounts of one currency."""

    currency: str
    trades: int
    won: int
    lots: Decimal
    net: Money
    average_gain: Money
    average_loss: Money
    profit_factor: Decimal | None
    """What was gained over what was lost; ``None`` without a loss."""
    best_day: Day | None
    worst_day: Day | None
    symbols: Sequence[Share]
    weekdays: Sequence[Share]
    drawdown: Drawdown
    line: Sequence[Point]

    @property
    def win_percent(self) -> Decimal:
        """Trades won, in per cent."""
        return Decimal(self.won * 100) / self.trades if self.trades else Decimal(0)

    @property
    def expectancy(self) -> Money:
        """What one trade brought on average, rounded half-even."""
        if not self.trades:
            return Money(0, self.currency)
        return Money.of(self.net.amount / self.trades, self.currency)
