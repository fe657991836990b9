"""Finance looks at deposits and decides those that need a person."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kernel.access import needs, refusals_as_messages
from kernel.views import UNPROCESSABLE, ActorRequest, page_or_part
from modules.cashier import queries, services
from modules.cashier.forms import ApproveForm, NoteForm, OutcomeForm, PaidForm, ReasonForm
from modules.cashier.types.deposits import CaseView
from modules.cashier.views.shared import missing_as_404, page_of


@require_GET
@needs("cashier.see_deposits")
def deposits(request: ActorRequest) -> HttpResponse:
    """Deposits to decide, under way, failed, and all."""
    tab, words = request.GET.get("tab", "review"), request.GET.get("q", "")
    counted = queries.counts(by=request.actor)
    titles = {
        "review": _("To decide"),
        "open": _("Under way"),
        "failed": _("Failed"),
        "all": _("All"),
    }
    context = {
        "tab": tab,
        "words": words,
        "found": queries.deposits(tab, by=request.actor, words=words, page=page_of(request)),
        "tabs": [
            {"label": title, "url": f"?tab={key}", "current": key == tab, "count": counted[key]}
            for key, title in titles.items()
        ],
    }
    return page_or_part(
        request, "cashier/office_deposits.html", "cashier/office_rows.html", context
    )


@require_GET
@needs("cashier.see_deposits")
def case(request: ActorRequest, deposit_id: uuid.UUID) -> HttpResponse:
    """One deposit with its payments, proofs and story."""
    found = _case(request, deposit_id)
    amount = found.received or found.view.line.pay
    form = ApproveForm(
        initial={"received": f"{amount.amount:f}"}, currency=found.view.line.pay.currency
    )
    return _page(request, found, form=form)


@require_POST
@needs("cashier.decide_deposits")
def approve(request: ActorRequest, deposit_id: uuid.UUID) -> HttpResponse:
    """Put what came on the client's wallet."""
    found = _case(request, deposit_id)
    form = ApproveForm(request.POST, currency=found.view.line.pay.currency)
    if not form.is_valid():
        return _page(request, found, form=form, status=UNPROCESSABLE)
    with refusals_as_messages(request):
        received = form.cleaned_data["received"]
        if services.approve_deposit(deposit_id, received, by=request.actor):
            messages.success(request, _("Approved. The money is in the client's wallet."))
        else:
            messages.info(request, _("Your approval is kept. A second colleague has to approve."))
    return redirect("office:cashier:deposit", deposit_id)


@require_POST
@needs("cashier.decide_deposits")
def reject(request: ActorRequest, deposit_id: uuid.UUID) -> HttpResponse:
    """Turn a deposit down."""
    _case(request, deposit_id)
    with refusals_as_messages(request):
        services.reject_deposit(deposit_id, request.POST.get("reason", ""), by=request.actor)
        messages.success(request, _("Rejected. The client reads the reason."))
    return redirect("office:cashier:deposit", deposit_id)


@require_POST
@needs("cashier.decide_deposits")
def correct(request: ActorRequest, deposit_id: uuid.UUID) -> HttpResponse:
    """Send a deposit back to the client."""
    _case(request, deposit_id)
    with refusals_as_messages(request):
        services.ask_correction(deposit_id, request.POST.get("reason", ""), by=request.actor)
        messages.success(request, _("Sent back. The client reads what to correct."))
    return redirect("office:cashier:deposit", deposit_id)


def _case(request: ActorRequest, deposit_id: uuid.UUID) -> CaseView:
    with missing_as_404():
        return queries.case(deposit_id, by=request.actor)


def _page(
    request: ActorRequest, found: CaseView, *, form: ApproveForm, status: int = 200
) -> HttpResponse:
    story: list[dict[str, Any]] = [
        {
            "icon": "history",
            "title": line.what,
            "note": " · ".join(text for text in (line.actor, line.note) if text),
            "at": line.at,
            "tone": line.tone,
        }
        for line in found.story
    ]
    context = {
        "case": found,
        "form": form,
        "reason_form": ReasonForm(),
        "back": {
            "amount": ApproveForm(
                initial=form.initial, currency=found.view.line.pay.currency, auto_id="back_%s"
            ),
            "why": ReasonForm(auto_id="back_%s"),
        },
        "correct_form": ReasonForm(auto_id="correct_%s"),
        "outcome_form": OutcomeForm(),
        "note_form": NoteForm(),
        "turned_form": NoteForm(auto_id="turned_%s"),
        "paid_form": PaidForm(),
        "story": story,
    }
    return render(request, "cashier/office_case.html", context, status=status)
