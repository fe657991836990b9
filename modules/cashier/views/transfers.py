"""The client moves money: between his own places, or to another client."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.access import needs, refusals_as_messages
from kernel.errors import Refused
from kernel.ids import new_id
from kernel.views import UNPROCESSABLE, ActorRequest, own_id, show_refusal
from modules.cashier import services
from modules.cashier.forms import ConfirmForm, MoveForm, SendForm
from modules.cashier.queries import outgoing, passages
from modules.cashier.queries.targets import wallet_title
from modules.cashier.views.shared import missing_as_404, page_of, passage_page, spot_cards


@require_GET
@needs("cashier.transfer")
def transfers(request: ActorRequest) -> HttpResponse:
    """What the client moved, and what others sent him."""
    context = {
        "found": passages.transfers_of(own_id(request), page=page_of(request)),
        "is_to_others_on": outgoing.rules().is_to_others_on,
        "own_id": own_id(request),
    }
    return render(request, "cashier/transfers.html", context)


@require_http_methods(["GET", "POST"])
@needs("cashier.transfer")
def move(request: ActorRequest) -> HttpResponse:
    """From where, where to and how much; then what would arrive."""
    client_id = own_id(request)
    spots = outgoing.spots(client_id, of_transfer=True)
    full = [one for one in spots if one.free.minor > 0]
    targets = [(one.key, one.title) for one in spots]
    kept = {one.currency for one in spots}
    known = {key for key, _title in targets}
    targets += [
        (f"wallet:{code}", wallet_title(code))
        for code in sorted(kept)
        if f"wallet:{code}" not in known
    ]
    first = {"key": new_id(), "source": full[0].key if full else ""}
    first["target"] = next((key for key, _title in targets if key != first["source"]), "")
    form = MoveForm(request.POST or None, spots=full, targets=targets, initial=first)
    return _planned(request, form, "cashier/move.html", has_spots=bool(full))


@require_http_methods(["GET", "POST"])
@needs("cashier.transfer")
def send(request: ActorRequest) -> HttpResponse:
    """To another client, named by number and last name."""
    spots = outgoing.spots(own_id(request), of_transfer=True)
    full = [one for one in spots if one.free.minor > 0]
    first = {"key": new_id(), "source": full[0].key if full else ""}
    form = SendForm(request.POST or None, spots=full, initial=first)
    return _planned(request, form, "cashier/send.html", has_spots=bool(full))


@require_POST
@needs("cashier.transfer")
def confirm_transfer(request: ActorRequest) -> HttpResponse:
    """Begin the transfer that was shown; the same form twice is one transfer."""
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return redirect("room:cashier:move")
    with refusals_as_messages(request):
        transfer_id = services.ask_transfer(
            own_id(request), form.cleaned_data["token"], by=request.actor
        )
        return redirect("room:cashier:transfer", transfer_id)
    return redirect("room:cashier:move")


@require_GET
@needs("cashier.transfer")
def transfer(request: ActorRequest, transfer_id: uuid.UUID) -> HttpResponse:
    """How far a transfer is; the page asks again every two seconds."""
    with missing_as_404():
        view = passages.own_transfer(transfer_id, own_id(request))
    return passage_page(request, view, "transfer")


@require_POST
@needs("cashier.transfer")
def cancel_transfer(request: ActorRequest, transfer_id: uuid.UUID) -> HttpResponse:
    """Take it back while it waits."""
    with missing_as_404():
        passages.own_transfer(transfer_id, own_id(request))
    with refusals_as_messages(request):
        services.cancel_transfer(transfer_id, client_id=own_id(request), by=request.actor)
        messages.success(request, _("The transfer was cancelled."))
    return redirect("room:cashier:transfer", transfer_id)


def _planned(
    request: ActorRequest, form: MoveForm | SendForm, template: str, *, has_spots: bool
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            plan = services.plan_transfer(own_id(request), form.wish())
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            context = {"plan": plan, "form": ConfirmForm(initial={"token": plan.token})}
            return render(request, "cashier/transfer_confirm.html", context)
    cards = spot_cards(outgoing.spots(own_id(request), of_transfer=True))
    context = {"form": form, "spots": cards, "has_spots": has_spots}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, template, context, status=status)
