"""Who asks, whether they still may, and what they must prove first."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from identity import factors, queries, sessions
from identity.adapters import AREAS
from identity.brand import tenant_of
from identity.models import Kind, User
from kernel import audit
from kernel.errors import FreshFactorNeeded

PLAIN = "base/plain.html"
FRAMES = {
    Kind.VENDOR: "base/console.html",
    Kind.STAFF: "base/office.html",
    Kind.CLIENT: "base/room.html",
}
"""The frame of the security pages, by kind of person."""

BEFORE_FACTOR = frozenset(
    {
        "identity_second_factor",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "account_reauthenticate",
        "account_logout",
        "account_email_verification_sent",
    }
)
"""What people of the house may open before they have a second factor (AUT-01)."""


class IdentityMiddleware:
    """Sets ``request.actor``, ``request.fresh_factor``, and the frame and area of their pages.

    A session of another tenant, an idle or old one, and one of a disabled person are ended.
    People of the house pass only from an allowed address and with a second factor.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Find out who asks, then serve them in their language and time zone."""
        request.actor, request.fresh_factor = None, False
        request.frame, request.area = PLAIN, None
        request.needs_factor = request.is_elsewhere = False
        user = _visitor(request)
        if user is not None:
            _introduce(request, user)
        with ExitStack() as stack:
            if user is not None and user.language and not _has_chosen_language(request):
                stack.enter_context(translation.override(user.language))
            stack.enter_context(timezone.override(_time_zone(request, user)))
            return self.get_response(request)

    def process_view(
        self, request: Any, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Hold people of the house back until they may pass; pages open to all stay open."""
        if getattr(view, "access", "").startswith("open:"):
            return None
        if request.is_elsewhere and request.resolver_match.url_name != "account_logout":
            address = get_adapter(request).get_client_ip(request)
            return render(request, "identity/elsewhere.html", {"address": address}, status=403)
        if request.needs_factor and request.resolver_match.url_name not in BEFORE_FACTOR:
            return redirect("identity_second_factor")
        return None

    def process_exception(self, request: Any, error: Exception) -> HttpResponse | None:
        """Send whoever needs a fresh second factor to prove it, and back."""
        if not isinstance(error, FreshFactorNeeded):
            return None
        methods = get_adapter(request).get_reauthentication_methods(request.user)
        page = methods[0]["url"] if methods else reverse("identity_second_factor")
        messages.info(request, _("Confirm that it is you, then go on."))
        return HttpResponseRedirect(f"{page}?{urlencode({'next': _way_back(request)})}")


def _has_chosen_language(request: Any) -> bool:
    """Whether the language chooser of this browser was used: it comes before the profile."""
    return request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) in dict(settings.LANGUAGES)


def _visitor(request: Any) -> User | None:
    """The person of a session that still holds here."""
    if sessions.is_foreign(request):
        request.session.flush()
        return None
    user = request.user
    if not isinstance(user, User):
        return None
    if sessions.is_over(request, user):
        audit.note("identity.session_ended", about=user, by=queries.actor_of(user))
        logout(request)
        return None
    sessions.note_visit(request)
    return user


def _introduce(request: Any, user: User) -> None:
    request.actor = queries.actor_of(user)
    request.fresh_factor = SimpleLazyObject(lambda: factors.is_fresh(request))
    if user.is_of_the_house:
        address = get_adapter(request).get_client_ip(request)
        request.is_elsewhere = not queries.address_allowed(address)
        request.needs_factor = not _has_factor(request, user)
    if not (request.is_elsewhere or request.needs_factor):
        request.frame, request.area = FRAMES[Kind(user.kind)], AREAS[Kind(user.kind)]


def _has_factor(request: Any, user: User) -> bool:
    # Whoever loses the last factor loses their sessions with it, so a yes may be remembered.
    if not request.session.get(sessions.HAS_FACTOR):
        if not factors.has_factor(user):
            return False
        request.session[sessions.HAS_FACTOR] = True
    return True


def _time_zone(request: HttpRequest, user: User | None) -> str:
    own = user.time_zone if user is not None else ""
    return own or getattr(tenant_of(request), "time_zone", "") or "UTC"


def _way_back(request: HttpRequest) -> str:
    """The page to return to: this one, or the one whose button was pressed."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    before = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(before, allowed_hosts={request.get_host()})
    return before if ours and before else "/"
