"""The room's screens: home, history, settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings as django_settings
from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from identity import queries as identity
from kernel import clock
from kernel.access import needs
from kernel.spreadsheets import csv_lines
from kernel.views import UNPROCESSABLE, ActorRequest, csv_file, own_id, page_or_part
from modules.clients import services as clients
from modules.traders_room import queries, services
from modules.traders_room.forms import HistoryForm, SettingsForm
from modules.traders_room.types import Home
from modules.trading import queries as trading
from modules.trading.types import HistoryFilter

YEAR = 365 * 24 * 60 * 60
RANGES = ("1w", "1m", "3m", "ytd", "all")


@needs("traders_room.enter")
def dashboard(request: ActorRequest) -> HttpResponse:
    """Home: what the client has, how it went, what to do next."""
    client_id = own_id(request)
    clients.ensure_client(client_id)
    clients.record_seen(client_id)
    return render(request, "traders_room/dashboard.html", _home_context(request))


@needs("traders_room.enter")
def live(request: ActorRequest) -> HttpResponse:
    """What moves on the dashboard; the page asks every two seconds."""
    home = queries.home(own_id(request), key=request.GET.get("of", ""))
    return render(request, "traders_room/live.html", {"home": home, "is_poll": True})


@needs("traders_room.enter")
def hero(request: ActorRequest) -> HttpResponse:
    """The equity card over another range, or of another currency."""
    words = _home_context(request)
    if words["home"].hero is None:
        raise Http404  # no account, no card
    return render(request, "traders_room/hero.html", words)


@needs("traders_room.enter")
def trades(request: ActorRequest) -> HttpResponse:
    """Closed trades, narrowed by what the address says."""
    form, wanted = _wanted(request)
    context = {
        "form": form,
        "wanted": wanted,
        "history": trading.trades_page(wanted),
        "totals": trading.trade_totals(wanted),
        "tabs": _history_tabs("trades"),
        "with_login": True,
    }
    return _history(request, "trades", context)


@needs("traders_room.enter")
def money(request: ActorRequest) -> HttpResponse:
    """Money that came or left, narrowed by what the address says."""
    form, wanted = _wanted(request)
    context = {
        "form": form,
        "wanted": wanted,
        "history": trading.money_page(wanted),
        "tabs": _history_tabs("money"),
    }
    return _history(request, "money", context)


@needs("traders_room.enter")
def trades_file(request: ActorRequest) -> StreamingHttpResponse:
    """The same closed trades as a file."""
    _form, wanted = _wanted(request)
    header = (
        _("Deal"), _("Account"), _("Symbol"), _("Side"), _("Lots"), _("Open"), _("Close"),
        _("Closed (UTC)"), _("Profit"), _("Swap"), _("Commission"), _("Result"), _("Currency"),
    )  # fmt: skip
    rows = list(_trade_rows(wanted))
    return _file("trades", csv_lines(header, rows))


@needs("traders_room.enter")
def money_file(request: ActorRequest) -> StreamingHttpResponse:
    """The same money movements as a file."""
    _form, wanted = _wanted(request)
    header = (
        _("Deal"), _("Account"), _("Kind"), _("Amount"), _("Currency"), _("At (UTC)"), _("Comment")
    )  # fmt: skip
    rows = [
        (
            one.deal_id,
            one.login,
            str(one.label),
            one.amount.amount,
            one.amount.currency,
            f"{one.moved_at:%Y-%m-%d %H:%M:%S}",
            one.comment,
        )
        for one in trading.money(wanted)
    ]
    return _file("money", csv_lines(header, rows))


@needs("traders_room.enter")
def settings(request: ActorRequest) -> HttpResponse:
    """Language, time zone, light or dark, price colours."""
    client_id = own_id(request)
    person = identity.get_person(client_id)
    kept = {
        "language": person.language,
        "time_zone": person.time_zone,
        "mode": request.COOKIES.get("mode", ""),
        "updown": request.COOKIES.get("updown", ""),
    }
    form = SettingsForm(request.POST or None, initial=kept)
    if request.method != "POST" or not form.is_valid():
        status = UNPROCESSABLE if form.errors else 200
        return render(request, "traders_room/settings.html", {"form": form}, status=status)
    words = form.cleaned_data
    services.keep_locale(
        client_id, language=words["language"], time_zone=words["time_zone"], by=request.actor
    )
    with translation.override(words["language"] or translation.get_language()):
        messages.success(request, _("Your settings were saved."))
    response = redirect("room:traders_room:settings")
    for name in ("mode", "updown", "language"):
        _keep_cookie(response, name, words[name])
    return response


def _home_context(request: ActorRequest) -> dict[str, Any]:
    wanted = request.GET.get("range", "3m")
    range_key = wanted if wanted in RANGES else "3m"
    home = queries.home(own_id(request), range_key=range_key, key=request.GET.get("of", ""))
    return {
        "home": home,
        "ranges": RANGES,
        "range": range_key,
        "chart": _chart(home),
        "keys": [(queries.key_of(total), total) for total in home.totals],
        "now": clock.now(),
    }


def _chart(home: Home) -> dict[str, Any] | None:
    found = home.hero.curve if home.hero else None
    if found is None:
        return None
    return {
        "t": found.at,
        "a": found.equity,
        "b": found.balance,
        "labels": (_("Equity"), _("Balance")),
        "currency": found.currency,
    }


def _wanted(request: ActorRequest) -> tuple[HistoryForm, HistoryFilter]:
    accounts = [one for one in trading.accounts_of(own_id(request)) if one.login is not None]
    symbols = trading.symbols([one.id for one in accounts])
    form = HistoryForm(request.GET, accounts=accounts, symbols=symbols)
    return form, form.wanted()


def _history(request: ActorRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    return page_or_part(
        request, f"traders_room/{name}.html", f"traders_room/{name}_rows.html", context
    )


def _history_tabs(current: str) -> list[dict[str, Any]]:
    return [
        {"label": _("Trades"), "url": "../trades/", "current": current == "trades"},
        {"label": _("Money"), "url": "../money/", "current": current == "money"},
    ]


def _trade_rows(wanted: HistoryFilter) -> Iterator[tuple[object, ...]]:
    for one in trading.trades(wanted):
        yield (
            one.deal_id,
            one.login,
            one.symbol,
            _("Buy") if one.is_buy else _("Sell"),
            one.lots.normalize(),
            one.price_open,
            one.price_close,
            f"{one.closed_at:%Y-%m-%d %H:%M:%S}",
            one.profit.amount,
            one.swap.amount,
            one.commission.amount,
            one.net.amount,
            one.net.currency,
        )


def _file(name: str, lines: Iterator[str]) -> StreamingHttpResponse:
    return csv_file(f"{name}-{clock.now():%Y-%m-%d}.csv", lines)


def _keep_cookie(response: HttpResponse, name: str, value: str) -> None:
    """Keep a wish about looks where the pages read it; an empty wish is forgotten."""
    if not value:
        response.delete_cookie(name)
        return
    response.set_cookie(
        name,
        value,
        max_age=YEAR,
        samesite="Lax",
        secure=django_settings.SESSION_COOKIE_SECURE,
    )
