"""What the clients module reacts to."""

from __future__ import annotations

from identity.events import PersonRegistered
from modules.clients import services
from modules.clients.errors import NoSuchClient


def register_client(event: PersonRegistered) -> None:
    """Make a client of a person who registered on the broker's site."""
    try:
        services.ensure_client(event.person_id)
    except NoSuchClient:  # gone again, or one of the house
        return
