"""Whether anything is sent at the moment, and what is to be looked at before it is again."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Q, QuerySet

from modules.trading.errors import NoSuchPause
from modules.trading.models import (
    Intent,
    IntentState,
    Reconciliation,
    RunState,
    SendingPause,
    TradingAccount,
)
from modules.trading.models.intents import RUNNING_STATES
from modules.trading.queries.reconciliation import proof
from modules.trading.types.pauses import PauseLine
from provisioning.servers import queries as servers

LOOKS_NEEDED = 2
"""Looks that must miss what cannot be sent again without harm."""


def is_sending_paused(server_id: uuid.UUID | None = None) -> bool:
    """Whether nothing new is sent to a server; without one, whether nothing is sent to anybody."""
    return _standing().filter(Q(server_id=None) | Q(server_id=server_id)).exists()


def last_restore_at() -> dt.datetime | None:
    """When our own database was restored last: what was asked before may have been sent since."""
    rows = SendingPause.objects.filter(server_id=None).order_by("-began_at")
    return rows.values_list("began_at", flat=True).first()


def pauses() -> tuple[PauseLine, ...]:
    """The pauses that stand, the oldest first."""
    return tuple(pause_line(row) for row in _standing().order_by("began_at"))


def pause(pause_id: uuid.UUID) -> PauseLine:
    """One of them.

    Raises:
        NoSuchPause: There is none, or it was lifted.
    """
    row = _standing().filter(pk=pause_id).first()
    if row is None:
        raise NoSuchPause
    return pause_line(row)


def pause_line(row: SendingPause) -> PauseLine:
    """One of them, with what is still to be looked at."""
    home = servers.find_server(row.server_id) if row.server_id else None
    return PauseLine(
        id=row.pk,
        server_id=row.server_id,
        server_name=home.name if home else "",
        why=row.why,
        began_at=row.began_at,
        began_by=row.began_by,
        in_doubt=_in_doubt(row).count(),
        unproven=tuple(line.name for line in servers.servers() if _is_unproven(row, line.id)),
    )


def _standing() -> QuerySet[SendingPause]:
    return SendingPause.objects.filter(lifted_at=None)


def _in_doubt(row: SendingPause) -> QuerySet[Intent]:
    """What was asked for before, and was not looked up often enough since.

    What waits behind other money of its account is looked up before it is sent, whenever its turn
    comes, so nobody has to wait for it.
    """
    rows = Intent.objects.filter(
        state__in=RUNNING_STATES, was_sent=True, asked_at__lte=row.began_at
    ).exclude(state=IntentState.WAITING)
    rows = rows.filter(lookups__lt=LOOKS_NEEDED)
    return rows if row.server_id is None else rows.filter(server_id=row.server_id)


def _is_unproven(row: SendingPause, server_id: uuid.UUID) -> bool:
    """Whether a server with accounts has not been compared since, or differs."""
    if row.server_id not in {None, server_id}:
        return False
    if not TradingAccount.objects.filter(server_id=server_id, login__isnull=False).exists():
        return False
    since = Reconciliation.objects.filter(
        server_id=server_id, state=RunState.DONE, began_at__gte=row.began_at
    )
    return not since.exists() or proof(server_id).colour != "green"
