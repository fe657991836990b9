"""How well a server is read: its history, its rhythm, and what changed on it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from kernel.access import needs, refusals_as_messages
from kernel.views import ActorRequest, page_or_part
from modules.trading import queries, services, tasks
from modules.trading.views.reconciliation import server_or_404, tabs
from provisioning.servers import catalogue

_ACTS: Mapping[str, Callable[..., object]] = {
    "start": services.start_backfill,
    "pause": services.pause_backfill,
    "resume": services.resume_backfill,
}


@require_GET
@needs("trading.see_proofs")
def reading(request: ActorRequest, server_id: uuid.UUID) -> HttpResponse:
    """How far a server has been read, and its history with progress."""
    line = server_or_404(server_id)
    context = {
        "server": line,
        "tabs": tabs(line, "reading"),
        "sync": queries.find_sync(server_id),
        "backfill": queries.newest_backfill(server_id),
        "may_repair": request.actor.may("trading.repair_differences"),
    }
    return page_or_part(request, "trading/reading.html", "trading/reading_progress.html", context)


@require_POST
@needs("trading.repair_differences")
def backfill(request: ActorRequest, server_id: uuid.UUID, act: str) -> HttpResponse:
    """Start, pause or resume the reading of a history."""
    server_or_404(server_id)
    if act not in _ACTS:
        raise Http404
    with refusals_as_messages(request):
        _ACTS[act](server_id, by=request.actor)
        tasks.pull_server.send(str(server_id))
    return redirect("office:trading:reading", server_id)


@require_GET
@needs("trading.see_proofs")
def changes(request: ActorRequest, server_id: uuid.UUID) -> HttpResponse:
    """What changed on a server: groups and symbols that came, went, or are not what they were."""
    line = server_or_404(server_id)
    number = request.GET.get("page", "1")
    page = int(number) if number.isdecimal() else 1
    context = {
        "server": line,
        "tabs": tabs(line, "changes"),
        "found": catalogue.changes(server_id, page=page),
        "symbols": catalogue.symbol_count(server_id),
        "stranded": queries.stranded_types(server_id),
    }
    return render(request, "trading/server_changes.html", context)
