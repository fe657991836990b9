"""What the trading module's screens have in common."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import Http404, HttpRequest

from kernel.actor import Actor
from modules.trading.errors import NoSuchAccount, NoSuchType
from modules.trading.types import Curve

UNPROCESSABLE = 422
RANGES = ("1w", "1m", "3m", "ytd", "all")


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


def reference(account_id: uuid.UUID) -> str:
    """How requests name an account."""
    return f"trading.TradingAccount:{account_id}"


def is_fragment(request: HttpRequest) -> bool:
    """Whether only a part of the page is asked for."""
    return request.headers.get("HX-Request") == "true"


def range_of(request: HttpRequest) -> str:
    """The range of the chart that is asked for; three months unless told."""
    wanted = request.GET.get("range", "3m")
    return wanted if wanted in RANGES else "3m"


@contextmanager
def missing_as_404() -> Iterator[None]:
    """Answer 404 for what is not there, or not the asker's."""
    try:
        yield
    except (NoSuchAccount, NoSuchType) as error:
        raise Http404 from error


def chart(found: Curve, labels: tuple[str, str]) -> dict[str, Any]:
    """A curve as the chart component reads it."""
    return {
        "t": found.at,
        "a": found.equity,
        "b": found.balance,
        "labels": labels,
        "currency": found.currency,
    }
