"""For whom a colleague may open accounts."""

from __future__ import annotations

import uuid

from kernel.actor import Actor
from modules.clients import queries as clients
from modules.trading.errors import NoSuchAccount

OPEN = "trading.open_accounts"
LISTED = 25


def clients_to_open_for(words: str, *, by: Actor) -> tuple[tuple[uuid.UUID, str], ...]:
    """Ids and names of clients whom ``words`` match and the asker's right reaches, by name."""
    if by.scope(OPEN) is None or not words.strip():
        return ()
    found = set(clients.find_ids(words.strip()))
    reached = clients.ids_within_reach(OPEN, by=by)
    names = clients.names(found if reached is None else found & set(reached.filter(pk__in=found)))
    return tuple(sorted(names.items(), key=lambda pair: pair[1].casefold())[:LISTED])


def client_to_open_for(client_id: uuid.UUID, *, by: Actor) -> str:
    """The client's name.

    Raises:
        NoSuchAccount: There is none, or the asker's right does not reach him.
    """
    name = clients.names([client_id]).get(client_id)
    if name is None or not _is_reached(client_id, by):
        raise NoSuchAccount
    return name


def _is_reached(client_id: uuid.UUID, by: Actor) -> bool:
    if by.scope(OPEN) is None:
        return False
    reached = clients.ids_within_reach(OPEN, by=by)
    return reached is None or reached.filter(pk=client_id).exists()
