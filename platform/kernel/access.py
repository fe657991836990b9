"""Who may call a view. Every view says so; a test walks the URLs to make sure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeAlias

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from kernel.actor import Actor
from kernel.errors import FreshFactorNeeded, Refused
from kernel.registry import modules, permissions

View: TypeAlias = Callable[..., HttpResponseBase]


def needs(permission: str) -> Callable[[View], View]:
    """Let in only people whose role grants ``permission``.

    Anonymous people are sent to sign in; a sensitive permission asks for a fresh second
    factor (the identity middleware answers :class:`FreshFactorNeeded`).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = _actor(request)
            if actor is None:
                return redirect_to_login(request.get_full_path())
            if not actor.may(permission):
                raise PermissionDenied(permission)
            if permissions()[permission].sensitive and not getattr(request, "fresh_factor", False):
                raise FreshFactorNeeded(permission)
            return view(request, *args, **kwargs)

        return _declared(guarded, permission)

    return decorate


def signed_in(view: View) -> View:
    """Let in everyone who is signed in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if _actor(request) is None:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return _declared(guarded, "signed_in")


def open_to_all(reason: str) -> Callable[[View], View]:
    """Let in everyone, for the ``reason`` given."""

    def decorate(view: View) -> View:
        @wraps(view)
        def unguarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, *args, **kwargs)

        return _declared(unguarded, f"open: {reason}")

    return decorate


@contextmanager
def refusals_as_messages(request: HttpRequest) -> Iterator[None]:
    """Show a refusal to the person as a message instead of failing the request."""
    try:
        yield
    except Refused as refusal:
        messages.error(request, str(refusal))


class ModuleGate:
    """Answers 404 for the screens of a module that the tenant has not switched on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; the gate stands in :meth:`process_view`."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: View, _args: Any, _kwargs: Any) -> None:
        """Read the module from the second namespace: ``office:ib:partners``.

        Raises:
            Http404: The module is not active here.
        """
        match = request.resolver_match
        key = match.namespaces[1] if match and len(match.namespaces) > 1 else None
        module = modules().get(key) if key else None
        if module is None or module.always_on:
            return
        if module.key not in request.tenant.active_modules:  # type: ignore[attr-defined]  # set by TenantMiddleware
            raise Http404


def _actor(request: HttpRequest) -> Actor | None:
    return getattr(request, "actor", None)


def _declared(view: View, access: str) -> View:
    view.access = access  # type: ignore[attr-defined]  # read by the test that walks the URLs
    return view
