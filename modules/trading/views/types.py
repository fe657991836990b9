"""Account types: the map from what clients choose to the groups of a trading server."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kernel.access import needs
from kernel.errors import Refused
from kernel.views import UNPROCESSABLE, ActorRequest
from modules.trading import queries, services
from modules.trading.forms import Places, TypeForm
from modules.trading.types import TypeLine
from modules.trading.views.shared import missing_as_404
from provisioning.servers import queries as servers


@needs("trading.manage_account_types")
def types(request: ActorRequest) -> HttpResponse:
    """All account types."""
    names = {one.id: one.name for one in servers.servers() if one.is_usable}
    lines = [(one, names.get(one.server_id, "")) for one in queries.account_types()]
    return render(request, "trading/types.html", {"lines": lines, "has_servers": bool(names)})


@needs("trading.manage_account_types")
def new_type(request: ActorRequest) -> HttpResponse:
    """Offer a new account type."""
    form = TypeForm(request.POST or None, places=_places(), initial=_proposal(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.create_type(form.wish(), by=request.actor)
        except Refused as refusal:
            form.add_error(_field(refusal), str(refusal))
        else:
            messages.success(request, _("The account type is on offer."))
            return redirect("office:trading:types")
    return _page(request, form, None)


@needs("trading.manage_account_types")
def edit_type(request: ActorRequest, type_id: uuid.UUID) -> HttpResponse:
    """Change an account type."""
    with missing_as_404():
        line = queries.account_type(type_id)
    form = TypeForm(request.POST or None, places=_places(), initial=_told(line))
    if request.method == "POST" and form.is_valid():
        try:
            services.update_type(type_id, form.wish(), by=request.actor)
        except Refused as refusal:
            form.add_error(_field(refusal), str(refusal))
        else:
            messages.success(request, _("The account type was saved."))
            return redirect("office:trading:types")
    return _page(request, form, line)


def _page(request: ActorRequest, form: TypeForm, line: TypeLine | None) -> HttpResponse:
    context = {"form": form, "line": line, "has_groups": bool(_places())}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "trading/type.html", context, status=status)


def _places() -> Places:
    """The groups of every server that has been proven, under the server's name."""
    return [
        (
            one.name,
            [
                (f"{one.id}|{group.name}", f"{group.name} · {group.currency}")
                for group in servers.groups(one.id)
            ],
        )
        for one in servers.servers()
        if one.is_usable
    ]


def _proposal(request: ActorRequest) -> dict[str, Any]:
    """What a link from the wiring wizard has chosen: ``?server=…&group=…``."""
    server, group = request.GET.get("server", ""), request.GET.get("group", "")
    if not (server and group):
        return {}
    is_demo = group.lower().startswith("demo")
    return {
        "place": f"{server}|{group}",
        "environment": "demo" if is_demo else "live",
        "cent_factor": "100" if "cent" in group.lower() else "1",
        "name": group.replace("\\", "/").rsplit("/", 1)[-1].capitalize(),
    }


def _told(line: TypeLine) -> dict[str, Any]:
    return {
        "name": line.name,
        "summary": line.summary,
        "environment": line.environment,
        "place": f"{line.server_id}|{line.group}",
        "leverages": ", ".join(str(one) for one in line.leverages),
        "leverage_default": line.leverage_default,
        "deposit_min": line.deposit_min.amount,
        "accounts_max": line.accounts_max,
        "demo_amount": line.demo_amount.amount,
        "is_swap_free": line.is_swap_free,
        "needs_approval": line.needs_approval,
        "takes_open_positions": line.takes_open_positions,
        "visibility": line.visibility,
        "cent_factor": str(line.cent_factor),
        "login_from": line.login_from,
        "login_to": line.login_to,
        "order": line.order,
    }


def _field(refusal: Refused) -> str | None:
    """The form's field that a refusal belongs to."""
    return {"group": "place", "leverage": "leverage_default"}.get(refusal.field or "")
