"""What trading puts in slots of other pages."""

from __future__ import annotations

import uuid

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kernel.actor import Actor
from modules.trading import queries
from modules.trading.errors import NoSuchAccount
from provisioning.servers import queries as servers


def proofs(request: HttpRequest) -> SafeString:
    """Green or red for every server, with the last proof, for the office's first page."""
    lines = [one for one in servers.servers() if one.is_usable]
    found = queries.proofs([one.id for one in lines])
    stranded = [(one, line) for one in lines for line in queries.stranded_types(one.id)]
    context = {"lines": list(zip(lines, found, strict=True)), "stranded": stranded}
    return render_to_string("trading/office_home.html", context, request=request)


def accounts_of_client(request: HttpRequest, client_id: uuid.UUID) -> SafeString:
    """The client's trading accounts, for his page in the back office."""
    lines = queries.accounts_of(client_id)
    context = {
        "lines": lines,
        "totals": queries.totals(lines),
        "client_id": client_id,
        "can_open": _can_open(request, client_id),
    }
    return render_to_string("trading/client_accounts.html", context, request=request)


def _can_open(request: HttpRequest, client_id: uuid.UUID) -> bool:
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by the middleware
    try:
        queries.client_to_open_for(client_id, by=actor)
    except NoSuchAccount:
        return False
    return True
