"""Reading the whole history of a server in portions, beside what happens now."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Min, QuerySet

from kernel import audit, clock
from kernel.actor import Actor
from modules.trading.errors import NothingToRead, StillReading
from modules.trading.models import Backfill, BackfillState, ServerSync, TradingAccount
from modules.trading.services.reading import Look, accounts_by_login, mapped_groups
from modules.trading.services.recording import Outrun, record_deals
from provisioning.servers.port import TradingServer
from provisioning.servers.types import DealCursor, ServerClock

PORTION_S = 5.0
"""How long of one look goes to the past while there is any left."""
SPANS = (dt.timedelta(days=1), dt.timedelta(days=365), dt.timedelta(days=20 * 365))
"""The shortest window, the first one, the longest one."""
FEW, MANY = 2_000, 10_000
"""Deals of a window after which the next one is twice as long, or half as long."""
BESIDE_S = 10 * 60
"""How far history and present overlap, in seconds."""
BY = Actor.system("trading")


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """How far a portion of the past reads; moves in the transaction of its deals."""

    backfill_id: uuid.UUID
    cursor_server_s: int
    fence: int
    took_ms: int

    def __call__(self, server_id: uuid.UUID, *, new: int) -> None:
        """Move the cursor of the backfill.

        Raises:
            Outrun: A later lease has written, or somebody paused it: nothing is kept.
        """
        mine = Backfill.objects.filter(
            pk=self.backfill_id, state=BackfillState.RUNNING, fence__lte=self.fence
        )
        moved = mine.update(
            cursor_server_s=self.cursor_server_s,
            fence=self.fence,
            deals=F("deals") + new,
            worked_ms=F("worked_ms") + self.took_ms,
            worked_at=clock.now(),
        )
        if not moved:
            raise Outrun(str(server_id))


def follow_from_now(server: TradingServer, look: Look, sync: ServerSync) -> None:
    """Begin to follow what happens now, and to read the past of groups that were not read yet.

    A server that is wired is followed from that moment; its years are read beside it.
    """
    missing = _unread(look.server_id, look.groups)
    if not missing:
        return
    there = server.clock()
    with transaction.atomic():
        row = ServerSync.objects.select_for_update().get(pk=sync.pk)
        if row.cursor_server_s == 0:
            row.cursor_server_s = there.now_server_s - BESIDE_S
            row.save(update_fields=["cursor_server_s"])
            sync.cursor_server_s = row.cursor_server_s
        if not _reading(look.server_id).exists():
            _begin(look.server_id, missing, there, by=BY)


def read_past(server: TradingServer, look: Look) -> int:
    """Read a portion of the past, if any is left; return how many deals were new.

    Raises:
        Outrun: Another worker has the server by now.
    """
    row = Backfill.objects.filter(server_id=look.server_id, state=BackfillState.RUNNING).first()
    if row is None:
        return 0
    new, span = 0, _first_span(row)
    until_s = min(look.until_s, time.monotonic() + PORTION_S)
    cursor = DealCursor(server_s=row.cursor_server_s)
    while cursor.server_s < row.until_server_s:
        began = time.monotonic()
        page = server.deals_after(cursor, groups=row.groups, span=span)
        accounts = accounts_by_login(look.server_id, {deal.login for deal in page.deals})
        look.renew()
        cursor = page.cursor
        mark = Past(
            backfill_id=row.pk,
            cursor_server_s=cursor.server_s,
            fence=look.held.fence,
            took_ms=int((time.monotonic() - began) * 1000),
        )
        deals = [deal for deal in page.deals if deal.login in accounts]
        if not _is_wanted(row):
            return new
        new += record_deals(look.server_id, deals, accounts=accounts, mark=mark)
        span = _next_span(span, len(page.deals))
        if time.monotonic() > until_s:
            return new
    _end(row)
    return new


def is_reading_past(server_id: uuid.UUID) -> bool:
    """Whether a server's history is not here yet: read, or paused."""
    return _reading(server_id).exists()


def has_past_to_read(server_id: uuid.UUID) -> bool:
    """Whether the next portion may be read now."""
    return _reading(server_id).filter(state=BackfillState.RUNNING).exists()


@transaction.atomic
def start_backfill(server_id: uuid.UUID, *, by: Actor) -> uuid.UUID:
    """Have the whole history of a server read anew; what is here is kept. Opens a transaction.

    Raises:
        StillReading: Its history is being read.
        NothingToRead: No account type maps a group of it, or it was never looked at.
    """
    groups = mapped_groups(server_id)
    sync = ServerSync.objects.select_for_update().filter(pk=server_id).first()
    if sync is None or not groups or not sync.cursor_server_s:
        raise NothingToRead
    if _reading(server_id).exists():
        raise StillReading
    row = Backfill.objects.create(
        server_id=server_id,
        groups=list(groups),
        since_server_s=_since_s(server_id, dt.timedelta(0)),
        until_server_s=sync.cursor_server_s,
        began_at=clock.now(),
        asked_by=by.name,
    )
    audit.note("trading.history_reading_started", about=row, by=by)
    return row.pk


def pause_backfill(server_id: uuid.UUID, *, by: Actor) -> None:
    """Stop reading the past for now; where it stands is kept.

    Raises:
        NothingToRead: No history of it is being read.
    """
    _turn(server_id, BackfillState.RUNNING, BackfillState.PAUSED, by=by)


def resume_backfill(server_id: uuid.UUID, *, by: Actor) -> None:
    """Go on reading the past.

    Raises:
        NothingToRead: Nothing was paused.
    """
    _turn(server_id, BackfillState.PAUSED, BackfillState.RUNNING, by=by)


@transaction.atomic
def _turn(server_id: uuid.UUID, was: BackfillState, becomes: BackfillState, *, by: Actor) -> None:
    row = Backfill.objects.select_for_update().filter(server_id=server_id, state=was).first()
    if row is None:
        raise NothingToRead
    row.move_to(becomes)
    row.save(update_fields=["state"])
    audit.note(f"trading.history_reading_{becomes}", about=row, by=by)


def _unread(server_id: uuid.UUID, groups: Collection[str]) -> tuple[str, ...]:
    """Groups whose past was never read, nor is being read."""
    read: set[str] = set()
    for names in Backfill.objects.filter(server_id=server_id).values_list("groups", flat=True):
        read |= set(names)
    return tuple(sorted(set(groups) - read))


def _begin(server_id: uuid.UUID, groups: tuple[str, ...], there: ServerClock, *, by: Actor) -> None:
    Backfill.objects.create(
        server_id=server_id,
        groups=list(groups),
        since_server_s=_since_s(server_id, there.offset),
        until_server_s=there.now_server_s,
        began_at=clock.now(),
        asked_by=by.name,
    )


def _since_s(server_id: uuid.UUID, offset: dt.timedelta) -> int:
    """Seconds of the server's clock when its oldest account was opened."""
    rows = TradingAccount.objects.filter(server_id=server_id)
    oldest = rows.aggregate(oldest=Min("opened_at"))["oldest"] or clock.now()
    return int((oldest + offset).timestamp())


def _reading(server_id: uuid.UUID) -> QuerySet[Backfill]:
    states = (BackfillState.RUNNING, BackfillState.PAUSED)
    return Backfill.objects.filter(server_id=server_id, state__in=states)


def _is_wanted(row: Backfill) -> bool:
    return Backfill.objects.filter(pk=row.pk, state=BackfillState.RUNNING).exists()


def _first_span(row: Backfill) -> dt.timedelta:
    """At once to when the oldest account was opened: before that there is next to nothing."""
    empty = dt.timedelta(seconds=max(row.since_server_s - row.cursor_server_s, 0))
    return max(min(empty, SPANS[2]), SPANS[1])


def _next_span(span: dt.timedelta, deals: int) -> dt.timedelta:
    shortest, _first, longest = SPANS
    if deals < FEW:
        return min(span * 2, longest)
    return max(span / 2, shortest) if deals > MANY else span


@transaction.atomic
def _end(row: Backfill) -> None:
    kept = Backfill.objects.select_for_update().get(pk=row.pk)
    if kept.state == BackfillState.RUNNING:
        kept.move_to(BackfillState.DONE)
        kept.ended_at = clock.now()
        kept.save(update_fields=["state", "ended_at"])
