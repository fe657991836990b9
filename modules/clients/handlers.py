"""What the clients module reacts to."""

from __future__ import annotations

from identity import queries as identity
from identity.events import PersonRegistered
from kernel.actor import Actor
from modules.clients import services
from modules.clients.types import NewClient


def register_client(event: PersonRegistered) -> None:
    """Make a client of a person who registered on the broker's site."""
    person = identity.find_person(event.person_id)
    if person is None or person.kind != "client":  # gone again, or one of the house
        return
    first, _space, last = event.full_name.strip().partition(" ")
    new = NewClient(
        id=event.person_id,
        email=event.email,
        first_name=first,
        last_name=last.strip(),
        language=event.language,
    )
    services.register(new, by=Actor.system("registration"))
