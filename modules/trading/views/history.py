"""What happened on one account, by days, with sums and files: for its client and for colleagues."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _

from kernel import clock
from kernel.access import needs
from kernel.errors import Refused, Unavailable
from kernel.spreadsheets import csv_lines
from kernel.views import ActorRequest, csv_file, own_id, page_or_part
from modules.trading import queries, services
from modules.trading.forms import DaysForm
from modules.trading.types import AccountLine, HistoryFilter
from modules.trading.views.shared import missing_as_404

PARTS = ("trades", "money", "positions", "orders")


@needs("trading.own_accounts")
def own_history(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """The history of one of the client's accounts."""
    return _page(request, _own(request, account_id), base="base/room.html", area="room")


@needs("trading.own_accounts")
def own_history_file(
    request: ActorRequest, account_id: uuid.UUID, part: str
) -> StreamingHttpResponse:
    """The same as a file."""
    return _file(request, _own(request, account_id), part)


@needs("trading.see_accounts")
def history(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """The history of an account as a colleague sees it."""
    return _page(request, _reached(request, account_id), base="base/office.html", area="office")


@needs("trading.see_accounts")
def history_file(request: ActorRequest, account_id: uuid.UUID, part: str) -> StreamingHttpResponse:
    """The same as a file."""
    return _file(request, _reached(request, account_id), part)


def _page(request: ActorRequest, account: AccountLine, *, base: str, area: str) -> HttpResponse:
    part = request.GET.get("part", "trades")
    part = part if part in PARTS else "trades"
    form = DaysForm(request.GET)
    wanted = form.wanted(account.id)
    context = {
        "account": account,
        "base": base,
        "area": area,
        "part": part,
        "form": form,
        "wanted": wanted,
        "tabs": _tabs(part, request),
        "file_url": f"{area}:trading:history_file",
        "accounts_url": f"{area}:trading:accounts",
        "account_url": f"{area}:trading:account",
        **_content(account, part, wanted),
    }
    return page_or_part(request, "trading/history.html", "trading/history_rows.html", context)


def _content(account: AccountLine, part: str, wanted: HistoryFilter) -> dict[str, Any]:
    if part == "money":
        return {"money": queries.money_page(wanted), "totals": queries.money_totals(wanted)}
    if part == "positions":
        return {"positions": queries.positions([account.id])}
    if part == "orders":
        return _orders(account)
    return {"history": queries.trades_page(wanted), "totals": queries.trade_totals(wanted)}


def _orders(account: AccountLine) -> dict[str, Any]:
    try:
        return {"orders": services.pending_orders(account)}
    except (Unavailable, Refused):
        return {"is_unreachable": True}


def _file(request: ActorRequest, account: AccountLine, part: str) -> StreamingHttpResponse:
    wanted = DaysForm(request.GET).wanted(account.id)
    if part == "trades":
        lines = csv_lines(_trade_head(), list(_trade_rows(wanted)))
    elif part == "money":
        lines = csv_lines(_money_head(), list(_money_rows(wanted)))
    elif part == "positions":
        lines = csv_lines(_position_head(), list(_position_rows(account)))
    else:
        raise Http404
    return csv_file(f"{account.login or 'account'}-{part}-{clock.now():%Y%m%d}.csv", lines)


def _trade_rows(wanted: HistoryFilter) -> Iterator[Sequence[object]]:
    for one in queries.trades(wanted):
        yield (
            one.deal_id,
            one.login,
            one.symbol,
            "buy" if one.is_buy else "sell",
            one.lots,
            one.price_open,
            one.price_close,
            f"{one.closed_at:%Y-%m-%d %H:%M:%S}",
            one.profit.amount,
            one.swap.amount,
            one.commission.amount,
            one.net.amount,
            one.net.currency,
        )


def _money_rows(wanted: HistoryFilter) -> Iterator[Sequence[object]]:
    for one in queries.money(wanted):
        yield (
            one.deal_id,
            one.login,
            str(one.label),
            one.amount.amount,
            one.amount.currency,
            f"{one.moved_at:%Y-%m-%d %H:%M:%S}",
            one.comment,
        )


def _position_rows(account: AccountLine) -> Iterator[Sequence[object]]:
    for one in queries.positions([account.id]):
        yield (
            one.position_id,
            one.login,
            one.symbol,
            "buy" if one.is_buy else "sell",
            one.lots,
            one.price_open,
            one.price_current,
            f"{one.opened_at:%Y-%m-%d %H:%M:%S}",
            one.profit.amount,
            one.swap.amount,
            one.profit.currency,
        )


def _trade_head() -> tuple[str, ...]:
    return (
        _("Deal"), _("Account"), _("Symbol"), _("Side"), _("Lots"), _("Open"), _("Close"),
        _("Closed (UTC)"), _("Profit"), _("Swap"), _("Commission"), _("Result"), _("Currency"),
    )  # fmt: skip


def _money_head() -> tuple[str, ...]:
    return (
        _("Deal"), _("Account"), _("Kind"), _("Amount"), _("Currency"), _("At (UTC)"), _("Comment")
    )  # fmt: skip


def _position_head() -> tuple[str, ...]:
    return (
        _("Position"), _("Account"), _("Symbol"), _("Side"), _("Lots"), _("Open"), _("Current"),
        _("Opened (UTC)"), _("Profit"), _("Swap"), _("Currency"),
    )  # fmt: skip


def _tabs(part: str, request: ActorRequest) -> list[dict[str, Any]]:
    kept = request.GET.copy()
    kept.pop("page", None)
    labels = {
        "trades": _("Closed trades"),
        "money": _("Money in and out"),
        "positions": _("Open positions"),
        "orders": _("Pending orders"),
    }
    tabs = []
    for key, label in labels.items():
        kept["part"] = key
        tabs.append({"label": label, "url": f"?{kept.urlencode()}", "current": key == part})
    return tabs


def _own(request: ActorRequest, account_id: uuid.UUID) -> AccountLine:
    with missing_as_404():
        return queries.own_account(account_id, own_id(request))


def _reached(request: ActorRequest, account_id: uuid.UUID) -> AccountLine:
    with missing_as_404():
        return queries.account(account_id, by=request.actor)
