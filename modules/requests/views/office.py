"""The queue in the back office, and one request of it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kernel.access import needs, refusals_as_messages
from kernel.errors import Refused
from kernel.storage import private_url
from kernel.views import UNPROCESSABLE, ActorRequest, page_or_part, show_refusal
from modules.requests import queries, services
from modules.requests.forms import (
    BulkForm,
    NoteForm,
    QuestionForm,
    QueueForm,
    ReasonForm,
    RemarkForm,
    uploads,
)
from modules.requests.types import RequestSheet
from modules.requests.views.shared import missing_as_404, refuse_stale


@needs("requests.see_requests")
def queue(request: ActorRequest) -> HttpResponse:
    """What waits: for the asker's decision, or all of it."""
    form = QueueForm(request.GET)
    wanted = form.wanted()
    counted = queries.counts(by=request.actor)
    context = {
        "form": form,
        "wanted": wanted,
        "found": queries.queue(wanted, by=request.actor),
        "is_narrowed": bool(wanted.kind or wanted.state or wanted.age or wanted.words),
        "tabs": [
            {
                "label": _("My decisions"),
                "url": "?of=mine",
                "current": wanted.is_mine,
                "count": counted["mine"],
            },
            {
                "label": _("All requests"),
                "url": "?of=all",
                "current": not wanted.is_mine,
                "count": counted["open"],
            },
        ],
    }
    return page_or_part(request, "requests/queue.html", "requests/rows.html", context)


@needs("requests.see_requests")
def detail(request: ActorRequest, request_id: uuid.UUID) -> HttpResponse:
    """One request: evidence, story, who decides next."""
    return _page(request, _found(request, request_id))


@needs("requests.see_requests")
@require_POST
def approve(request: ActorRequest, request_id: uuid.UUID) -> HttpResponse:
    """Approve the level that decides now."""
    found = _found(request, request_id)
    refuse_stale(request, found.line.kind)
    form = NoteForm(request.POST)
    note = form.cleaned_data["reason"] if form.is_valid() else ""
    with refusals_as_messages(request):
        if services.approve(request_id, by=request.actor, reason=note):
            messages.success(request, _("Approved."))
        else:
            messages.success(request, _("Approved. The next level decides now."))
    return redirect("office:requests:request", request_id)


@needs("requests.see_requests")
@require_POST
def refuse(request: ActorRequest, request_id: uuid.UUID) -> HttpResponse:
    """Turn a request down."""
    found = _found(request, request_id)
    refuse_stale(request, found.line.kind)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, found, reason=form)
    with refusals_as_messages(request):
        services.refuse(request_id, by=request.actor, **form.cleaned_data)
        messages.success(request, _("The request was turned down."))
    return redirect("office:requests:request", request_id)


@needs("requests.see_requests")
@require_POST
def ask_for_more(request: ActorRequest, request_id: uuid.UUID) -> HttpResponse:
    """Ask the client for what is missing."""
    found = _found(request, request_id)
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, question=form)
    with refusals_as_messages(request):
        services.ask_for_more(request_id, by=request.actor, **form.cleaned_data)
        messages.success(request, _("The client was asked."))
    return redirect("office:requests:request", request_id)


@needs("requests.see_requests")
@require_POST
def answer(request: ActorRequest, request_id: uuid.UUID) -> HttpResponse:
    """Answer for the client, or what a colleague was asked."""
    return _say(request, request_id, is_answer=True)


@needs("requests.see_requests")
@require_POST
def remark(request: ActorRequest, request_id: uuid.UUID) -> HttpResponse:
    """Add a line or a file to the case log."""
    return _say(request, request_id, is_answer=False)


@needs("requests.see_requests")
@require_POST
def cancel(request: ActorRequest, request_id: uuid.UUID) -> HttpResponse:
    """Take back what the asker himself asked for."""
    _found(request, request_id)
    with refusals_as_messages(request):
        services.cancel(request_id, by=request.actor)
        messages.success(request, _("The request was cancelled."))
    return redirect("office:requests:request", request_id)


@needs("requests.see_requests")
@require_POST
def approve_many(request: ActorRequest) -> HttpResponse:
    """Approve the ticked requests, each checked by itself."""
    form = BulkForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Tick at least one request."))
        return redirect("office:requests:queue")
    chosen = form.cleaned_data["request_id"]
    for one in chosen:
        with missing_as_404():
            refuse_stale(request, queries.sheet(one, by=request.actor).line.kind)
    outcomes = services.approve_many(chosen, by=request.actor)
    done = sum(one.is_last for one in outcomes)
    if done:
        words = ngettext("%(count)s request approved.", "%(count)s requests approved.", done)
        messages.success(request, words % {"count": done})
    for one in outcomes:
        facts = {
            "title": one.title,
            "why": one.refused or _("Approved. The next level decides now."),
        }
        if not one.is_last:
            tell = messages.error if one.refused else messages.success
            tell(request, _("%(title)s: %(why)s") % facts)
    return redirect("office:requests:queue")


@needs("requests.see_requests")
def paper(request: ActorRequest, paper_id: uuid.UUID) -> HttpResponse:
    """A file of a request."""
    with missing_as_404():
        name = queries.paper(paper_id, by=request.actor)
    return redirect(private_url(name, to=request.actor))


def _say(request: ActorRequest, request_id: uuid.UUID, *, is_answer: bool) -> HttpResponse:
    found = _found(request, request_id)
    form = RemarkForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, found, remark=form)
    words = {"text": form.cleaned_data["text"], "files": uploads(form.cleaned_data["papers"])}
    try:
        if is_answer:
            services.answer(request_id, by=request.actor, **words)
        else:
            is_inner = form.cleaned_data["is_inner"]
            services.remark(request_id, by=request.actor, is_inner=is_inner, **words)
    except Refused as refusal:
        show_refusal(form, refusal)
        return _page(request, found, remark=form)
    return redirect("office:requests:request", request_id)


def _found(request: ActorRequest, request_id: uuid.UUID) -> RequestSheet:
    with missing_as_404():
        return queries.sheet(request_id, by=request.actor)


def _page(request: ActorRequest, found: RequestSheet, **filled: Any) -> HttpResponse:
    context = {
        "found": found,
        "line": found.line,
        "note_form": NoteForm(prefix="note"),
        "reason_form": filled.get("reason") or ReasonForm(),
        "question_form": filled.get("question") or QuestionForm(),
        "remark_form": filled.get("remark") or RemarkForm(),
        "is_own": found.asked_by_id == request.actor.id,
        "opened": next(iter(filled), ""),
    }
    status = UNPROCESSABLE if filled else 200
    return render(request, "requests/request.html", context, status=status)
