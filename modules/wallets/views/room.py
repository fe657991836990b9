"""The client's wallets and their statements."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kernel.access import needs
from kernel.views import ActorRequest, own_id, page_or_part
from modules.wallets import queries
from modules.wallets.forms import StatementForm
from modules.wallets.views.shared import csv_answer, missing_as_404, pdf_answer


@needs("wallets.own_wallets")
def wallets(request: ActorRequest) -> HttpResponse:
    """A card for each of the client's wallets, and his last exchanges."""
    client_id = own_id(request)
    mine = queries.wallets_of(client_id)
    context = {
        "wallets": mine,
        "exchanges": queries.exchanges_of(client_id),
        "can_exchange": any(one.available for one in mine),
    }
    return render(request, "wallets/wallets.html", context)


@needs("wallets.own_wallets")
def wallet(request: ActorRequest, wallet_id: uuid.UUID) -> HttpResponse:
    """One wallet with what happened on it."""
    with missing_as_404():
        mine = queries.own_wallet(wallet_id, own_id(request))
    form = StatementForm(request.GET)
    wanted = form.wanted()
    context = {
        "wallet": mine,
        "form": form,
        "wanted": wanted,
        "found": queries.statement_page(mine.id, wanted),
        "holds": queries.open_holds(mine.id),
        "title": _("%(currency)s wallet") % {"currency": mine.currency},
    }
    return page_or_part(request, "wallets/wallet.html", "wallets/statement.html", context)


@needs("wallets.own_wallets")
def statement_csv(request: ActorRequest, wallet_id: uuid.UUID) -> HttpResponse:
    """The statement as a file for spreadsheets."""
    with missing_as_404():
        mine = queries.own_wallet(wallet_id, own_id(request))
    return csv_answer(mine, StatementForm(request.GET).wanted())


@needs("wallets.own_wallets")
def statement_pdf(request: ActorRequest, wallet_id: uuid.UUID) -> HttpResponse:
    """The statement on the broker's paper."""
    with missing_as_404():
        mine = queries.own_wallet(wallet_id, own_id(request))
    return pdf_answer(mine, StatementForm(request.GET))
