"""The back office's view of the ledger: house accounts, the journal, rates."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kernel.access import needs
from kernel.errors import Refused
from kernel.views import UNPROCESSABLE, ActorRequest, page_or_part
from modules.wallets import queries, services
from modules.wallets.forms import RateForm, StatementForm, TermsForm
from modules.wallets.types import EntryKind, StatementFilter
from modules.wallets.views.shared import ledger_tabs, missing_as_404


@needs("wallets.see_ledger")
def house(request: ActorRequest) -> HttpResponse:
    """Every account of the house with what is on it."""
    context = {
        "lines": queries.house_balances(),
        "proof": queries.last_proof(),
        "stop": queries.open_stop(),
        "tabs": ledger_tabs("house"),
    }
    return render(request, "wallets/house.html", context)


@needs("wallets.see_ledger")
def house_account(request: ActorRequest, house_account_id: uuid.UUID) -> HttpResponse:
    """One account of the house with what happened on it."""
    with missing_as_404():
        line = queries.house_line(house_account_id)
    form = StatementForm(request.GET)
    wanted = form.wanted()
    context = {
        "line": line,
        "form": form,
        "wanted": wanted,
        "found": queries.statement_page(line.id, wanted),
        "can_see_entries": True,
    }
    return page_or_part(request, "wallets/house_account.html", "wallets/statement.html", context)


@needs("wallets.see_ledger")
def journal(request: ActorRequest) -> HttpResponse:
    """Every entry, newest first."""
    wanted: StatementFilter = StatementForm(request.GET).wanted()
    lines, page = queries.entries(kind=wanted.kind, page=wanted.page)
    context = {
        "lines": lines,
        "page": page,
        "kind": wanted.kind,
        "kinds": EntryKind.choices,
        "tabs": ledger_tabs("journal"),
    }
    return page_or_part(request, "wallets/journal.html", "wallets/journal_rows.html", context)


@needs("wallets.see_ledger")
def entry(request: ActorRequest, entry_id: uuid.UUID) -> HttpResponse:
    """One entry with all its sides."""
    with missing_as_404():
        found = queries.entry(entry_id)
    return render(request, "wallets/entry.html", {"entry": found})


@needs("wallets.set_rates")
def rates(request: ActorRequest) -> HttpResponse:
    """The broker's own rates, and what exchanging costs."""
    rate_form, terms_form = RateForm(), TermsForm()
    status = 200
    if request.method == "POST":
        which = request.POST.get("form")
        rate_form = RateForm(request.POST) if which == "rate" else rate_form
        terms_form = TermsForm(request.POST) if which == "terms" else terms_form
        if _saved(request, rate_form, terms_form):
            return redirect("office:wallets:rates")
        status = UNPROCESSABLE
    context = {
        "own": queries.own_rates(),
        "terms": queries.all_terms(),
        "rate_form": rate_form,
        "terms_form": terms_form,
    }
    return render(request, "wallets/rates.html", context, status=status)


def _saved(request: ActorRequest, rate_form: RateForm, terms_form: TermsForm) -> bool:
    form = rate_form if rate_form.is_bound else terms_form
    if not form.is_valid():
        return False
    try:
        if form is rate_form:
            services.set_rate(**rate_form.cleaned_data, by=request.actor)
        else:
            services.set_terms(terms_form.terms(), by=request.actor)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Saved."))
    return True
