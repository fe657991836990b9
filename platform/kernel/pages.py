"""The pages of failure: what went wrong, whether it is reported, where to go."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from kernel.requests import request_id

logger = logging.getLogger(__name__)

_LAST_RESORT = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Error</title>'
    "<h1>Something went wrong on our side</h1><p>It has been reported. Please try again.</p>"
)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """403: signed in, but the role does not allow it."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """404: no such page, or not for this tenant."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours; it must answer even when the database or the look is gone."""
    words = {"request_id": request_id()}
    for wanted in (request, None):
        try:
            return HttpResponse(render_to_string("500.html", words, wanted), status=500)
        except Exception:  # whatever broke the page may break its frame too
            logger.exception("The error page could not be drawn")
    return HttpResponse(_LAST_RESORT, status=500)
