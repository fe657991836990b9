"""The pages of the public site, put together; and what a browser's session remembers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from console.site import menu
from console.site.forms import CodeForm, PlanForm
from kernel.errors import Refused
from kernel.throttle import Limit
from provisioning.runs import queries, slugs
from provisioning.runs.types import SignUpView

SIGN_UPS = Limit(times=20, per=dt.timedelta(hours=1))
ADDRESSES = Limit(times=120, per=dt.timedelta(minutes=1))
UNPAID = ("started", "confirmed", "paying")

_REMEMBERED = "sign_ups"
_MOST_REMEMBERED = 10


def plan(
    request: HttpRequest, form: PlanForm, chosen: Collection[str], status: int = 200
) -> HttpResponse:
    """The plan page: the menu with ``chosen`` ticked, the total, the form."""
    words = {
        "form": form,
        "lines": menu.menu(chosen),
        "total": menu.total(chosen),
        "suffix": slugs.host_of("you"),
    }
    return render(request, "site/plan.html", words, status=status)


def status(
    request: HttpRequest, view: SignUpView, form: CodeForm, status: int = 200
) -> HttpResponse:
    """The page of a sign-up in whatever state it is."""
    words = {
        **_progress_words(view),
        "form": form,
        "total": menu.total(view.plan.modules),
        "just_paid": "paid" in request.GET,
    }
    return render(request, "site/sign_up.html", words, status=status)


def progress(request: HttpRequest, view: SignUpView) -> HttpResponse:
    """The fragment with the steps of the run."""
    return render(request, "site/_progress.html", _progress_words(view))


def _progress_words(view: SignUpView) -> dict[str, object]:
    return {
        "sign_up": view,
        "run": queries.find_run_of(view.id),
        "host": slugs.host_of(view.plan.slug),
        "broker_url": slugs.broker_url(view.plan.slug),
    }


def explain(form: forms.Form, refusal: Refused) -> None:
    """Put a refusal's sentence where it belongs in the form."""
    field = refusal.field if refusal.field in form.fields else None
    form.add_error(field, str(refusal))


def as_initial(view: SignUpView) -> dict[str, object]:
    """What the form showed when it was sent."""
    words = view.plan
    return {
        "company": words.company,
        "slug": words.slug,
        "email": words.email,
        "country": words.country,
        "locale": words.locale,
        "time_zone": words.time_zone,
    }


def address_of(request: HttpRequest) -> str:
    """Where the request comes from, for limits."""
    return str(request.META.get("REMOTE_ADDR", ""))


def remember(request: HttpRequest, sign_up_id: uuid.UUID) -> None:
    """Let this browser see the sign-up from now on."""
    known = [one for one in request.session.get(_REMEMBERED, []) if one != str(sign_up_id)]
    request.session[_REMEMBERED] = [*known, str(sign_up_id)][-_MOST_REMEMBERED:]


def is_remembered(request: HttpRequest, sign_up_id: uuid.UUID) -> bool:
    """Whether this browser may see the sign-up."""
    return str(sign_up_id) in request.session.get(_REMEMBERED, [])


def own_id(request: HttpRequest) -> uuid.UUID | None:
    """The sign-up that this browser began last, which may keep its own subdomain."""
    known = request.session.get(_REMEMBERED, [])
    return uuid.UUID(known[-1]) if known else None
