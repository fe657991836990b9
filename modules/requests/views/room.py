"""The client's own requests: where each stands, why, and what he can do about it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kernel.access import needs, refusals_as_messages
from kernel.errors import Refused
from kernel.storage import private_url
from kernel.views import UNPROCESSABLE, ActorRequest, own_id, show_refusal
from modules.requests import queries, services
from modules.requests.forms import WordsForm, uploads
from modules.requests.types import RequestSheet
from modules.requests.views.shared import missing_as_404


@needs("requests.own_requests")
def requests(request: ActorRequest) -> HttpResponse:
    """Everything that the client asked for."""
    lines = queries.asked_by_client(own_id(request))
    return render(request, "requests/own.html", {"lines": lines})


@needs("requests.own_requests")
def detail(request: ActorRequest, request_id: uuid.UUID) -> HttpResponse:
    """One of the client's requests."""
    return _page(request, _own(request, request_id), WordsForm())


@needs("requests.own_requests")
@require_POST
def answer(request: ActorRequest, request_id: uuid.UUID) -> HttpResponse:
    """Say or send what was missing."""
    found = _own(request, request_id)
    form = WordsForm(request.POST, request.FILES)
    if form.is_valid():
        words = {"text": form.cleaned_data["text"], "files": uploads(form.cleaned_data["papers"])}
        try:
            services.answer(request_id, by=request.actor, **words)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Your answer was sent."))
            return redirect("room:requests:request", request_id)
    return _page(request, found, form, status=UNPROCESSABLE)


@needs("requests.own_requests")
@require_POST
def cancel(request: ActorRequest, request_id: uuid.UUID) -> HttpResponse:
    """Take a request back."""
    _own(request, request_id)
    with refusals_as_messages(request):
        services.cancel(request_id, by=request.actor)
        messages.success(request, _("The request was cancelled."))
    return redirect("room:requests:request", request_id)


@needs("requests.own_requests")
def paper(request: ActorRequest, paper_id: uuid.UUID) -> HttpResponse:
    """A file of one of the client's requests."""
    with missing_as_404():
        name = queries.own_paper(paper_id, own_id(request))
    return redirect(private_url(name, to=request.actor))


def _own(request: ActorRequest, request_id: uuid.UUID) -> RequestSheet:
    with missing_as_404():
        return queries.own_sheet(request_id, own_id(request))


def _page(
    request: ActorRequest, found: RequestSheet, form: WordsForm, *, status: int = 200
) -> HttpResponse:
    context = {"found": found, "line": found.line, "form": form}
    return render(request, "requests/own_request.html", context, status=status)
