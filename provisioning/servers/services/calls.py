"""Once a minute, what all processes counted becomes rows: one of the minute, one of the hour."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter

from django.db import transaction

from kernel import clock, pin
from provisioning.servers import meter
from provisioning.servers.figures import UNDER, WHY
from provisioning.servers.models import CallTally, Server, Span

MINUTES_KEPT = dt.timedelta(days=2)
HOURS_KEPT = dt.timedelta(days=92)


def tally_calls(server_id: uuid.UUID) -> None:
    """Move the counts of a server from Redis into rows. Opens a transaction; safe to repeat."""
    counts = Counter(meter.drain(pin.current(), server_id))
    if not counts:
        return
    now = clock.now().replace(second=0, microsecond=0)
    with transaction.atomic():
        if not Server.objects.locked().filter(pk=server_id).exists():
            return
        for span, begins_at in ((Span.MINUTE, now), (Span.HOUR, now.replace(minute=0))):
            _add(server_id, span, begins_at, counts)


def forget_tallies() -> int:
    """Delete minutes of more than two days and hours of more than three months; how many rows."""
    now = clock.now()
    old = CallTally.objects.filter(span=Span.MINUTE, begins_at__lt=now - MINUTES_KEPT)
    older = CallTally.objects.filter(span=Span.HOUR, begins_at__lt=now - HOURS_KEPT)
    return old.delete()[0] + older.delete()[0]


def _add(server_id: uuid.UUID, span: Span, begins_at: dt.datetime, new: Counter[str]) -> None:
    row, _ = CallTally.objects.get_or_create(server_id=server_id, span=span, begins_at=begins_at)
    for name in ("calls", "failed", "repeats", "sign_ins"):
        setattr(row, name, getattr(row, name) + new[name])
    classes = {name: n for name, n in new.items() if name.startswith((UNDER, WHY))}
    row.counts = dict(Counter(row.counts) + Counter(classes))
    row.save()
