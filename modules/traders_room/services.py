"""What the room does by itself: keep how a client likes to see it."""

from __future__ import annotations

import uuid

from django.db import transaction

from identity.services import people
from kernel.actor import Actor
from modules.clients import services as clients


@transaction.atomic
def keep_locale(client_id: uuid.UUID, *, language: str, time_zone: str, by: Actor) -> None:
    """Keep a client's language and time zone. Opens a transaction."""
    people.set_locale(client_id, language=language, time_zone=time_zone, by=by)
    clients.record_language(client_id, language)
