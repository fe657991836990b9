"""Who is acting in the console."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from kernel.actor import Actor


def actor_of(request: HttpRequest) -> Actor:
    """The person behind a request that ``@needs`` has let in.

    Raises:
        PermissionDenied: There is nobody.
    """
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise PermissionDenied
    return actor
