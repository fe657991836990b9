"""The client takes money out: from where, how much, where to; what he is paid to; how far it is."""

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
from kernel.ui.figures import money_text
from kernel.views import UNPROCESSABLE, ActorRequest, own_id, show_refusal
from modules.cashier import services
from modules.cashier.forms import ConfirmForm, InstrumentForm, WithdrawForm
from modules.cashier.queries import outgoing, passages
from modules.cashier.types.outgoing import Spot, Way
from modules.cashier.types.passages import SplitMode
from modules.cashier.views.shared import (
    card_of,
    missing_as_404,
    page_of,
    passage_page,
    spot_cards,
)
from modules.clients import queries as clients


@require_GET
@needs("cashier.see_withdrawals")
def withdrawals(request: ActorRequest) -> HttpResponse:
    """The client's withdrawals, newest first."""
    client_id = own_id(request)
    context = {
        "found": passages.withdrawals_of(client_id, page=page_of(request)),
        "instruments": outgoing.instruments(client_id),
        "is_frozen": outgoing.is_frozen(client_id),
    }
    return render(request, "cashier/withdrawals.html", context)


@require_http_methods(["GET", "POST"])
@needs("cashier.withdraw")
def withdraw(request: ActorRequest) -> HttpResponse:
    """From where, how and how much; then the plan, before anything is set aside."""
    client_id = own_id(request)
    spots, ways = _choices(client_id)
    instruments = [one for one in outgoing.instruments(client_id) if one.is_usable]
    first = {
        "key": new_id(),
        "source": request.GET.get("source") or (spots[0].key if spots else ""),
        "method": next((str(key) for key, one in ways.items() if not one[0].level_needed), ""),
        "instrument": str(instruments[0].id) if instruments else WithdrawForm.BACK,
    }
    form = WithdrawForm(
        request.POST or None,
        spots=spots,
        ways=[one for one, *_more in ways.values()],
        instruments=instruments,
        initial=first,
        returns=outgoing.rules().split != SplitMode.OFF,
    )
    if request.method == "POST" and form.is_valid():
        try:
            plan = services.plan_withdrawal(client_id, form.wish())
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            context = {"plan": plan, "form": ConfirmForm(initial={"token": plan.token})}
            return render(request, "cashier/withdraw_confirm.html", context)
    details = {
        "form": form,
        "spots": spot_cards(spots),
        "ways": {str(key): card_of(one[0], _limits(one)) for key, one in ways.items()},
        "has_spots": bool(spots),
        "has_ways": bool(ways),
        "has_locked": any(one[0].level_needed for one in ways.values()),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "cashier/withdraw.html", details, status=status)


@require_POST
@needs("cashier.withdraw")
def confirm_withdrawal(request: ActorRequest) -> HttpResponse:
    """Begin the withdrawal whose plan was shown; the same form twice is one withdrawal."""
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return redirect("room:cashier:withdraw")
    with refusals_as_messages(request):
        withdrawal_id = services.ask_withdrawal(
            own_id(request), form.cleaned_data["token"], by=request.actor
        )
        return redirect("room:cashier:withdrawal", withdrawal_id)
    return redirect("room:cashier:withdraw")


@require_GET
@needs("cashier.see_withdrawals")
def withdrawal(request: ActorRequest, withdrawal_id: uuid.UUID) -> HttpResponse:
    """How far a withdrawal is; the page asks again every two seconds."""
    with missing_as_404():
        view = passages.own_withdrawal(withdrawal_id, own_id(request))
    return passage_page(request, view, "withdrawal")


@require_POST
@needs("cashier.see_withdrawals")
def cancel_withdrawal(request: ActorRequest, withdrawal_id: uuid.UUID) -> HttpResponse:
    """Take it back while it waits."""
    with missing_as_404():
        passages.own_withdrawal(withdrawal_id, own_id(request))
    with refusals_as_messages(request):
        services.cancel_withdrawal(withdrawal_id, client_id=own_id(request), by=request.actor)
        messages.success(request, _("The withdrawal was cancelled."))
    return redirect("room:cashier:withdrawal", withdrawal_id)


@require_http_methods(["GET", "POST"])
@needs("cashier.withdraw")
def add_instrument(request: ActorRequest) -> HttpResponse:
    """A bank account or address that the client wants to be paid to."""
    client_id = own_id(request)
    first = {"kind": "bank", "holder": clients.contact(client_id).name, "currency": "USD"}
    form = InstrumentForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_instrument(client_id, form.wish(), by=request.actor)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("It was added. We check it before it can be used."))
            return redirect("room:cashier:withdrawals")
    context = {"form": form, "hours": outgoing.rules().cool_down_hours}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "cashier/instrument.html", context, status=status)


@require_POST
@needs("cashier.see_withdrawals")
def remove_instrument(request: ActorRequest, instrument_id: uuid.UUID) -> HttpResponse:
    """Take it off the list."""
    with missing_as_404():
        outgoing.instrument(instrument_id, own_id(request))
    with refusals_as_messages(request):
        services.remove_instrument(instrument_id, own_id(request), by=request.actor)
        messages.success(request, _("It was removed."))
    return redirect("room:cashier:withdrawals")


def _choices(client_id: uuid.UUID) -> tuple[list[Spot], dict[uuid.UUID, list[Way]]]:
    """Places with something free that some way pays out, and those ways, one for each currency."""
    of = clients.standing(client_id)
    full = [one for one in outgoing.spots(client_id) if one.free.minor > 0]
    ways: dict[uuid.UUID, list[Way]] = {}
    paid: set[str] = set()
    for currency in dict.fromkeys(one.currency for one in full):
        for one in outgoing.ways(currency, of):
            ways.setdefault(one.id, []).append(one)
            paid.add(currency)
    return [one for one in full if one.currency in paid] or full, ways


def _limits(ways: list[Way]) -> str:
    """What a way takes at once, in each currency that the client has."""
    return " · ".join(
        _("%(least)s to %(most)s") % {"least": money_text(one.least), "most": money_text(one.most)}
        for one in ways
    )
