"""Whether servers answer: looked at every minute, told when it changes."""

from __future__ import annotations

import datetime as dt
import time
import uuid

from django.db import transaction

from kernel import clock, events
from kernel.errors import Refused, Unavailable
from provisioning.servers import findings
from provisioning.servers.errors import NoSuchServer
from provisioning.servers.events import ServerBroke, ServerRecovered
from provisioning.servers.models import HealthSample, Server, ServerState
from provisioning.servers.services.connecting import trading_server
from provisioning.servers.types import ServerClock

BROKEN_AFTER = 3
"""Failed looks in a row: weekly restarts take minutes, a single miss is nothing."""
WAITING = "waiting"
SAMPLES_KEPT = dt.timedelta(days=2)


def usable_servers() -> tuple[uuid.UUID, ...]:
    """Servers of the pinned tenant whose test has passed."""
    rows = Server.objects.usable().order_by("pk")
    return tuple(rows.values_list("pk", flat=True))


def check_health(server_id: uuid.UUID) -> bool:
    """Look once whether a server answers; returns whether it does. Needs no transaction.

    Raises:
        NoSuchServer: There is none.
    """
    started = time.monotonic()
    try:
        with trading_server(server_id) as server:
            read = server.clock()
    except NoSuchServer:
        raise
    except Refused:
        _note_silence(server_id, "refused")
        return False
    except Unavailable as failure:
        _note_silence(server_id, failure.why if failure.why in findings.WORDS else "busy")
        return False
    _note_sign_of_life(server_id, read, round((time.monotonic() - started) * 1000))
    return True


def forget_samples() -> int:
    """Delete old samples; returns how many."""
    old = HealthSample.objects.filter(taken_at__lt=clock.now() - SAMPLES_KEPT)
    return old.delete()[0]


@transaction.atomic
def _note_sign_of_life(server_id: uuid.UUID, read: ServerClock, took_ms: int) -> None:
    row = Server.objects.locked().get(pk=server_id)
    row.last_seen_at = clock.now()
    row.latency_ms = took_ms
    row.offset_minutes = int(read.offset.total_seconds() // 60)
    row.drift_seconds = int(read.drift.total_seconds())
    row.failing_since, row.failures_in_row, row.last_failure = None, 0, ""
    row.up_since_at = row.up_since_at or clock.now()
    if row.state == ServerState.BROKEN:
        row.move_to(ServerState.PROVEN)
        events.publish(ServerRecovered(server_id=row.pk))
    row.save()
    HealthSample.objects.create(
        server=row,
        taken_at=clock.now(),
        is_up=True,
        latency_ms=took_ms,
        drift_seconds=row.drift_seconds,
    )


@transaction.atomic
def _note_silence(server_id: uuid.UUID, why: str) -> None:
    row = Server.objects.locked().get(pk=server_id)
    row.failures_in_row += 1
    row.failing_since = row.failing_since or clock.now()
    if why != WAITING or not row.last_failure:  # a pause says less than what led to it
        row.last_failure = why
    if row.state == ServerState.PROVEN and row.failures_in_row >= BROKEN_AFTER:
        row.move_to(ServerState.BROKEN)
        row.up_since_at = None
        events.publish(ServerBroke(server_id=row.pk, reason=row.last_failure))
    row.save()
    HealthSample.objects.create(server=row, taken_at=clock.now(), is_up=False)
