"""Whether this process lives, and whether it can serve."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from kernel import clock, pin
from kernel.access import open_to_all
from kernel.models.outbox import OutboxEvent

logger = logging.getLogger(__name__)

MOST_LAG = dt.timedelta(minutes=5)
"""An untold event older than this says that the teller stands still."""


@open_to_all("the cluster asks whether the process lives; it says nothing else")
def healthz(_request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok", content_type="text/plain")


@open_to_all("the cluster asks whether to send people here; it says only yes or no")
def readyz(_request: HttpRequest) -> HttpResponse:
    """The database, Redis and the teller answer; 503 names those that do not."""
    found = checks()
    status = 200 if all(found.values()) else 503
    words = {name: "ok" if holds else "failed" for name, holds in found.items()}
    return JsonResponse(words, status=status, headers={"Cache-Control": "no-store"})


def checks() -> Mapping[str, bool]:
    """Each thing that is needed to serve, and whether it is there."""
    return {
        "database": _holds(_database),
        "redis": _holds(_redis),
        "outbox": _holds(_outbox),
    }


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception as error:  # noqa: BLE001  # any failure is the answer "not ready"
        logger.warning("Not ready: %s: %s", check.__name__, type(error).__name__)
        return False


def _database() -> bool:
    with pin.pin(pin.PUBLIC), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _redis() -> bool:
    with pin.pin(pin.PUBLIC):
        cache.set("health", "ok", 10)
        return bool(cache.get("health") == "ok")


def _outbox() -> bool:
    with pin.pin(pin.PUBLIC):
        due = OutboxEvent.objects.filter(told_at=None, dead_at=None, attempts=0)
        return not due.filter(due_at__lt=clock.now() - MOST_LAG).exists()
