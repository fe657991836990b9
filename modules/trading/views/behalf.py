"""Opening an account on behalf of a client; its passwords wait for the client alone."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kernel.access import needs
from kernel.errors import Refused
from kernel.views import UNPROCESSABLE, ActorRequest, show_refusal
from modules.trading import queries, services, tasks
from modules.trading.forms import OpenForClientForm
from modules.trading.views.shared import missing_as_404

OPEN = "trading.open_accounts"


@needs(OPEN)
def choose_client(request: ActorRequest) -> HttpResponse:
    """For whom: the clients that the words match."""
    words = request.GET.get("q", "")[:100]
    found = queries.clients_to_open_for(words, by=request.actor)
    return render(request, "trading/behalf_client.html", {"words": words, "found": found})


@needs(OPEN)
def choose_type(request: ActorRequest, client_id: uuid.UUID) -> HttpResponse:
    """Which account type, also of those that only colleagues may choose."""
    with missing_as_404():
        name = queries.client_to_open_for(client_id, by=request.actor)
    context = {
        "client_id": client_id,
        "client_name": name,
        "offered": queries.offered_types(for_staff=True),
    }
    return render(request, "trading/behalf_type.html", context)


@needs(OPEN)
def open_account(request: ActorRequest, client_id: uuid.UUID, type_id: uuid.UUID) -> HttpResponse:
    """Leverage and a last look; then it is opened, or waits where the broker wants so."""
    with missing_as_404():
        name = queries.client_to_open_for(client_id, by=request.actor)
        offered = queries.account_type(type_id)
    if offered.visibility == "disabled":
        raise Http404
    form = OpenForClientForm(request.POST or None, offered=offered)
    if request.method == "POST" and form.is_valid():
        try:
            account_id = services.open_account(
                client_id, type_id, by=request.actor, **form.cleaned_data
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            tasks.carry_out_due.send()
            messages.success(
                request, _("The account was asked for. Only the client can see its password.")
            )
            return _on(request, client_id, account_id)
    status = UNPROCESSABLE if form.errors else 200
    context = {"form": form, "offered": offered, "client_id": client_id, "client_name": name}
    return render(request, "trading/behalf_open.html", context, status=status)


def _on(request: ActorRequest, client_id: uuid.UUID, account_id: uuid.UUID) -> HttpResponse:
    """To the account where the asker may see it, to the client's card otherwise."""
    if request.actor.may("trading.see_accounts"):
        return redirect("office:trading:account", account_id)
    return redirect("office:clients:client", client_id)
