"""The back office's view of trading accounts."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kernel.access import needs, refusals_as_messages
from modules.clients import queries as clients
from modules.trading import queries, services, tasks
from modules.trading.forms import AccountsForm, ReasonForm
from modules.trading.types import HistoryFilter
from modules.trading.views.shared import (
    RANGES,
    ActorRequest,
    chart,
    is_fragment,
    missing_as_404,
    range_of,
)
from provisioning.servers import queries as servers


@needs("trading.see_accounts")
def accounts(request: ActorRequest) -> HttpResponse:
    """The accounts that a colleague may see."""
    form = AccountsForm(request.GET)
    wanted = form.wanted()
    found, names = queries.accounts_page(wanted, by=request.actor)
    counted = queries.counts(by=request.actor)
    context = {
        "form": form,
        "wanted": wanted,
        "found": found,
        "rows": [(one, names.get(one.client_id)) for one in found.lines],
        "counted": counted,
        "tabs": [
            {"label": _("All accounts"), "url": "?", "current": not wanted.state},
            {
                "label": _("Waiting for approval"),
                "url": "?state=requested",
                "current": wanted.state == "requested",
                "count": counted["requested"],
            },
            {
                "label": _("Balance differs"),
                "url": "?state=uneven",
                "current": wanted.state == "uneven",
                "count": counted["uneven"],
            },
        ],
    }
    name = "trading/office_rows.html" if is_fragment(request) else "trading/office_accounts.html"
    return render(request, name, context)


@needs("trading.see_accounts")
def account(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """One account as a colleague sees it."""
    with missing_as_404():
        shown = queries.account(account_id, by=request.actor)
    wanted = range_of(request)
    page = request.GET.get("page", "1")
    history = HistoryFilter(account_ids=(shown.id,), page=int(page) if page.isdecimal() else 1)
    names = clients.names([shown.client_id])
    context = {
        "account": shown,
        "client_name": names.get(shown.client_id) if shown.client_id else None,
        "server": servers.find_server(shown.server_id),
        "chart": chart(queries.curve([shown], wanted), (_("Equity"), _("Balance"))),
        "range": wanted,
        "ranges": RANGES,
        "positions": queries.positions([shown.id]),
        "history": queries.trades_page(history),
        "money": queries.money_page(HistoryFilter(account_ids=(shown.id,)), per_page=10),
        "reason_form": ReasonForm(),
        "can_decide": request.actor.may("trading.decide_accounts") and shown.state == "requested",
    }
    return render(request, "trading/office_account.html", context)


@needs("trading.decide_accounts")
@require_POST
def approve(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """Let a requested account be opened."""
    with missing_as_404():
        queries.account(account_id, by=request.actor)
        with refusals_as_messages(request):
            services.approve_account(account_id, by=request.actor)
            messages.success(request, _("Approved. The account is being opened."))
    tasks.carry_out_due.send()
    return redirect("office:trading:account", account_id)


@needs("trading.decide_accounts")
@require_POST
def refuse(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """Turn a requested account down."""
    form = ReasonForm(request.POST)
    with missing_as_404():
        queries.account(account_id, by=request.actor)
        if form.is_valid():
            with refusals_as_messages(request):
                services.refuse_account(account_id, by=request.actor, **form.cleaned_data)
                messages.success(request, _("The request was turned down."))
        else:
            messages.error(request, _("Please give a reason."))
    return redirect("office:trading:account", account_id)
