"""Opening an account: choose a type, choose the leverage, watch it open, see the password once."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from kernel.access import needs
from kernel.errors import Refused
from kernel.views import UNPROCESSABLE, ActorRequest, own_id, page_or_part, show_refusal
from modules.clients import queries as clients
from modules.trading import queries, services, tasks
from modules.trading.forms import BindForm, OpenForm
from modules.trading.views.shared import missing_as_404
from provisioning.servers import queries as servers


@needs("trading.own_accounts")
def choose_type(request: ActorRequest) -> HttpResponse:
    """The account types on offer, side by side."""
    kind = request.GET.get("kind", "")
    offered = queries.offered_types()
    context = {
        "live": [one for one in offered if one.is_live and kind != "demo"],
        "demo": [one for one in offered if not one.is_live and kind != "live"],
        "is_complete": clients.is_complete(own_id(request)),
    }
    return render(request, "trading/choose_type.html", context)


@needs("trading.own_accounts")
def open_account(request: ActorRequest, type_id: uuid.UUID) -> HttpResponse:
    """Leverage and a last look before the account is opened."""
    with missing_as_404():
        offered = queries.account_type(type_id)
    form = OpenForm(request.POST or None, offered=offered)
    if request.method == "POST" and form.is_valid():
        try:
            account_id = services.open_account(
                own_id(request), type_id, by=request.actor, **form.cleaned_data
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            tasks.carry_out_due.send()
            return redirect("room:trading:opening", account_id)
    status = UNPROCESSABLE if form.errors else 200
    context = {"form": form, "offered": offered}
    return render(request, "trading/open.html", context, status=status)


@needs("trading.own_accounts")
def progress(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """How far the opening has come; the page asks again every second."""
    with missing_as_404():
        account = queries.own_account(account_id, own_id(request))
        found = queries.opening(account_id, own_id(request))
    context = {"account": account, "progress": found}
    return page_or_part(request, "trading/opening.html", "trading/opening_steps.html", context)


@never_cache
@needs("trading.own_accounts")
def credentials(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """The passwords of the new account, this one time."""
    with missing_as_404():
        queries.own_account(account_id, own_id(request))
    if request.method != "POST":
        return redirect("room:trading:opening", account_id)
    try:
        with missing_as_404():
            shown = services.show_credentials(
                account_id, client_id=own_id(request), by=request.actor
            )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("room:trading:account", account_id)
    context = {"credentials": shown, "account_id": account_id}
    return render(request, "trading/credentials.html", context)


@needs("trading.own_accounts")
def bind(request: ActorRequest) -> HttpResponse:
    """Connect an account that the client has on the server already."""
    known = [(str(one.id), one.name) for one in servers.servers() if one.is_usable]
    form = BindForm(request.POST or None, servers=known)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        try:
            intent_id = services.bind_account(
                own_id(request),
                server_id=uuid.UUID(words["server"]),
                login=words["login"],
                password=words["password"],
                by=request.actor,
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            tasks.carry_out_due.send()
            return redirect("room:trading:change", intent_id)
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "trading/bind.html", {"form": form}, status=status)
