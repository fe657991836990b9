"""The client's accounts: all of them, and one with all that happened on it."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kernel.access import needs
from kernel.views import ActorRequest, own_id, page_or_part
from modules.trading import queries
from modules.trading.types import AccountLine, HistoryFilter
from modules.trading.views.shared import RANGES, chart, missing_as_404, range_of


@needs("trading.own_accounts")
def accounts(request: ActorRequest) -> HttpResponse:
    """The client's accounts, live and demo."""
    mine = queries.with_trends(queries.accounts_of(own_id(request)))
    has_live = any(one.is_live for one in mine)
    kind = request.GET.get("kind", "live" if has_live or not mine else "demo")
    context = {
        "kind": kind,
        "lines": [one for one in mine if one.is_live == (kind == "live")],
        "is_pending": any(one.is_pending for one in mine),
        "has_types": bool(queries.offered_types()),
        "tabs": [
            _tab(_("Live"), "live", kind, sum(one.is_live for one in mine)),
            _tab(_("Demo"), "demo", kind, sum(not one.is_live for one in mine)),
        ],
    }
    return page_or_part(request, "trading/accounts.html", "trading/account_cards.html", context)


@needs("trading.own_accounts")
def account(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """One account: figures, curve, positions, closed trades."""
    with missing_as_404():
        mine = queries.own_account(account_id, own_id(request))
    history = HistoryFilter(account_ids=(mine.id,), page=_page(request))
    context = {
        "account": mine,
        "positions": queries.positions([mine.id]),
        "history": queries.trades_page(history, per_page=10),
        "has_credentials": queries.has_credentials(mine.id),
        "has_new_password": queries.has_new_password(mine.id),
        **_curve_context(request, mine),
    }
    return page_or_part(request, "trading/account.html", "trading/trades.html", context)


@needs("trading.own_accounts")
def live(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """The figures and positions that move, for the page to ask every two seconds."""
    with missing_as_404():
        mine = queries.own_account(account_id, own_id(request))
    context = {"account": mine, "positions": queries.positions([mine.id])}
    return render(request, "trading/live.html", context)


@needs("trading.own_accounts")
def curve(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """The account's curve over another range."""
    with missing_as_404():
        mine = queries.own_account(account_id, own_id(request))
    context = {"account": mine, **_curve_context(request, mine)}
    return render(request, "trading/curve.html", context)


def _curve_context(request: ActorRequest, mine: AccountLine) -> dict[str, Any]:
    wanted = range_of(request)
    found = queries.curve([mine], wanted)
    return {
        "chart": chart(found, (_("Equity"), _("Balance"))),
        "curve": found,
        "range": wanted,
        "ranges": RANGES,
    }


def _tab(label: str, key: str, current: str, count: int) -> dict[str, Any]:
    return {"label": label, "url": f"?kind={key}", "current": key == current, "count": count}


def _page(request: ActorRequest) -> int:
    words = request.GET.get("page", "1")
    return int(words) if words.isdecimal() else 1
