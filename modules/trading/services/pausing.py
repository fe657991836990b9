"""After a restore: nothing is sent until what may have been lost was looked up (SAG-09).

A database that was restored, or whose standby took over, has forgotten its last minutes, and so
has a trading server that was: what waits here to be sent may have been sent already. So it counts
as in doubt, is looked up by its tag, and nothing new leaves until the servers were compared and a
person says so.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from kernel import audit, clock
from kernel.actor import Actor
from modules.trading.errors import EvidenceNeeded, NoSuchPause, NotLookedInto, PausedAlready
from modules.trading.models import DatabaseSeen, Intent, SendingPause, What
from modules.trading.models.intents import RUNNING_STATES
from modules.trading.queries.pauses import is_sending_paused, pause_line
from modules.trading.services.moving import US, tell

logger = logging.getLogger(__name__)

PAUSED_LOOK = dt.timedelta(minutes=1)

# The timeline is a new one after every restore to a moment and every promotion, the identifier
# in every other cluster; a restart changes neither.
_LIFE = """
    SELECT system_identifier || ':' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)
    FROM pg_control_system()
"""


@transaction.atomic
def pause_sending(server_id: uuid.UUID | None, *, why: str, by: Actor) -> uuid.UUID:
    """Send nothing to a server, or without one to nobody, until a person has looked.

    For a server that was restored, or for our own database. Whatever is undecided is looked up
    from now on before it is sent. Opens a transaction.

    Raises:
        EvidenceNeeded: Why?
        PausedAlready: It is so already.
    """
    if not why.strip():
        raise EvidenceNeeded
    DatabaseSeen.objects.select_for_update().filter(pk=DatabaseSeen.ONLY).first()
    if SendingPause.objects.filter(server_id=server_id, lifted_at=None).exists():
        raise PausedAlready
    row = SendingPause.objects.create(
        server_id=server_id,
        why=why.strip()[:300],
        began_at=clock.now(),
        began_by=(by.name or str(by.kind))[:200],
    )
    doubted = _doubt(server_id, row.why, by=by)
    changes = {"server": server_id, "in_doubt": doubted}
    audit.note("trading.sending_paused", about=row, by=by, changes=changes, reason=row.why)
    return row.pk


@transaction.atomic
def release_sending(pause_id: uuid.UUID, *, reason: str, by: Actor) -> None:
    """Let things be sent again. Opens a transaction.

    Raises:
        NoSuchPause: There is none, or it was lifted.
        EvidenceNeeded: No reason is given.
        NotLookedInto: Something of before is still in doubt, or a server is not proven since.
    """
    row = SendingPause.objects.select_for_update().filter(pk=pause_id, lifted_at=None).first()
    if row is None:
        raise NoSuchPause
    if not reason.strip():
        raise EvidenceNeeded
    if not pause_line(row).is_clean:
        raise NotLookedInto
    row.lifted_at, row.lifted_by = clock.now(), (by.name or str(by.kind))[:200]
    row.lifted_why = reason.strip()[:500]
    row.save(update_fields=["lifted_at", "lifted_by", "lifted_why"])
    waiting = Intent.objects.filter(state__in=RUNNING_STATES, due_at__gt=clock.now())
    if row.server_id is not None:
        waiting = waiting.filter(server_id=row.server_id)
    waiting.exclude(state="sent").update(due_at=clock.now())
    audit.note("trading.sending_released", about=row, by=by, reason=row.lifted_why)


def notice_restore() -> bool:
    """Pause everything when this is not the database that it was; whether it was so.

    Cheap, and asked before anything is sent. Opens a transaction only when something changed.
    """
    life = _life()
    seen = DatabaseSeen.objects.filter(pk=DatabaseSeen.ONLY).values_list("life", flat=True).first()
    if not life or seen == life:
        return False
    with transaction.atomic():
        row, is_first = DatabaseSeen.objects.select_for_update().get_or_create(
            pk=DatabaseSeen.ONLY, defaults={"life": life}
        )
        if is_first or row.life == life:
            return False
        was, row.life = row.life, life
        row.save(update_fields=["life"])
        if is_sending_paused():
            return False  # somebody was faster than we
        logger.error("The database is another than it was", extra={"was": was, "is": life})
        why = _("The database was restored, moved, or its standby took over.")
        pause_sending(None, why=why, by=US)
    return True


def _doubt(server_id: uuid.UUID | None, why: str, *, by: Actor) -> int:
    """Everything undecided may have been sent: it is looked up, from the beginning."""
    rows = Intent.objects.filter(state__in=RUNNING_STATES)
    if server_id is not None:
        rows = rows.filter(server_id=server_id)
    found = list(rows.order_by("pk").select_for_update(of=("self",)))
    moment = clock.now()
    for intent in found:
        intent.was_sent, intent.sent_at, intent.lookups = True, moment, 0
        intent.save(update_fields=["was_sent", "sent_at", "lookups"])
        tell(intent, What.DOUBTED, by=by, why=why)
    return len(found)


def _life() -> str:
    """Which life of which database this is; empty where we may not ask."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_LIFE)
            return str(cursor.fetchone()[0])
    except DatabaseError:
        logger.warning("PostgreSQL does not say which timeline it is in")
        return ""
