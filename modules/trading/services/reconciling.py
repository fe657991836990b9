"""Proving that a trading server and we agree: everything, in both directions, in portions."""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable, Mapping

from django.db import transaction

from kernel import audit, clock, locks
from kernel.actor import Actor
from kernel.errors import Refused, Unavailable
from kernel.events import publish
from modules.trading.errors import NotFollowed, StillComparing, StillReading
from modules.trading.events import ReconciliationFinished
from modules.trading.models import Reconciliation, RunState, ServerSync, Stage
from modules.trading.services import differing, stages
from modules.trading.services.backfilling import is_reading_past
from modules.trading.services.reading import mapped_groups
from modules.trading.services.recording import Outrun
from modules.trading.services.stages import Portion, Turn
from modules.trading.services.syncing import followed_servers
from provisioning.servers import queries as servers
from provisioning.servers.port import TradingServer
from provisioning.servers.services import trading_server

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=2)
TURN_S = 30.0
"""After this long a comparison lets others have the worker; it goes on where it stands."""
GIVEN_UP_AFTER = dt.timedelta(hours=6)
"""A server that did not answer for so long is compared anew, from the beginning."""
QUIET_HOURS = range(3, 6)
"""Of the server's clock: after rollover and its reports, before Europe trades."""
BY = Actor.system("trading")

_STAGES: Mapping[Stage, Callable[[TradingServer, Turn], Portion]] = {
    Stage.GROUPS: stages.groups,
    Stage.ACCOUNTS: stages.accounts,
    Stage.POSITIONS: stages.positions,
    Stage.DEALS: stages.deals,
    Stage.BALANCES: stages.balances,
}
_ORDER = tuple(_STAGES)


@transaction.atomic
def start_reconciliation(server_id: uuid.UUID, *, by: Actor, is_nightly: bool = False) -> uuid.UUID:
    """Begin to compare a server with what is here; a task does the work. Opens a transaction.

    Raises:
        NotFollowed: Nothing is read from it.
        StillReading: Its history is not here yet, so everything would differ.
        StillComparing: It is being compared.
    """
    sync = ServerSync.objects.select_for_update().filter(pk=server_id).first()
    if sync is None or sync.pulled_at is None or not mapped_groups(server_id):
        raise NotFollowed
    if is_reading_past(server_id):
        raise StillReading
    if Reconciliation.objects.filter(server_id=server_id, state=RunState.RUNNING).exists():
        raise StillComparing
    moment = clock.now()
    run = Reconciliation.objects.create(
        server_id=server_id,
        is_nightly=is_nightly,
        asked_by=by.name,
        began_at=moment,
        worked_at=moment,
    )
    audit.note("trading.reconciliation_started", about=run, by=by)
    return run.pk


def start_nightly() -> tuple[uuid.UUID, ...]:
    """Begin the night's comparisons that are due, and return all runs that are to go on."""
    for server_id in followed_servers():
        if _is_due(server_id):
            try:
                start_reconciliation(server_id, by=BY, is_nightly=True)
            except Refused:
                continue  # it is read or compared at the moment: the next look tries again
    _give_up_stuck()
    running = Reconciliation.objects.filter(state=RunState.RUNNING).order_by("began_at")
    return tuple(running.values_list("pk", flat=True))


def reconcile(run_id: uuid.UUID) -> bool:
    """Do a portion of a comparison; return whether there is more to be done.

    Talks over the network, outside any transaction. May be killed at any moment and called by any
    number of workers: a lease lets one work, what was compared is kept portion by portion.
    """
    run = Reconciliation.objects.filter(pk=run_id, state=RunState.RUNNING).first()
    if run is None:
        return False
    held = locks.acquire(f"trading.reconcile:{run.server_id}", lasts=LEASE)
    if held is None:
        return False
    try:
        with trading_server(run.server_id) as server:
            return _work(server, run, held)
    except (Refused, Unavailable) as failure:
        Reconciliation.objects.filter(pk=run_id).update(failure=str(failure)[:200])
        return False
    except (Outrun, locks.LeaseLost):
        logger.warning("Another worker compares by now", extra={"run": str(run_id)})
        return False
    finally:
        locks.release(held)


def _work(server: TradingServer, run: Reconciliation, held: locks.Held) -> bool:
    groups = mapped_groups(run.server_id)
    until_s = time.monotonic() + TURN_S
    while run.state == RunState.RUNNING:
        if time.monotonic() > until_s:
            return True
        turn = Turn(run=run, groups=groups, until_s=until_s)
        portion = _STAGES[Stage(run.stage)](server, turn)
        held = locks.renew(held, lasts=LEASE)
        _keep(run, portion, fence=held.fence)
    return False


@transaction.atomic
def _keep(run: Reconciliation, portion: Portion, *, fence: int) -> None:
    """Write down a portion: what was found, how far it came, and the end if that was it."""
    mine = Reconciliation.objects.filter(pk=run.pk, state=RunState.RUNNING, fence__lte=fence)
    if not mine.update(fence=fence):
        raise Outrun(str(run.pk))
    run.fence = fence
    run.kept_back += differing.note_differences(run, portion.found)
    for name, number in portion.counted.items():
        setattr(run, name, getattr(run, name) + number)
    run.cursor, run.end, run.worked_at, run.failure = portion.cursor, portion.end, clock.now(), ""
    if portion.is_last:
        _next_stage(run)
    run.save()


def _next_stage(run: Reconciliation) -> None:
    place = _ORDER.index(Stage(run.stage)) + 1
    run.cursor, run.end = 0, 0
    if place < len(_ORDER):
        run.stage = _ORDER[place]
        return
    differing.settle(run)
    run.state, run.ended_at = RunState.DONE, clock.now()
    publish(
        ReconciliationFinished(
            run_id=run.pk,
            server_id=run.server_id,
            is_even=not run.unexplained,
            found=run.found,
            unexplained=run.unexplained,
            finished_at=run.ended_at,
        )
    )


def _is_due(server_id: uuid.UUID) -> bool:
    """Whether it is the quiet hour on a server's clock and it was not compared this night."""
    line = servers.find_server(server_id)
    if line is None:
        return False
    offset = dt.timedelta(minutes=line.offset_minutes or 0)
    there = clock.now() + offset
    if there.hour not in QUIET_HOURS:
        return False
    tonight = there.replace(hour=QUIET_HOURS.start, minute=0, second=0, microsecond=0) - offset
    runs = Reconciliation.objects.filter(server_id=server_id, began_at__gte=tonight)
    return not runs.exclude(state=RunState.STOPPED).exists()


def _give_up_stuck() -> None:
    moment = clock.now()
    Reconciliation.objects.filter(
        state=RunState.RUNNING, worked_at__lt=moment - GIVEN_UP_AFTER
    ).update(state=RunState.STOPPED, ended_at=moment)
