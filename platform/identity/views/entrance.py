"""Coming in by invitation, and setting up the first second factor."""

from __future__ import annotations

from typing import Any

from allauth.account.utils import get_next_redirect_url
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from identity import factors, queries, services, sessions
from identity.adapters import home_of
from identity.errors import InvitationSpent
from identity.forms.account import AcceptForm
from identity.views.frame import posted
from kernel.access import open_to_all, signed_in
from kernel.errors import Refused


@open_to_all("leads to the right door, whoever it is")
@never_cache
def front(request: HttpRequest) -> HttpResponse:
    """Send people to where they work, and strangers to sign in."""
    actor = getattr(request, "actor", None)
    return HttpResponseRedirect(home_of(request) if actor else reverse("account_login"))


@open_to_all("the token in the mail is the key")
@never_cache
@sensitive_post_parameters("password")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Take up an invitation: a name and a password, then straight to the second factor."""
    try:
        found = queries.open_invitation(token)
    except InvitationSpent as refusal:
        return render(request, "identity/spent.html", {"refusal": refusal}, status=410)
    form = AcceptForm(posted(request), email=found.email, initial={"full_name": found.full_name})
    if form.is_valid():
        try:
            person_id = services.accept(token, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            logout(request)  # whoever was signed in in this browser before
            return sessions.enter(request, person_id, reverse("identity_second_factor"))
    page = {"form": form, "invitation": found, "steps": _steps()}
    return render(request, "identity/invitation.html", page, status=422 if form.is_bound else 200)


@signed_in
@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """Choose the first second factor: a passkey or an authenticator app."""
    user: Any = request.user
    if factors.has_factor(user):
        return HttpResponseRedirect(get_next_redirect_url(request) or home_of(request))
    return render(request, "identity/second_factor.html", {"steps": _steps()})


def _steps() -> list[str]:
    return [_("Password"), _("Second factor"), _("Recovery codes")]
