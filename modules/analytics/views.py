"""The analytics page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kernel.access import needs
from kernel.views import ActorRequest, own_id
from modules.analytics import queries
from modules.analytics.forms import PERIODS, AnalyticsForm, Wanted
from modules.analytics.types import Performance, Share


@needs("analytics.see_own")
def overview(request: ActorRequest) -> HttpResponse:
    """How the client trades: key figures, calendar, symbols, weekdays, drawdown."""
    form = _form(request)
    if form is None:
        return render(request, "analytics/overview.html", {"found": None})
    wanted = form.wanted()
    found = queries.performance(wanted.accounts, from_on=wanted.from_on)
    context = {
        "form": form,
        "wanted": wanted,
        "found": found,
        "periods": _periods(wanted),
        "month": queries.month(wanted.accounts, wanted.month_on),
        "line": _chart(found, "result", _("Result")),
        "below": _chart(found, "below", _("Below the highest")),
        "symbols": _bars(found.symbols),
        "weekdays": _bars(found.weekdays),
    }
    return render(request, "analytics/overview.html", context)


@needs("analytics.see_own")
def calendar(request: ActorRequest) -> HttpResponse:
    """Another month of the calendar."""
    form = _form(request)
    if form is None:
        raise Http404
    wanted = form.wanted()
    context = {"wanted": wanted, "month": queries.month(wanted.accounts, wanted.month_on)}
    return render(request, "analytics/calendar.html", context)


def _form(request: ActorRequest) -> AnalyticsForm | None:
    """What is asked for; ``None`` for a client without an account."""
    accounts = queries.choices(own_id(request))
    return AnalyticsForm(request.GET, accounts=accounts) if accounts else None


def _periods(wanted: Wanted) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": f"?of={wanted.key}&period={key}", "current": key == wanted.period}
        for key, label in PERIODS.items()
    ]


def _chart(found: Performance, field: str, label: str) -> dict[str, Any]:
    return {
        "t": [_seconds(point.on) for point in found.line],
        "a": [getattr(point, field) for point in found.line],
        "b": [],
        "labels": (label, ""),
        "currency": found.currency,
    }


def _seconds(on: dt.date) -> int:
    return int(dt.datetime.combine(on, dt.time(12), tzinfo=dt.UTC).timestamp())


def _bars(shares: Any) -> dict[str, Any]:
    lines: list[Share] = list(shares)
    return {
        "labels": [share.name for share in lines],
        "series": [{"name": _("Result"), "values": [share.net.amount for share in lines]}],
    }
