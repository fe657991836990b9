"""How a client trades, worked out from the daily results that trading keeps."""

from __future__ import annotations

import calendar
import datetime as dt
import itertools
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils import formats
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR

from kernel.money import Money
from modules.analytics.types import Day, Drawdown, Month, Performance, Point, Share
from modules.trading import queries as trading
from modules.trading.types import AccountLine, DayLine, HistoryFilter, TradeTotals

WEEK = 7
MOST_SYMBOLS = 12


def choices(client_id: uuid.UUID) -> tuple[AccountLine, ...]:
    """The client's accounts that can be looked at: those on a server."""
    return tuple(one for one in trading.accounts_of(client_id) if one.is_open)


def performance(accounts: Sequence[AccountLine], *, from_on: dt.date | None = None) -> Performance:
    """How the accounts were traded since ``from_on``; all must be of one currency."""
    currency = accounts[0].currency
    ids = tuple(one.id for one in accounts)
    lines = trading.day_lines(ids, from_on=from_on)
    wanted = HistoryFilter(account_ids=ids, from_on=from_on)
    totals = _totals(trading.trade_totals(wanted))
    days = _days(lines, currency)
    traded = [day for day in days if day.net is not None]
    line, drawdown = _line(lines, currency)
    return Performance(
        currency=currency,
        trades=totals.trades if totals else 0,
        won=totals.won if totals else 0,
        lots=totals.lots if totals else Decimal(0),
        net=totals.net if totals else Money(0, currency),
        average_gain=_average(totals, currency, won=True),
        average_loss=_average(totals, currency, won=False),
        profit_factor=_factor(totals),
        best_day=max(traded, key=_net, default=None),
        worst_day=min(traded, key=_net, default=None),
        symbols=_symbols(trading.symbol_totals(wanted)),
        weekdays=_weekdays(lines, currency),
        drawdown=drawdown,
        line=line,
    )


def month(accounts: Sequence[AccountLine], first_on: dt.date) -> Month:
    """The calendar of the month that begins on ``first_on``, weeks as the language has them."""
    currency = accounts[0].currency
    lines = trading.day_lines([one.id for one in accounts], from_on=first_on - dt.timedelta(days=7))
    known = {day.on: day for day in _days(lines, currency)}
    first_weekday = (int(formats.get_format("FIRST_DAY_OF_WEEK")) - 1) % WEEK  # Django: Sunday is 0
    weeks = calendar.Calendar(first_weekday).monthdatescalendar(first_on.year, first_on.month)
    cells = [[_cell(on, first_on, known) for on in week] for week in weeks]
    traded = [d for week in cells for d in week if d.is_of_month and d.net is not None]
    return Month(
        first_on=first_on,
        weekdays=[str(WEEKDAYS_ABBR[(first_weekday + n) % WEEK]) for n in range(WEEK)],
        weeks=cells,
        net=Money(sum(_net(day) for day in traded), currency),
        trades=sum(day.trades for day in traded),
        winning_days=sum(_net(day) > 0 for day in traded),
        losing_days=sum(_net(day) < 0 for day in traded),
    )


def _totals(found: Sequence[TradeTotals]) -> TradeTotals | None:
    return found[0] if found else None


def _net(day: Day) -> int:
    return day.net.minor if day.net is not None else 0


def _average(totals: TradeTotals | None, currency: str, *, won: bool) -> Money:
    if totals is None:
        return Money(0, currency)
    count = totals.won if won else totals.trades - totals.won
    sum_of = totals.gained if won else totals.lost
    return Money.of(sum_of.amount / count, currency) if count else Money(0, currency)


def _factor(totals: TradeTotals | None) -> Decimal | None:
    if totals is None or not totals.lost.minor:
        return None
    return Decimal(totals.gained.minor) / -totals.lost.minor


def _days(lines: Iterable[DayLine], currency: str) -> list[Day]:
    days = []
    for on, group in itertools.groupby(lines, key=lambda line: line.day_on):
        traded = [line for line in group if line.symbol]
        closed = sum(line.closed for line in traded)
        net = Money(sum(line.net_minor for line in traded), currency) if closed else None
        days.append(Day(on=on, is_of_month=True, trades=closed, net=net))
    return days


def _cell(on: dt.date, first_on: dt.date, known: dict[dt.date, Day]) -> Day:
    is_of_month = on.month == first_on.month
    day = known.get(on)
    if day is None or not is_of_month:
        return Day(on=on, is_of_month=is_of_month, trades=0, net=None)
    return Day(on=on, is_of_month=True, trades=day.trades, net=day.net)


def _symbols(totals: Iterable[TradeTotals]) -> Sequence[Share]:
    shares = [
        Share(name=one.symbol, trades=one.trades, won=one.won, lots=one.lots, net=one.net)
        for one in totals
    ]
    return sorted(shares, key=lambda share: -abs(share.net.minor))[:MOST_SYMBOLS]


def _weekdays(lines: Iterable[DayLine], currency: str) -> Sequence[Share]:
    groups: dict[int, list[DayLine]] = defaultdict(list)
    for line in lines:
        if line.symbol:
            groups[line.day_on.weekday()].append(line)
    return [_share(str(WEEKDAYS[day]), groups[day], currency) for day in sorted(groups)]


def _share(name: str, lines: Sequence[DayLine], currency: str) -> Share:
    return Share(
        name=name,
        trades=sum(line.closed for line in lines),
        won=sum(line.won for line in lines),
        lots=sum((line.lots for line in lines), Decimal(0)),
        net=Money(sum(line.net_minor for line in lines), currency),
    )


def _line(lines: Iterable[DayLine], currency: str) -> tuple[Sequence[Point], Drawdown]:
    """The running result day by day, and its deepest fall; money paid in or out is no result."""
    running = highest = deepest = 0
    capital = capital_at_peak = capital_of_deepest = 0
    deepest_on, points = None, []
    for on, group in itertools.groupby(lines, key=lambda line: line.day_on):
        for line in group:
            running += line.net_minor
            capital += line.deposits_minor + line.withdrawals_minor
        if running >= highest:
            highest, capital_at_peak = running, capital + running
        if running - highest < deepest:
            deepest, deepest_on, capital_of_deepest = running - highest, on, capital_at_peak
        points.append((on, running, running - highest))
    percent = Decimal(deepest * 100) / capital_of_deepest if capital_of_deepest > 0 else None
    fall = Drawdown(
        deepest=Money(deepest, currency), deepest_percent=percent, deepest_on=deepest_on
    )
    return [_point(*point, currency) for point in points], fall


def _point(on: dt.date, result: int, below: int, currency: str) -> Point:
    return Point(on=on, result=Money(result, currency).amount, below=Money(below, currency).amount)
