"""The id that follows a request through logs, tasks and error reports."""

from __future__ import annotations

import re
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from kernel.ids import new_id

HEADER = "X-Request-ID"
_SHAPE = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestId:
    """Takes the id that the proxy gave, or gives one, and says it in the answer.

    First of all middleware, so that everything after it is logged under the id.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Bind the id for the time of the request."""
        given = request.headers.get(HEADER, "")
        request_id = given if _SHAPE.fullmatch(given) else new_id().hex
        request.id = request_id  # type: ignore[attr-defined]  # read by problem answers
        # A thread serves many: what the last request said of its actor must be gone. Not cleared
        # afterwards, for Django logs a failed request when all middleware is done.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = self.get_response(request)
        response[HEADER] = request_id
        return response


def request_id() -> str:
    """The id of the present request or of the one that caused this task; empty outside both."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def client_address(request: HttpRequest) -> str:
    """The address that the request came from, past our own ``PROXY_HOPS`` proxies.

    Each proxy appends who it heard from, so only that many entries from the right are ours;
    what stands further left was written by the visitor and proves nothing.
    """
    hops: int = getattr(settings, "PROXY_HOPS", 0)
    said = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    if hops and len(said) >= hops and said[-hops]:
        return said[-hops]
    return str(request.META.get("REMOTE_ADDR", ""))
