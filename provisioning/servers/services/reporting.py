"""What the vendor learns of a broker's servers: a colour, since when, counts. Never contents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db.models import Sum

from kernel import clock, pin
from provisioning.servers.models import CallTally, Incident, Server, ServerState, Span
from tenants import directory
from tenants import services as tenancy
from tenants.work import run_in

DAY = dt.timedelta(days=1)
HUNDREDTHS = 10_000


def report_health() -> None:
    """Tell the vendor how the pinned tenant's servers are: states and counts only."""
    info = directory.find_by_schema(pin.current())
    if info is not None:
        run_in(pin.PUBLIC, tenancy.record_health, info.id, _figures())


def _figures() -> Mapping[str, int | str | bool | None]:
    rows = list(Server.objects.usable())
    down = [row for row in rows if row.state == ServerState.BROKEN]
    incidents = Incident.objects.filter(closed_at=None, server__in=rows).count()
    return {
        "server": _colour(rows, down, incidents),
        "server_since": _since(rows, down),
        "servers": len(rows),
        "servers_down": len(down),
        "server_incidents": incidents,
        "server_success_bp": _success(),
        "server_certificate_days": _certificate_days(rows),
    }


def _colour(rows: Sequence[Server], down: Sequence[Server], incidents: int) -> str:
    if not rows:
        return "none"
    if down:
        return "down"
    return "degraded" if incidents else "up"


def _since(rows: Sequence[Server], down: Sequence[Server]) -> str:
    """Since when the worst is so: the first silence, or else the last beginning of answers."""
    silent = [row.failing_since for row in down if row.failing_since]
    answering = [row.up_since_at for row in rows if row.up_since_at]
    if silent:
        return min(silent).isoformat(timespec="seconds")
    return max(answering).isoformat(timespec="seconds") if answering else ""


def _success() -> int | None:
    """Calls of the past 24 hours that succeeded, in hundredths of a percent."""
    hours = CallTally.objects.filter(span=Span.HOUR, begins_at__gte=clock.now() - DAY)
    sums = hours.aggregate(calls=Sum("calls"), failed=Sum("failed"))
    if not sums["calls"]:
        return None
    return int(HUNDREDTHS * (sums["calls"] - sums["failed"]) // sums["calls"])


def _certificate_days(rows: Sequence[Server]) -> int | None:
    """Days until the first certificate expires."""
    ends = [row.certificate_expires_at for row in rows if row.certificate_expires_at]
    return (min(ends) - clock.now()).days if ends else None
