"""What vendor staff do to brokers and to what goes wrong, each deed noted."""

from __future__ import annotations

import uuid

from django.db import transaction

from console.errors import NoSuchEvent
from kernel import audit, events
from kernel.actor import Actor
from kernel.pin import PUBLIC
from tenants import queries as tenants
from tenants.work import run_in


def revive_event(event_id: uuid.UUID, *, place: uuid.UUID | None, by: Actor) -> None:
    """Put a given-up event of a broker (or of our own) back in the queue.

    Raises:
        NoSuchEvent: It is not waiting any more.
    """
    if not run_in(_schema(place), events.revive, event_id):
        raise NoSuchEvent
    _note("console.event_revived", event_id, place=place, by=by)


def drop_event(event_id: uuid.UUID, *, place: uuid.UUID | None, reason: str, by: Actor) -> None:
    """Close a given-up event for good; the row stays.

    Raises:
        NoSuchEvent: It is not waiting any more.
    """
    if not run_in(_schema(place), events.drop, event_id):
        raise NoSuchEvent
    _note("console.event_dropped", event_id, place=place, reason=reason, by=by)


def _schema(place: uuid.UUID | None) -> str:
    return tenants.get_tenant(place).schema if place else PUBLIC


@transaction.atomic
def _note(
    action: str, event_id: uuid.UUID, *, place: uuid.UUID | None, by: Actor, reason: str = ""
) -> None:
    about = f"tenant:{place}" if place else "vendor"
    audit.note(action, about=about, by=by, reason=reason, changes={"event": event_id})
