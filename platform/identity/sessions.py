"""Sessions: bound to one tenant, ended when idle too long or simply too old."""

from __future__ import annotations

import datetime as dt
import uuid

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from identity.models import User
from kernel import clock, pin

TENANT = "identity.tenant"
SIGNED_IN = "identity.signed_in"
SEEN = "identity.seen"
HAS_FACTOR = "identity.has_factor"
_NOTED_EVERY = dt.timedelta(minutes=1)
"""How often a visit is written down, so that reading costs no write."""


def enter(request: HttpRequest, person_id: uuid.UUID, next_url: str) -> HttpResponse:
    """Sign in a person who chose their password a moment ago, and send them to ``next_url``."""
    user = User.objects.get(pk=person_id)
    record_authentication(request, user, method="password", email=user.email)
    response: HttpResponse = perform_login(request, user, redirect_url=next_url)
    return response


def begin(request: HttpRequest) -> None:
    """Bind a new session to this tenant and start its clocks."""
    request.session[TENANT] = pin.current()
    request.session[SIGNED_IN] = request.session[SEEN] = clock.now().isoformat()


def is_foreign(request: HttpRequest) -> bool:
    """Whether the session was begun in another tenant."""
    begun_in: str = request.session.get(TENANT, pin.current())
    return begun_in != pin.current()


def is_over(request: HttpRequest, user: User) -> bool:
    """Whether the session has been idle, or has lasted, longer than allowed."""
    if SEEN not in request.session:
        begin(request)
    idle, whole = _limits(request, user)
    now = clock.now()
    return now - _at(request, SEEN) > idle or now - _at(request, SIGNED_IN) > whole


def note_visit(request: HttpRequest) -> None:
    """Remember that the person was here, at most once a minute."""
    now = clock.now()
    if now - _at(request, SEEN) < _NOTED_EVERY:
        return
    request.session[SEEN] = now.isoformat()
    UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=now)


def _limits(request: HttpRequest, user: User) -> tuple[dt.timedelta, dt.timedelta]:
    if user.is_of_the_house:
        return settings.IDENTITY_STAFF_IDLE, settings.IDENTITY_STAFF_SESSION
    if request.session.get_expire_at_browser_close():
        return settings.IDENTITY_CLIENT_IDLE, settings.IDENTITY_CLIENT_SESSION
    return settings.IDENTITY_REMEMBERED_IDLE, settings.IDENTITY_REMEMBERED_SESSION


def _at(request: HttpRequest, key: str) -> dt.datetime:
    return dt.datetime.fromisoformat(request.session[key])
