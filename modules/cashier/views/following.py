"""Finance looks after failed deposits, and sends back what came for those it turned down."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kernel import audit
from kernel.access import needs, refusals_as_messages
from kernel.spreadsheets import csv_lines
from kernel.views import ActorRequest, csv_file
from modules.cashier import queries, services
from modules.cashier.forms import ApproveForm, NoteForm, OutcomeForm, PaidForm, ReasonForm
from modules.cashier.queries import followups
from modules.cashier.types.deposits import CaseView
from modules.cashier.views.shared import missing_as_404, page_of

_EXPORTED = (
    "deposit",
    "client",
    "amount",
    "currency",
    "kind",
    "state",
    "opened_at",
    "times",
    "taken_by",
    "outcome",
    "reason",
    "ended_at",
)


@require_GET
@needs("cashier.see_deposits")
def follow_ups(request: ActorRequest) -> HttpResponse:
    """Failed deposits that somebody looks after: mine, all open ones, closed ones."""
    tab = request.GET.get("tab", "open")
    counted = followups.follow_up_counts(by=request.actor)
    titles = {"mine": _("My tasks"), "open": _("Open tasks"), "closed": _("Closed tasks")}
    context = {
        "tab": tab,
        "found": followups.follow_ups(tab, by=request.actor, page=page_of(request)),
        "may_follow_up": request.actor.may("cashier.follow_up"),
        "tabs": [
            {"label": title, "url": f"?tab={key}", "current": key == tab, "count": counted[key]}
            for key, title in titles.items()
        ],
    }
    return render(request, "cashier/follow_ups.html", context)


@require_GET
@needs("cashier.see_deposits")
def export(request: ActorRequest) -> StreamingHttpResponse:
    """Every such deposit within reach, as comma-separated values."""
    audit.note("cashier.follow_ups_exported", about="cashier.FollowUp:*", by=request.actor)
    rows = list(followups.follow_up_rows(by=request.actor))
    return csv_file("failed-deposits.csv", csv_lines(_EXPORTED, rows))


@require_POST
@needs("cashier.follow_up")
def take(request: ActorRequest, deposit_id: uuid.UUID) -> HttpResponse:
    """Look after it from now on."""
    _found(request, deposit_id)
    act = partial(services.take_follow_up, deposit_id)
    return _done(request, deposit_id, act, _("You look after it now."))


@require_POST
@needs("cashier.follow_up")
def note(request: ActorRequest, deposit_id: uuid.UUID) -> HttpResponse:
    """Write down what was found or said."""
    _found(request, deposit_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _refused(request, deposit_id, _("Write a note."))
    act = partial(services.note_follow_up, deposit_id, form.cleaned_data["note"])
    return _done(request, deposit_id, act, _("The note was kept."))


@require_POST
@needs("cashier.follow_up")
def close(request: ActorRequest, deposit_id: uuid.UUID) -> HttpResponse:
    """Say what came of it."""
    _found(request, deposit_id)
    form = OutcomeForm(request.POST)
    if not form.is_valid():
        return _refused(request, deposit_id, _("Choose an outcome and give a reason."))
    act = partial(services.close_follow_up, deposit_id, **form.told())
    return _done(request, deposit_id, act, _("The task is closed. News opens it again."))


@require_POST
@needs("cashier.decide_deposits")
def send_back(request: ActorRequest, deposit_id: uuid.UUID) -> HttpResponse:
    """Turn a deposit down whose money has come: it goes back."""
    found = _found(request, deposit_id)
    amount = ApproveForm(request.POST, currency=found.view.line.pay.currency)
    reason = ReasonForm(request.POST)
    if not amount.is_valid() or not reason.is_valid():
        wrong = _("Enter the amount that was received, and a reason.")
        return _refused(request, deposit_id, wrong)
    act = partial(
        services.send_back_deposit,
        deposit_id,
        amount.cleaned_data["received"],
        reason.cleaned_data["reason"],
    )
    said = _("Rejected. Another colleague sends the money back.")
    return _done(request, deposit_id, act, said)


@require_POST
@needs("cashier.pay_out")
def sent_back(request: ActorRequest, deposit_id: uuid.UUID) -> HttpResponse:
    """It was sent back outside, with its reference."""
    _found(request, deposit_id)
    form = PaidForm(request.POST)
    if not form.is_valid():
        return _refused(request, deposit_id, _("Enter the reference of the payment."))
    act = partial(services.record_sent_back, deposit_id, **form.cleaned_data)
    said = _("Recorded as sent back. The client reads it.")
    return _done(request, deposit_id, act, said)


@require_POST
@needs("cashier.pay_out")
def turned_away(request: ActorRequest, deposit_id: uuid.UUID) -> HttpResponse:
    """What was sent back came to us again."""
    _found(request, deposit_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _refused(request, deposit_id, _("Give a reason."))
    act = partial(services.record_turned_away, deposit_id, reason=form.cleaned_data["note"])
    return _done(request, deposit_id, act, _("It is owed again."))


def _found(request: ActorRequest, deposit_id: uuid.UUID) -> CaseView:
    with missing_as_404():
        return queries.case(deposit_id, by=request.actor)


def _refused(request: ActorRequest, deposit_id: uuid.UUID, wrong: str) -> HttpResponse:
    messages.error(request, wrong)
    return redirect("office:cashier:deposit", deposit_id)


def _done(
    request: ActorRequest, deposit_id: uuid.UUID, act: Callable[..., object], said: str
) -> HttpResponse:
    with refusals_as_messages(request), missing_as_404():
        act(by=request.actor)
        messages.success(request, said)
    return redirect("office:cashier:deposit", deposit_id)
