"""Who may call an operation: every one says so, and is asked before it reads anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _
from ninja.decorators import decorate_view
from ninja.errors import AuthenticationError, HttpError
from ninja.operation import Operation
from ninja.security.apikey import APIKeyBase
from ninja.security.http import HttpBearer
from ninja.utils import contribute_operation_callback

from kernel import throttle
from kernel.actor import Actor
from kernel.api import idempotency, keys, problems
from kernel.errors import FreshFactorNeeded
from kernel.logging import bind
from kernel.registry import modules, permissions
from kernel.requests import client_address

F = TypeVar("F", bound=Callable[..., Any])
Run = Callable[..., HttpResponse]

SIGNED_IN = "signed_in"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PER_ACTOR = throttle.Limit(times=600, per=dt.timedelta(minutes=1))
WRONG_KEYS = throttle.Limit(times=30, per=dt.timedelta(minutes=1))


class ApiRequest(HttpRequest):
    """A request that passed the door: somebody stands behind it."""

    actor: Actor


def api_needs(permission: str) -> Callable[[F], F]:
    """Let in people and keys that have ``permission``; stands below the router's decorator."""
    keys.ASKED_FOR.add(permission)

    def declare(operation: F) -> F:
        return _declared(operation, permission)

    return declare


def api_signed_in(operation: F) -> F:
    """Let in everyone who is signed in, and every valid key."""
    return _declared(operation, SIGNED_IN)


class BearerKey(HttpBearer):
    """``Authorization: Bearer ak_...``: says so in the description; the door has checked it."""

    def __call__(self, request: HttpRequest) -> Actor | None:
        """Whom the door let in."""
        return getattr(request, "actor", None)

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """Never asked: the door has the answer."""
        raise NotImplementedError(token, request)


class SessionCookie(APIKeyBase):
    """The session of the pages: says so in the description; the door has checked it."""

    openapi_in = "cookie"
    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> Actor | None:
        """Whom the door let in."""
        return getattr(request, "actor", None)

    def _get_key(self, request: HttpRequest) -> str | None:
        # The parent's only caller is its __call__, which stands above.
        raise NotImplementedError(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """Never asked: the door has the answer."""
        raise NotImplementedError(key, request)


def authenticate(request: HttpRequest) -> Actor:
    """Who asks: the API key when one is sent, else the session, which then needs a CSRF token.

    Raises:
        AuthenticationError: Nobody we know.
        PermissionDenied: A page of another site asks with the visitor's cookie.
        TooOften: Too many wrong keys came from this address.
    """
    scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _by_key(request, text.strip())
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise AuthenticationError
    _refuse_foreign_page(request)
    return actor


def _declared(operation: F, access: str) -> F:
    operation.api_access = access  # type: ignore[attr-defined]  # read when the API is built
    contribute_operation_callback(operation, partial(_described, access))
    return decorate_view(partial(_guarded, access))(operation)


def _described(access: str, operation: Operation) -> None:
    operation.openapi_extra = {**(operation.openapi_extra or {}), "x-permission": access}


def _guarded(access: str, run: Run) -> Run:
    @wraps(run)
    def door(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            actor = _admit(request, access)
            if request.method in SAFE or idempotency.HEADER not in request.headers:
                return run(request, **kwargs)
            return idempotency.once(request, actor, lambda: run(request, **kwargs))
        except Exception as error:  # noqa: BLE001  # the border: each failure becomes a problem
            return problems.answer(request, error)

    return door


def _admit(request: HttpRequest, access: str) -> Actor:
    _refuse_inactive_module(request)
    _refuse_nul(request)
    actor = authenticate(request)
    request.actor = actor  # type: ignore[attr-defined]  # as the identity middleware does
    bind(actor=f"{actor.kind}:{actor.id}")
    throttle.require("api", who=f"{actor.kind}:{actor.id}", limit=PER_ACTOR)
    if access != SIGNED_IN:
        _refuse_without(request, actor, access)
    return actor


def _refuse_inactive_module(request: HttpRequest) -> None:
    key = request.path_info.strip("/").split("/")[2]
    module = modules().get(key)
    if module is None or module.always_on:
        return
    if key not in request.tenant.active_modules:  # type: ignore[attr-defined]  # set by TenantMiddleware
        raise Http404


def _refuse_nul(request: HttpRequest) -> None:
    """PostgreSQL keeps no NUL: say so once here instead of failing wherever a text ends up."""
    said = unquote_to_bytes(request.get_full_path())
    if b"\0" in said or b"\0" in request.body or b"\\u0000" in request.body:
        raise HttpError(400, _("A text cannot contain the character NUL."))


def _by_key(request: HttpRequest, text: str) -> Actor:
    address = client_address(request)
    actor = keys.find_actor(text, address=address)
    if actor is None:
        throttle.require("wrong_api_key", who=address, limit=WRONG_KEYS)
        raise AuthenticationError
    request.fresh_factor = True  # type: ignore[attr-defined]  # proved when the key was issued
    return actor


def _refuse_without(request: HttpRequest, actor: Actor, permission: str) -> None:
    if not actor.may(permission):
        raise PermissionDenied(permission)
    if permissions()[permission].sensitive and not getattr(request, "fresh_factor", False):
        raise FreshFactorNeeded(permission)


def _refuse_foreign_page(request: HttpRequest) -> None:
    check = CsrfViewMiddleware(lambda _request: HttpResponse())
    request.csrf_processing_done = False  # type: ignore[attr-defined]  # Django's own flag
    check.process_request(request)
    if check.process_view(request, _nothing, (), {}) is not None:
        raise PermissionDenied("csrf")


def _nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()
