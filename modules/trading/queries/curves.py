"""Equity and balance over time, from the server's deals and the hourly snapshots."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from django.db import connection

from kernel import clock
from kernel.money import Money, exponent
from modules.trading.models import AccountSnapshot, DailyResult
from modules.trading.types import AccountLine, Curve

RANGES: Mapping[str, dt.timedelta | None] = {
    "1w": dt.timedelta(days=7),
    "1m": dt.timedelta(days=30),
    "3m": dt.timedelta(days=91),
    "ytd": None,
    "all": None,
}
"""Keys of the ranges; ``ytd`` begins with the year, ``all`` with the first deal."""
POINTS = 400
TREND_DAYS = 30

FINE = 100
"""Sums are kept in hundredths of a minor unit of real money: so cent accounts stay exact."""

# A cent account's minor unit is one such hundredth, any other's a hundred of them.
_HOURS = """
    SELECT date_trunc('hour', d.done_at) AS hour, sum(
      CASE WHEN d.action IN (13, 14) THEN 0
           ELSE (d.profit_minor + d.swap_minor + d.commission_minor) * (100 / a.cent_factor) END
      )::bigint AS change
    FROM trading_deal d JOIN trading_tradingaccount a ON a.id = d.account_id
    WHERE d.account_id = ANY(%s) AND d.done_at > %s
    GROUP BY 1 ORDER BY 1
"""
_MOVED = """
    SELECT coalesce(sum(d.profit_minor * (100 / a.cent_factor)), 0)::bigint,
           coalesce(sum(d.profit_minor * (100 / a.cent_factor))
                    FILTER (WHERE d.profit_minor > 0), 0)::bigint
    FROM trading_deal d JOIN trading_tradingaccount a ON a.id = d.account_id
    WHERE d.account_id = ANY(%s) AND d.done_at > %s AND d.action IN (2, 3, 5, 6, 19, 20)
"""
_BEFORE = """
    SELECT coalesce(sum(CASE WHEN d.action IN (13, 14) THEN 0
      ELSE (d.profit_minor + d.swap_minor + d.commission_minor) * (100 / a.cent_factor) END), 0
      )::bigint, count(*)
    FROM trading_deal d JOIN trading_tradingaccount a ON a.id = d.account_id
    WHERE d.account_id = ANY(%s) AND d.done_at <= %s
"""
_LONG_AGO = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)


def curve(accounts: Sequence[AccountLine], range_key: str = "3m") -> Curve:
    """The accounts' summed equity and balance in real money; all must be of one currency.

    Balance (with credit) is the running sum of the deals. Equity adds what was floating, known
    from the first snapshot on; before, it is the balance. The last point is now.
    """
    currency = accounts[0].currency if accounts else ""
    if not accounts:
        nothing = Money(0, currency)
        return Curve(currency=currency, at=(), equity=(), balance=(), result=nothing, basis=nothing)
    ids = [one.id for one in accounts]
    since = _since(range_key)
    start, is_old = _asked(_BEFORE, ids, since) if since != _LONG_AGO else (0, 0)
    balances = _running(_hours(ids, since), start)
    fine = {one.id: FINE // one.cent_factor for one in accounts}
    floats = _floats(fine, since)
    hours = sorted({*balances, *floats, *({since} if is_old else ())})
    points = _merged(hours, balances, floats, start)
    standing = sum((one.balance.minor + one.credit.minor) * fine[one.id] for one in accounts)
    equity = sum(one.equity.minor * fine[one.id] for one in accounts)
    points.append((clock.now(), equity, standing))
    moved, paid_in = _asked(_MOVED, ids, since)
    return _as_curve(
        _thinned(points),
        result=Money((equity - start - moved) // FINE, currency),
        basis=Money((start + paid_in) // FINE, currency),
    )


def with_trends(accounts: Iterable[AccountLine]) -> tuple[AccountLine, ...]:
    """The same accounts with their balance over 30 days, read in one query for all."""
    lines = tuple(accounts)
    today = clock.now().date()
    days = [today - dt.timedelta(days=back) for back in range(TREND_DAYS - 1, -1, -1)]
    changes: dict[uuid.UUID, dict[dt.date, int]] = defaultdict(lambda: defaultdict(int))
    rows = DailyResult.objects.filter(account_id__in=[one.id for one in lines], day_on__gte=days[0])
    for row in rows:
        net = row.profit_minor + row.swap_minor + row.commission_minor
        net += row.deposits_minor + row.withdrawals_minor
        changes[row.account_id][min(row.day_on, today)] += net
    return tuple(replace(one, trend=_trend(one, changes[one.id], days)) for one in lines)


def _trend(
    line: AccountLine, changes: Mapping[dt.date, int], days: Sequence[dt.date]
) -> tuple[Decimal, ...]:
    """Balances walked back from the present one; empty when nothing happened in the time."""
    if not changes or not line.is_open:
        return ()
    minor, walked = line.balance.minor, []
    for day in reversed(days):
        walked.append(minor)
        minor -= changes.get(day, 0)
        if day == min(changes):
            break
    scale = -exponent(line.currency)
    return tuple(Decimal(value).scaleb(scale) for value in reversed([*walked, minor]))


def _since(range_key: str) -> dt.datetime:
    now = clock.now()
    if range_key == "ytd":
        return now.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    back = RANGES.get(range_key)
    if back is None:
        return _LONG_AGO
    return (now - back).replace(minute=0, second=0, microsecond=0)


def _asked(statement: str, ids: Sequence[uuid.UUID], since: dt.datetime) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(ids), since])
        first, second = cursor.fetchone()
    return first, second


def _hours(ids: Sequence[uuid.UUID], since: dt.datetime) -> list[tuple[dt.datetime, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_HOURS, [list(ids), since])
        return list(cursor.fetchall())


def _running(changes: Sequence[tuple[dt.datetime, int]], start: int) -> dict[dt.datetime, int]:
    totals = itertools.accumulate((change for _hour, change in changes), initial=start)
    next(totals)  # the start itself stands before the first hour
    return dict(zip((hour for hour, _change in changes), totals, strict=True))


def _floats(
    fine: Mapping[uuid.UUID, int], since: dt.datetime
) -> dict[dt.datetime, dict[uuid.UUID, int]]:
    """Floating profit per hour and account, from the snapshots; ``fine`` names the accounts."""
    floats: dict[dt.datetime, dict[uuid.UUID, int]] = defaultdict(dict)
    rows = AccountSnapshot.objects.filter(account_id__in=list(fine), hour_at__gte=since)
    for row in rows:
        floating = row.equity_minor - row.balance_minor - row.credit_minor
        floats[row.hour_at][row.account_id] = floating * fine[row.account_id]
    return floats


def _merged(
    hours: Sequence[dt.datetime],
    balances: Mapping[dt.datetime, int],
    floats: Mapping[dt.datetime, Mapping[uuid.UUID, int]],
    start: int,
) -> list[tuple[dt.datetime, int, int]]:
    balance, floating = start, dict[uuid.UUID, int]()
    points = []
    for hour in hours:
        balance = balances.get(hour, balance)
        floating |= floats.get(hour, {})
        points.append((hour, balance + sum(floating.values()), balance))
    return points


def _thinned(
    points: Sequence[tuple[dt.datetime, int, int]],
) -> Sequence[tuple[dt.datetime, int, int]]:
    """At most about :data:`POINTS` points, the first and the last among them."""
    step = -(-len(points) // POINTS)
    return points if step == 1 else [*points[:-1:step], points[-1]]


def _as_curve(
    points: Sequence[tuple[dt.datetime, int, int]], *, result: Money, basis: Money
) -> Curve:
    scale = -exponent(result.currency)
    return Curve(
        currency=result.currency,
        at=tuple(int(at.timestamp()) for at, _equity, _balance in points),
        equity=tuple(Decimal(equity // FINE).scaleb(scale) for _at, equity, _balance in points),
        balance=tuple(Decimal(balance // FINE).scaleb(scale) for _at, _equity, balance in points),
        result=result,
        basis=basis,
    )
