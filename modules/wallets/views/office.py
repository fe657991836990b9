"""The back office's view of wallets."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kernel.access import needs
from kernel.errors import Refused
from kernel.views import UNPROCESSABLE, ActorRequest, page_or_part, show_refusal
from modules.clients import queries as clients
from modules.wallets import queries, services
from modules.wallets.forms import CorrectionForm, StatementForm, WalletsForm
from modules.wallets.views.shared import csv_answer, missing_as_404, pdf_answer


@needs("wallets.see_wallets")
def wallets(request: ActorRequest) -> HttpResponse:
    """The wallets that a colleague may see."""
    wanted = WalletsForm(request.GET).wanted()
    context = {
        "wanted": wanted,
        "found": queries.wallets(wanted, by=request.actor),
        "currencies": [(code, code) for code in queries.used_currencies()],
    }
    return page_or_part(request, "wallets/office_wallets.html", "wallets/office_rows.html", context)


@needs("wallets.see_wallets")
def wallet(request: ActorRequest, wallet_id: uuid.UUID) -> HttpResponse:
    """One wallet with its statement, holds and corrections."""
    with missing_as_404():
        shown = queries.wallet(wallet_id, by=request.actor)
    form = StatementForm(request.GET)
    wanted = form.wanted()
    names = clients.names([shown.client_id])
    context = {
        "wallet": shown,
        "client_name": names.get(shown.client_id, ""),
        "form": form,
        "wanted": wanted,
        "found": queries.statement_page(shown.id, wanted),
        "holds": queries.open_holds(shown.id),
        "corrections": queries.corrections_of(shown.id),
        "can_correct": request.actor.may("wallets.correct"),
        "can_see_entries": request.actor.may("wallets.see_ledger"),
    }
    return page_or_part(request, "wallets/office_wallet.html", "wallets/statement.html", context)


@needs("wallets.see_wallets")
def statement_csv(request: ActorRequest, wallet_id: uuid.UUID) -> HttpResponse:
    """The statement as a file for spreadsheets."""
    with missing_as_404():
        shown = queries.wallet(wallet_id, by=request.actor)
    return csv_answer(shown, StatementForm(request.GET).wanted())


@needs("wallets.see_wallets")
def statement_pdf(request: ActorRequest, wallet_id: uuid.UUID) -> HttpResponse:
    """The statement on the broker's paper."""
    with missing_as_404():
        shown = queries.wallet(wallet_id, by=request.actor)
    return pdf_answer(shown, StatementForm(request.GET))


@needs("wallets.correct")
def correct(request: ActorRequest, wallet_id: uuid.UUID) -> HttpResponse:
    """Ask a colleague to approve a correction."""
    with missing_as_404():
        shown = queries.wallet(wallet_id, by=request.actor)
    form = CorrectionForm(request.POST or None, currency=shown.currency)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_correction(
                shown.id, form.signed(), reason=form.cleaned_data["reason"], by=request.actor
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Asked. It is posted once a colleague has approved it."))
            return redirect("office:wallets:wallet", wallet_id)
    names = clients.names([shown.client_id])
    context = {"wallet": shown, "form": form, "client_name": names.get(shown.client_id, "")}
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "wallets/correct.html", context, status=status)
