"""What the cashier's screens have in common."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kernel import views
from kernel.ui.figures import money_text
from modules.cashier.errors import (
    NoSuchAccount,
    NoSuchDeposit,
    NoSuchInstrument,
    NoSuchMethod,
    NoSuchTransfer,
    NoSuchWithdrawal,
)
from modules.cashier.types.catalogue import Offer
from modules.cashier.types.outgoing import PassageView, Spot, Way
from modules.cashier.types.passages import Where

missing_as_404 = partial(
    views.missing_as_404,
    NoSuchAccount,
    NoSuchDeposit,
    NoSuchInstrument,
    NoSuchMethod,
    NoSuchTransfer,
    NoSuchWithdrawal,
)
"""Answers 404 for what is not there, or not the asker's."""


def page_of(request: HttpRequest) -> int:
    """Which page of a list is asked for."""
    words = request.GET.get("page", "1")
    return int(words) if words.isdecimal() else 1


def passage_page(request: HttpRequest, view: PassageView, what: str) -> HttpResponse:
    """A client's withdrawal or transfer (``what``), or its tracker when that is asked for again.

    The page is drawn anew when it can be cancelled only now, or no more: its button stands
    outside of the tracker, where a question about it is not swapped away.
    """
    asked = request.GET.get("cancel", "")
    if views.is_fragment(request) and asked and asked != str(int(view.can_cancel)):
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"view": view, "url_name": f"room:cashier:{what}"}
    return views.page_or_part(
        request, f"cashier/{what}.html", "cashier/passage_tracker.html", context
    )


def spot_cards(spots: Iterable[Spot]) -> dict[str, dict[str, Any]]:
    """How wallets and trading accounts are shown among those to choose from, by their keys."""
    return {
        one.key: {
            "note": money_text(one.free),
            "icon": "wallet" if one.where == Where.WALLET else "wallet-cards",
        }
        for one in spots
    }


def card_of(one: Offer | Way, note: str) -> dict[str, Any]:
    """How a method is shown among those to choose from; locked ones say what opens them."""
    locked = ""
    if one.level_needed:
        words = _("Verify your identity to use this: it needs the level “%(level)s”.")
        locked = words % {"level": one.level_needed}
    return {"note": note, "icon": one.icon, "picture": one.logo_url, "locked": locked}
