"""What the wallets module's screens have in common."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import Http404, HttpRequest

from kernel.actor import Actor
from modules.wallets.errors import NoSuchAccount, NoSuchEntry

UNPROCESSABLE = 422


class ActorRequest(HttpRequest):
    """A request that somebody stands behind."""

    actor: Actor


def own_id(request: ActorRequest) -> uuid.UUID:
    """The client who asks.

    Raises:
        Http404: An API key, or a part of the system, is nobody's client.
    """
    if request.actor.id is None:
        raise Http404
    return request.actor.id


@contextmanager
def missing_as_404() -> Iterator[None]:
    """Answer 404 for what is not there, or not the asker's."""
    try:
        yield
    except (NoSuchAccount, NoSuchEntry) as error:
        raise Http404 from error
