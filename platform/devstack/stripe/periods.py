"""Billing periods, in seconds since 1970."""

from __future__ import annotations

import calendar
import datetime as dt

DAY = 86_400
MONTHS_A_YEAR = 12


def add_period(start: int, interval: str, count: int = 1) -> int:
    """The end of ``count`` intervals from ``start``; 31 January plus a month is 28 February."""
    if interval in ("day", "week"):
        return start + count * DAY * (7 if interval == "week" else 1)
    moment = dt.datetime.fromtimestamp(start, dt.UTC)
    months = moment.month - 1 + count * (MONTHS_A_YEAR if interval == "year" else 1)
    year, month = moment.year + months // MONTHS_A_YEAR, months % MONTHS_A_YEAR + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return int(moment.replace(year=year, month=month, day=day).timestamp())


def share(amount: int, part: int, whole: int) -> int:
    """``amount * part / whole`` rounded half away from zero, as Stripe rounds prorations."""
    if whole <= 0:
        return 0
    half_up = (2 * abs(amount) * part + whole) // (2 * whole)
    return half_up if amount >= 0 else -half_up


def day_text(at: int) -> str:
    """``21 Nov 2026``."""
    return f"{dt.datetime.fromtimestamp(at, dt.UTC):%-d %b %Y}"
