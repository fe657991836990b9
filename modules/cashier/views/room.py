"""The client pays in: where to, how, how much; the figures; and how far it is."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.access import needs, refusals_as_messages
from kernel.errors import Refused
from kernel.ids import new_id
from kernel.views import UNPROCESSABLE, ActorRequest, own_id, page_or_part, show_refusal
from modules.cashier import queries, services
from modules.cashier.forms import ConfirmForm, PayForm, ProofForm
from modules.cashier.types.catalogue import Offer
from modules.cashier.types.deposits import Target
from modules.cashier.views.shared import card_of, missing_as_404, page_of
from modules.clients import queries as clients
from modules.clients.types import Standing

logger = logging.getLogger(__name__)


@require_GET
@needs("cashier.deposit")
def deposits(request: ActorRequest) -> HttpResponse:
    """The client's deposits, newest first."""
    client_id = own_id(request)
    context = {
        "found": queries.deposits_of(client_id, page=page_of(request)),
        "has_offers": bool(queries.offers(_standing(client_id))),
    }
    return render(request, "cashier/deposits.html", context)


@require_http_methods(["GET", "POST"])
@needs("cashier.deposit")
def pay(request: ActorRequest) -> HttpResponse:
    """Where to, how and how much; then the figures, before anything is paid."""
    client_id = own_id(request)
    offers, targets = _choices(client_id)
    first = {
        "key": new_id(),
        "target": request.GET.get("target") or (targets[0].key if targets else ""),
        "method": next((str(one.id) for one in offers if not one.level_needed), ""),
        "currency": targets[0].currency if targets else "",
    }
    form = PayForm(request.POST or None, targets=targets, offers=offers, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            quote = services.quote(client_id, form.wish())
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            context = {"quote": quote, "form": ConfirmForm(initial={"token": quote.token})}
            return render(request, "cashier/confirm.html", context)
    status = UNPROCESSABLE if form.errors else 200
    context = {"form": form, **_shown(form, offers, targets)}
    return render(request, "cashier/pay.html", context, status=status)


@require_POST
@needs("cashier.deposit")
def figures(request: ActorRequest) -> HttpResponse:
    """What would arrive, while the client types; a fragment of the page."""
    client_id = own_id(request)
    offers, targets = _choices(client_id)
    form = PayForm(request.POST, targets=targets, offers=offers)
    context: dict[str, Any] = _shown(form, offers, targets)
    if form.is_valid():
        try:
            context["quote"] = services.quote(client_id, form.wish())
        except Refused as refusal:
            context["refusal"] = str(refusal)
    return render(request, "cashier/figures.html", context)


@require_POST
@needs("cashier.deposit")
def confirm(request: ActorRequest) -> HttpResponse:
    """Begin the deposit whose figures were shown; the same form twice is one deposit."""
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return redirect("room:cashier:pay")
    with refusals_as_messages(request):
        deposit_id = services.ask_deposit(
            own_id(request), form.cleaned_data["token"], by=request.actor
        )
        services.begin_payment(deposit_id)
        return redirect("room:cashier:deposit", deposit_id)
    return redirect("room:cashier:pay")


@require_GET
@needs("cashier.deposit")
def deposit(request: ActorRequest, deposit_id: uuid.UUID) -> HttpResponse:
    """How far a deposit is; the page asks again every two seconds."""
    with missing_as_404():
        if services.CAME_BACK in request.GET:
            services.note_return(deposit_id, client_id=own_id(request))
            return redirect("room:cashier:deposit", deposit_id)
        view = queries.own_deposit(deposit_id, own_id(request))
    context = {"view": view, "form": ProofForm()}
    return page_or_part(request, "cashier/deposit.html", "cashier/tracker.html", context)


@require_POST
@needs("cashier.deposit")
def proof(request: ActorRequest, deposit_id: uuid.UUID) -> HttpResponse:
    """Hand in a proof of payment."""
    with missing_as_404():
        view = queries.own_deposit(deposit_id, own_id(request))
    form = ProofForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["proof"]
        try:
            services.hand_in_proof(
                deposit_id, upload, name=upload.name, client_id=own_id(request), by=request.actor
            )
        except Refused as refusal:
            form.add_error("proof", str(refusal))
        else:
            messages.success(request, _("Thank you. A colleague checks your payment."))
            return redirect("room:cashier:deposit", deposit_id)
    context = {"view": view, "form": form}
    return render(request, "cashier/deposit.html", context, status=UNPROCESSABLE)


@require_POST
@needs("cashier.deposit")
def cancel(request: ActorRequest, deposit_id: uuid.UUID) -> HttpResponse:
    """Give up a deposit that is not paid."""
    with missing_as_404():
        queries.own_deposit(deposit_id, own_id(request))
    with refusals_as_messages(request):
        services.cancel_deposit(deposit_id, client_id=own_id(request), by=request.actor)
    return redirect("room:cashier:deposit", deposit_id)


def _standing(client_id: uuid.UUID) -> Standing:
    with missing_as_404():
        return clients.standing(client_id)


def _choices(client_id: uuid.UUID) -> tuple[tuple[Offer, ...], tuple[Target, ...]]:
    offers = queries.offers(_standing(client_id))
    currencies = tuple(dict.fromkeys(code for one in offers for code in one.currencies))
    return offers, queries.targets(client_id, currencies)


def _shown(form: PayForm, offers: tuple[Offer, ...], targets: tuple[Target, ...]) -> dict[str, Any]:
    """What the choice cards say, and the method that is chosen."""
    chosen = str(form["method"].value() or "")
    return {
        "offers": offers,
        "targets": targets,
        "method_details": {str(one.id): card_of(one, one.note) for one in offers},
        "target_details": {one.key: {"note": _note(one), "icon": _icon(one)} for one in targets},
        "has_locked": any(one.level_needed for one in offers),
        "chosen": next((one for one in offers if str(one.id) == chosen), None),
    }


def _note(one: Target) -> str:
    if one.login is None:
        return _("Kept here, to use later")
    return _("Login %(login)s, in %(currency)s") % {"login": one.login, "currency": one.currency}


def _icon(one: Target) -> str:
    return "wallet" if one.login is None else "candlestick-chart"
