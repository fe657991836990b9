"""How the calls to a server went: shares, percentiles and plots out of the tallies."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Max, Min, Sum
from django.db.models.functions import TruncHour
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from kernel import clock
from provisioning.servers import figures, incidents
from provisioning.servers.models import AlertPolicy, CallTally, HealthSample, Span
from provisioning.servers.records import Budget, Plot, Vitals

HOURS, DAYS = 24, 30
LATELY = dt.timedelta(minutes=5)
HUNDRED = Decimal(100)
CENTI = Decimal("0.01")


def vitals(server_id: uuid.UUID) -> Vitals:
    """The figures of the past day and month; four queries, none of which grows with the calls."""
    now = clock.now()
    policy = AlertPolicy.objects.filter(pk=AlertPolicy.ONLY).first() or AlertPolicy()
    month = _hours(server_id, now - dt.timedelta(days=DAYS))
    first = _hour(now) - dt.timedelta(hours=HOURS - 1)
    day = [row for row in month if row.begins_at >= first]
    counts = sum((Counter(row.counts) for row in day), Counter[str]())
    return Vitals(
        day=_budget(day, policy),
        month=_budget(month, policy),
        calls_per_second=_per_second(server_id, now),
        repeats=sum(row.repeats for row in day),
        sign_ins=sum(row.sign_ins for row in day),
        failures=tuple(
            (incidents.failure(why), count) for why, count in figures.reasons(counts).items()
        ),
        p50_ms=figures.percentile(counts, 0.5),
        p95_ms=figures.percentile(counts, 0.95),
        p99_ms=figures.percentile(counts, 0.99),
        calls_plot=_calls_plot(day, first),
        budget_plot=_budget_plot(month, policy, now),
        drift_plot=_drift_plot(server_id, first),
    )


def budget_of_day(server_id: uuid.UUID) -> Budget:
    """How the calls of the past 24 hours stand against the target."""
    policy = AlertPolicy.objects.filter(pk=AlertPolicy.ONLY).first() or AlertPolicy()
    since = _hour(clock.now()) - dt.timedelta(hours=HOURS - 1)
    return _budget(_hours(server_id, since), policy)


def _hours(server_id: uuid.UUID, since: dt.datetime) -> list[CallTally]:
    rows = CallTally.objects.filter(server_id=server_id, span=Span.HOUR, begins_at__gte=since)
    return list(rows.order_by("begins_at"))


def _budget(rows: Sequence[CallTally], policy: AlertPolicy) -> Budget:
    calls, failed = sum(row.calls for row in rows), sum(row.failed for row in rows)
    target = Decimal(policy.target_bp) / HUNDRED
    return Budget(
        calls=calls,
        failed=failed,
        target_percent=target,
        success_percent=_percent(calls - failed, calls),
        left_percent=_left(calls, failed, target),
    )


def _left(calls: int, failed: int, target: Decimal) -> Decimal | None:
    """What is left of the errors that are allowed, in percent of them."""
    if not calls:
        return None
    allowed = calls * (HUNDRED - target) / HUNDRED
    return ((1 - failed / allowed) * HUNDRED).quantize(Decimal("0.1"))


def _percent(part: int, whole: int) -> Decimal | None:
    return (HUNDRED * part / whole).quantize(CENTI) if whole else None


def _per_second(server_id: uuid.UUID, now: dt.datetime) -> Decimal:
    rows = CallTally.objects.filter(
        server_id=server_id, span=Span.MINUTE, begins_at__gte=now - LATELY
    )
    calls = rows.aggregate(calls=Sum("calls"))["calls"] or 0
    return (Decimal(calls) / int(LATELY.total_seconds())).quantize(CENTI)


def _calls_plot(rows: Iterable[CallTally], first: dt.datetime) -> Plot:
    by_hour = {row.begins_at: row for row in rows}
    hours = [first + dt.timedelta(hours=n) for n in range(HOURS)]
    found = [by_hour.get(hour) for hour in hours]
    return Plot(
        labels=_labels(hours),
        series=(
            {
                "name": _("Answered"),
                "values": [row.calls - row.failed if row else 0 for row in found],
                "tone": "soft",
            },
            {
                "name": _("Failed"),
                "values": [row.failed if row else 0 for row in found],
                "tone": "bad",
            },
        ),
    )


def _budget_plot(
    rows: Sequence[CallTally], policy: AlertPolicy, now: dt.datetime
) -> tuple[Decimal, ...]:
    """What was left of the budget so far at the end of each day that had calls; never below 0."""
    target = Decimal(policy.target_bp) / HUNDRED
    calls = failed = 0
    ends: dict[dt.date, Decimal] = {}
    for row in rows:
        calls, failed = calls + row.calls, failed + row.failed
        left = _left(calls, failed, target)
        if left is not None:
            ends[min(row.begins_at, now).date()] = max(left, Decimal(0))
    return tuple(ends.values())


def _drift_plot(server_id: uuid.UUID, first: dt.datetime) -> Plot:
    rows = (
        HealthSample.objects.filter(server_id=server_id, taken_at__gte=first)
        .exclude(drift_seconds=None)
        .annotate(hour=TruncHour("taken_at", tzinfo=dt.UTC))
        .values("hour")
        .annotate(low=Min("drift_seconds"), high=Max("drift_seconds"))
    )
    by_hour = {row["hour"]: max(row["low"], row["high"], key=abs) for row in rows}
    hours = [first + dt.timedelta(hours=n) for n in range(HOURS)]
    series = {"name": _("Seconds"), "values": [by_hour.get(hour, 0) for hour in hours]}
    return Plot(labels=_labels(hours), series=(series,))


def _labels(hours: Sequence[dt.datetime]) -> tuple[str, ...]:
    """Every fourth hour by its time, so that labels do not run into each other."""
    return tuple(
        formats.time_format(timezone.localtime(hour), "TIME_FORMAT") if not index % 4 else ""
        for index, hour in enumerate(hours)
    )


def _hour(moment: dt.datetime) -> dt.datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
