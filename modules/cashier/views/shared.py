"""What the cashier's screens have in common."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import Http404, HttpRequest

from kernel.actor import Actor
from modules.cashier.errors import (
    NoSuchAccount,
    NoSuchDeposit,
    NoSuchInstrument,
    NoSuchMethod,
    NoSuchTransfer,
    NoSuchWithdrawal,
)

UNPROCESSABLE = 422
_MISSING = (
    NoSuchAccount,
    NoSuchDeposit,
    NoSuchInstrument,
    NoSuchMethod,
    NoSuchTransfer,
    NoSuchWithdrawal,
)


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


def is_fragment(request: HttpRequest) -> bool:
    """Whether only a part of the page is asked for."""
    return request.headers.get("HX-Request") == "true"


def page_of(request: HttpRequest) -> int:
    """Which page of a list is asked for."""
    words = request.GET.get("page", "1")
    return int(words) if words.isdecimal() else 1


@contextmanager
def missing_as_404() -> Iterator[None]:
    """Answer 404 for what is not there, or not the asker's."""
    try:
        yield
    except _MISSING as error:
        raise Http404 from error
