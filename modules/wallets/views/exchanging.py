"""Exchange in the client's room: ask for a rate, see it all, take it within its seconds."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kernel import clock
from kernel.access import needs
from kernel.errors import Refused
from kernel.ui.figures import money
from kernel.views import UNPROCESSABLE, ActorRequest, own_id, show_refusal
from modules.wallets import queries, services
from modules.wallets.errors import NoSuchQuote
from modules.wallets.forms import ExchangeForm
from modules.wallets.types import QuoteLine


@needs("wallets.own_wallets")
def exchange(request: ActorRequest) -> HttpResponse:
    """What to exchange into what."""
    client_id = own_id(request)
    mine = queries.wallets_of(client_id)
    offered = queries.currencies()
    form = ExchangeForm(
        request.POST or None,
        mine=[(w.currency, f"{w.currency} · {w.available}") for w in mine if w.available],
        offered=offered,
        initial={"pay_currency": request.GET.get("from", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            found = services.quote(client_id, form.wish())
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("room:wallets:quote", found.id)
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "wallets/exchange.html", {"form": form, "wallets": mine}, status=status)


@needs("wallets.own_wallets")
def quote(request: ActorRequest, quote_id: uuid.UUID) -> HttpResponse:
    """The offer, with everything that it costs."""
    return render(request, "wallets/quote.html", _context(_own(request, quote_id)))


@needs("wallets.own_wallets")
def countdown(request: ActorRequest, quote_id: uuid.UUID) -> HttpResponse:
    """How long the offer stands, and the button that takes it."""
    return render(request, "wallets/quote_countdown.html", _context(_own(request, quote_id)))


@needs("wallets.own_wallets")
@require_POST
def accept(request: ActorRequest, quote_id: uuid.UUID) -> HttpResponse:
    """Take the offer."""
    client_id = own_id(request)
    try:
        found = services.accept(quote_id, client_id=client_id, by=request.actor)
    except NoSuchQuote as error:
        raise Http404 from error
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("room:wallets:quote", quote_id)
    if found.state == "done":
        words = {"pay": money(found.pay), "receive": money(found.receive)}
        messages.success(request, _("Exchanged %(pay)s into %(receive)s.") % words)
    elif found.state == "waiting":
        messages.info(request, _("A colleague of your broker decides about this amount soon."))
    else:
        return redirect("room:wallets:quote", quote_id)
    return redirect("room:wallets:wallets")


def _own(request: ActorRequest, quote_id: uuid.UUID) -> QuoteLine:
    try:
        return queries.get_quote(quote_id, own_id(request))
    except NoSuchQuote as error:
        raise Http404 from error


def _context(found: QuoteLine) -> dict[str, object]:
    return {"quote": found, "seconds": queries.seconds_left(found, clock.now())}
