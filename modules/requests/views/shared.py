"""What the screens of requests have in common."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import Http404, HttpRequest

from kernel.actor import Actor
from kernel.errors import FreshFactorNeeded
from modules.requests import queries
from modules.requests.errors import NoSuchKind, NoSuchRequest

UNPROCESSABLE = 422


class ActorRequest(HttpRequest):
    """A request that somebody stands behind."""

    actor: Actor
    fresh_factor: bool


def own_id(request: ActorRequest) -> uuid.UUID:
    """The client who asks.

    Raises:
        Http404: An API key, or a part of the system, is nobody's client.
    """
    if request.actor.id is None:
        raise Http404
    return request.actor.id


def is_fragment(request: HttpRequest) -> bool:
    """Whether only a part of the page is asked for."""
    return request.headers.get("HX-Request") == "true"


@contextmanager
def missing_as_404() -> Iterator[None]:
    """Answer 404 for what is not there, or not the asker's."""
    try:
        yield
    except (NoSuchRequest, NoSuchKind) as error:
        raise Http404 from error


def refuse_stale(request: HttpRequest, kind: str) -> None:
    """Ask for a fresh second factor where the right to decide ``kind`` is a sensitive one.

    Raises:
        FreshFactorNeeded: It was proved too long ago.
    """
    code = queries.sensitive_right(kind)
    if code and not getattr(request, "fresh_factor", False):
        raise FreshFactorNeeded(code)
