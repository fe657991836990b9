"""Every refusal of the API in one shape: RFC 9457, ``application/problem+json``."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from kernel.errors import FreshFactorNeeded, OutcomeUnknown, Refused, Unavailable
from kernel.throttle import TooOften

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_MISSING = "no_such_"
"""A refusal whose code begins so, behind its owner's name, is answered 404."""


class FieldProblem(Schema):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(Schema):
    """Why the API did not do what was asked."""

    type: str
    """``about:blank``: the code says which case it is."""
    title: str
    status: int
    code: str
    """Stable; programs decide by it."""
    detail: str
    """A sentence for a person, in the language asked for."""
    request_id: str
    errors: list[FieldProblem] = []


def install(api: NinjaAPI) -> None:
    """Answer every kind of failure of ``api`` with a problem."""
    kinds: tuple[type[Exception], ...] = (
        Refused,
        Unavailable,
        OutcomeUnknown,
        FreshFactorNeeded,
        ValidationError,
        PermissionDenied,
        Http404,
        HttpError,
        Exception,
    )
    for kind in kinds:
        api.add_exception_handler(kind, answer)


def answer(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """The problem that ``error`` is. Anything unforeseen is logged and told as such."""
    for kind, told in _TELLERS:
        if isinstance(error, kind):
            return told(request, error)
    logger.error("An API operation failed", exc_info=error)  # type: ignore[arg-type]  # an instance
    return problem(request, 500, "failed", _("Something went wrong on our side."))


def problem(
    request: HttpRequest,
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, str]] = (),
) -> HttpResponse:
    """One problem as an HTTP answer."""
    body = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": getattr(request, "id", ""),
        "errors": list(errors),
    }
    response = HttpResponse(json.dumps(body), status=status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    return response


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    if error.field:
        named = [{"field": error.field, "message": str(error)}]
        return problem(request, 422, error.code, str(error), errors=named)
    is_missing = error.code.rpartition(".")[2].startswith(_MISSING)
    return problem(request, 404 if is_missing else 409, error.code, str(error))


def _too_often(request: HttpRequest, error: Any) -> HttpResponse:
    response = problem(request, 429, error.code, str(error))
    response["Retry-After"] = str(error.seconds)
    return response


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    errors = [
        {"field": ".".join(str(part) for part in item.get("loc", ())), "message": str(item["msg"])}
        for item in error.errors
    ]
    return problem(request, 422, "invalid", _("Some fields are not valid."), errors=errors)


def _http(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(request, error.status_code, "bad_request", str(error))


def _unknown_key(request: HttpRequest, _error: Any) -> HttpResponse:
    response = problem(request, 401, "not_signed_in", _("Sign in, or send a valid API key."))
    response["WWW-Authenticate"] = "Bearer"
    return response


def _simple(status: int, code: str, sentence: Callable[[], str]) -> Callable[..., HttpResponse]:
    def told(request: HttpRequest, _error: Any) -> HttpResponse:
        return problem(request, status, code, sentence())

    return told


_TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}

_TELLERS: tuple[tuple[type[Exception], Callable[..., HttpResponse]], ...] = (
    (TooOften, _too_often),
    (Refused, _refused),
    (ValidationError, _invalid),
    (AuthenticationError, _unknown_key),
    (HttpError, _http),
    (Http404, _simple(404, "not_found", lambda: _("There is no such thing here."))),
    (PermissionDenied, _simple(403, "forbidden", lambda: _("You may not do this."))),
    (
        FreshFactorNeeded,
        _simple(403, "fresh_factor_needed", lambda: _("Prove your second factor again first.")),
    ),
    (Unavailable, _simple(503, "unavailable", lambda: _("A server we need did not answer."))),
    (
        OutcomeUnknown,
        _simple(
            502,
            "outcome_unknown",
            lambda: _("We do not know yet whether it was done. Do not repeat it; look it up."),
        ),
    ),
)
