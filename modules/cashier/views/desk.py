"""The finance desk: today, what waits, withdrawals and transfers, claims, rules, exports."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kernel import audit
from kernel.access import needs, refusals_as_messages
from kernel.spreadsheets import csv_lines
from kernel.views import UNPROCESSABLE, ActorRequest, csv_file, page_or_part
from modules.cashier import services
from modules.cashier.errors import NoSuchPayout, NoSuchTransfer, NoSuchWithdrawal
from modules.cashier.forms import PaidForm, ReasonForm
from modules.cashier.queries import finance, passages
from modules.cashier.types.outgoing import PayoutLine
from modules.cashier.views.shared import page_of
from modules.requests import queries as requested
from modules.requests.types import RequestFilter

_EXPORTED = (
    "number",
    "asked_at",
    "client",
    "amount",
    "fee",
    "currency",
    "method",
    "account",
    "state",
    "reason",
)


@require_GET
@needs("cashier.see_finance")
def desk(request: ActorRequest) -> HttpResponse:
    """Today in figures, what waits for whom, and the last seven days."""
    mine = requested.queue(RequestFilter(is_mine=True), by=request.actor)
    figures = finance.desk(by=request.actor)
    context = {
        "figures": figures,
        "series": [
            {"name": _("Deposits"), "values": figures.plot["came"]},
            {"name": _("Payouts"), "values": figures.plot["went"], "tone": "soft"},
        ],
        "to_pay": passages.to_pay(by=request.actor, limit=10),
        "mine": mine,
        "form": PaidForm(),
        "reason_form": ReasonForm(),
    }
    return render(request, "cashier/desk.html", context)


@require_GET
@needs("cashier.see_finance")
def withdrawals(request: ActorRequest) -> HttpResponse:
    """Withdrawals under way, failed, and all."""
    return _list(request, "withdrawals", passages.withdrawals)


@require_GET
@needs("cashier.see_finance")
def transfers(request: ActorRequest) -> HttpResponse:
    """Transfers under way, failed, and all."""
    return _list(request, "transfers", passages.transfers)


@require_GET
@needs("cashier.see_finance")
def withdrawal(request: ActorRequest, withdrawal_id: uuid.UUID) -> HttpResponse:
    """One withdrawal with its payouts and story."""
    return _withdrawal(request, withdrawal_id)


@require_GET
@needs("cashier.see_finance")
def transfer(request: ActorRequest, transfer_id: uuid.UUID) -> HttpResponse:
    """One transfer with its story."""
    try:
        view = passages.transfer(transfer_id, by=request.actor)
    except NoSuchTransfer as error:
        raise Http404 from error
    return render(request, "cashier/office_passage.html", {"view": view, "kind": "transfers"})


@require_POST
@needs("cashier.pay_out")
def paid(request: ActorRequest, payout_id: uuid.UUID) -> HttpResponse:
    """A colleague paid it, or found it paid: with its reference."""
    line = _payout(request, payout_id)
    form = PaidForm(request.POST)
    if not form.is_valid():
        return _withdrawal(request, line.withdrawal_id, paid=form, payout_id=payout_id)
    with refusals_as_messages(request):
        services.record_paid_by_hand(payout_id, by=request.actor, **form.cleaned_data)
        messages.success(request, _("Recorded as paid."))
    return redirect("office:cashier:withdrawal", line.withdrawal_id)


@require_POST
@needs("cashier.pay_out")
def not_paid(request: ActorRequest, payout_id: uuid.UUID) -> HttpResponse:
    """It will not be paid: back into the client's wallet."""
    return _reasoned(
        request, payout_id, services.record_not_paid, _("The money is in the wallet again.")
    )


@require_POST
@needs("cashier.pay_out")
def came_back(request: ActorRequest, payout_id: uuid.UUID) -> HttpResponse:
    """What was paid came back: into the client's wallet again."""
    return _reasoned(
        request, payout_id, services.record_returned, _("The money is in the wallet again.")
    )


@require_GET
@needs("cashier.see_finance")
def export(request: ActorRequest) -> StreamingHttpResponse:
    """Every withdrawal within reach, as comma-separated values."""
    audit.note("cashier.withdrawals_exported", about="cashier.Withdrawal:*", by=request.actor)
    rows = list(finance.withdrawal_rows(by=request.actor))
    return csv_file("withdrawals.csv", csv_lines(_EXPORTED, rows))


def _list(request: ActorRequest, kind: str, rows: Callable[..., Any]) -> HttpResponse:
    tab, words = request.GET.get("tab", "open"), request.GET.get("q", "")
    titles = {"open": _("Under way"), "failed": _("Failed"), "all": _("All")}
    context = {
        "kind": kind,
        "tab": tab,
        "words": words,
        "found": rows(tab, by=request.actor, words=words, page=page_of(request)),
        "tabs": [
            {"label": title, "url": f"?tab={key}", "current": key == tab}
            for key, title in titles.items()
        ],
    }
    return page_or_part(request, "cashier/passage_list.html", "cashier/passage_rows.html", context)


def _withdrawal(
    request: ActorRequest,
    withdrawal_id: uuid.UUID,
    *,
    paid: forms.Form | None = None,
    reason: forms.Form | None = None,
    payout_id: uuid.UUID | None = None,
) -> HttpResponse:
    try:
        view = passages.withdrawal(withdrawal_id, by=request.actor)
    except NoSuchWithdrawal as error:
        raise Http404 from error
    context = {
        "view": view,
        "kind": "withdrawals",
        "form": paid or PaidForm(),
        "reason_form": reason or ReasonForm(),
        "opened": payout_id,
        "may_see_proofs": request.actor.may("trading.see_proofs"),
        "may_compare": request.actor.may("trading.repair_differences"),
    }
    status = UNPROCESSABLE if paid or reason else 200
    return render(request, "cashier/office_passage.html", context, status=status)


def _payout(request: ActorRequest, payout_id: uuid.UUID) -> PayoutLine:
    try:
        return passages.payout(payout_id, by=request.actor)
    except NoSuchPayout as error:
        raise Http404 from error


def _reasoned(
    request: ActorRequest, payout_id: uuid.UUID, act: Callable[..., None], said: str
) -> HttpResponse:
    line = _payout(request, payout_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _withdrawal(request, line.withdrawal_id, reason=form, payout_id=payout_id)
    with refusals_as_messages(request):
        act(payout_id, by=request.actor, reason=form.cleaned_data["reason"])
        messages.success(request, said)
    return redirect("office:cashier:withdrawal", line.withdrawal_id)
