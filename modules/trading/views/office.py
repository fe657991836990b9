"""The back office's view of trading accounts."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kernel.access import needs
from kernel.views import ActorRequest, page_or_part
from modules.clients import queries as clients
from modules.requests import queries as requested
from modules.trading import queries
from modules.trading.forms import (
    AccountsForm,
    ArchiveForm,
    LeverageForm,
    MoveForm,
    ResetForm,
    RightsForm,
    SwitchesForm,
)
from modules.trading.types import AccountLine, HistoryFilter
from modules.trading.views.shared import RANGES, chart, missing_as_404, range_of, reference
from provisioning.servers import queries as servers


@needs("trading.see_accounts")
def accounts(request: ActorRequest) -> HttpResponse:
    """The accounts that a colleague may see."""
    form = AccountsForm(request.GET)
    wanted = form.wanted()
    found, names = queries.accounts_page(wanted, by=request.actor)
    counted = queries.counts(by=request.actor)
    context = {
        "form": form,
        "can_open": request.actor.may("trading.open_accounts"),
        "wanted": wanted,
        "found": found,
        "rows": [(one, names.get(one.client_id)) for one in found.lines],
        "counted": counted,
        "tabs": [
            {"label": _("All accounts"), "url": "?", "current": not wanted.state},
            {
                "label": _("Waiting for approval"),
                "url": "?state=requested",
                "current": wanted.state == "requested",
                "count": counted["requested"],
            },
            {
                "label": _("Balance differs"),
                "url": "?state=uneven",
                "current": wanted.state == "uneven",
                "count": counted["uneven"],
            },
        ],
    }
    return page_or_part(
        request, "trading/office_accounts.html", "trading/office_rows.html", context
    )


@needs("trading.see_accounts")
def account(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """One account as a colleague sees it."""
    with missing_as_404():
        shown = queries.account(account_id, by=request.actor)
    wanted = range_of(request)
    names = clients.names([shown.client_id])
    page = request.GET.get("page", "1")
    history = HistoryFilter(account_ids=(shown.id,), page=int(page) if page.isdecimal() else 1)
    context = {
        "account": shown,
        "client_name": names.get(shown.client_id) if shown.client_id else None,
        "server": servers.find_server(shown.server_id),
        "chart": chart(queries.curve([shown], wanted), (_("Equity"), _("Balance"))),
        "range": wanted,
        "ranges": RANGES,
        "positions": queries.positions([shown.id]),
        "history": queries.trades_page(history, per_page=5),
        "money": queries.money_page(HistoryFilter(account_ids=(shown.id,)), per_page=5),
        "changes": queries.changes_of(shown.id),
        "asked": requested.of_subject(reference(shown.id), limit=10)
        if request.actor.may(requested.SEE)
        else (),
        **_actions(request, shown),
    }
    return render(request, "trading/office_account.html", context)


@needs("trading.see_accounts")
def figures(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """The figures and positions that move, for the page to ask every few seconds."""
    with missing_as_404():
        shown = queries.account(account_id, by=request.actor)
    context = {"account": shown, "positions": queries.positions([shown.id])}
    return render(request, "trading/office_figures.html", context)


def _actions(request: ActorRequest, shown: AccountLine) -> dict[str, Any]:
    """The forms of what the asker may change about the account now."""
    can_change = request.actor.may("trading.change_accounts")
    kind = queries.account_type(shown.type_id)
    offered = queries.types_to_move_to(shown, for_staff=True)
    rights = {"is_enabled": shown.is_enabled, "may_trade": shown.may_trade}
    switches = {
        name: getattr(shown, name)
        for name in ("may_deposit", "may_withdraw", "may_transfer", "pays_partner")
    }
    return {
        "can_change": can_change,
        "can_credit": request.actor.may("trading.change_credit") and shown.is_open,
        "leverage_form": LeverageForm(
            leverages=kind.leverages, initial={"leverage": shown.leverage}
        ),
        "move_form": MoveForm(offered=offered) if offered else None,
        "reset_form": ResetForm(),
        "rights_form": RightsForm(initial=rights),
        "switches_form": SwitchesForm(initial=switches),
        "archive_form": ArchiveForm(),
    }
