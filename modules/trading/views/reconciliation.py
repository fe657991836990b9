"""Whether trading servers and we agree: colours, proofs, what differs and what to do about it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kernel.access import needs, refusals_as_messages
from kernel.views import ActorRequest, page_or_part
from modules.trading import queries, services, tasks
from modules.trading.forms.differences import ExplainForm
from modules.trading.types import DifferenceFilter, DifferenceLine
from provisioning.servers import queries as servers
from provisioning.servers.records import ServerLine

STATES = (
    ("standing", gettext_lazy("Unexplained and explained")),
    ("open", gettext_lazy("Unexplained")),
    ("explained", gettext_lazy("Explained")),
    ("gone", gettext_lazy("Settled")),
    ("all", gettext_lazy("All")),
)
LONGEST_LOGIN = 18
"""Digits that a number of the database holds."""


@require_GET
@needs("trading.see_proofs")
def proofs(request: ActorRequest) -> HttpResponse:
    """Every server that is followed, green or red."""
    lines = [one for one in servers.servers() if one.is_usable]
    found = queries.proofs([one.id for one in lines])
    context = {"lines": list(zip(lines, found, strict=True))}
    return render(request, "trading/proofs.html", context)


@require_GET
@needs("trading.see_proofs")
def server(request: ActorRequest, server_id: uuid.UUID) -> HttpResponse:
    """One server: how it stands, what differs, its comparisons."""
    line = server_or_404(server_id)
    wanted = _wanted(request, server_id)
    context = {
        "server": line,
        "tabs": tabs(line, "proof"),
        "proof": queries.proof(server_id),
        "runs": queries.runs(server_id, limit=10),
        "kinds": queries.kind_counts(server_id),
        "states": STATES,
        "all_kinds": queries.difference_kinds(),
        "wanted": wanted,
        "found": queries.differences(wanted),
        "may_repair": request.actor.may("trading.repair_differences"),
        "reason_form": ExplainForm(),
    }
    return page_or_part(request, "trading/proof.html", "trading/differences.html", context)


@require_POST
@needs("trading.repair_differences")
def compare(request: ActorRequest, server_id: uuid.UUID) -> HttpResponse:
    """Compare a server now."""
    server_or_404(server_id)
    with refusals_as_messages(request):
        run_id = services.start_reconciliation(server_id, by=request.actor)
        tasks.reconcile_server.send(str(run_id))
        return redirect("office:trading:proof_run", run_id)
    return redirect("office:trading:proof", server_id)


@require_GET
@needs("trading.see_proofs")
def run(request: ActorRequest, run_id: uuid.UUID) -> HttpResponse:
    """One comparison: how far it is, what it compared, what it found."""
    found = queries.find_run(run_id)
    if found is None:
        raise Http404
    wanted = _wanted(request, found.server_id, run_id=run_id)
    context = {
        "run": found,
        "server": server_or_404(found.server_id),
        "wanted": wanted,
        "found": queries.differences(wanted),
        "may_repair": request.actor.may("trading.repair_differences"),
        "reason_form": ExplainForm(),
    }
    return page_or_part(request, "trading/proof_run.html", "trading/proof_progress.html", context)


@require_POST
@needs("trading.repair_differences")
def repair(request: ActorRequest, difference_id: uuid.UUID) -> HttpResponse:
    """Repair a difference by a named action."""
    line = _difference_or_404(difference_id)
    wanted = request.POST.get("repair", "")
    with refusals_as_messages(request):
        services.ask_repair(difference_id, wanted, by=request.actor)
        tasks.repair_difference.send(str(difference_id), wanted)
        messages.success(request, _("It is being repaired, and then compared again."))
    return redirect("office:trading:proof", line.server_id)


@require_POST
@needs("trading.repair_differences")
def explain(request: ActorRequest, difference_id: uuid.UUID) -> HttpResponse:
    """Say why both sides may differ."""
    line = _difference_or_404(difference_id)
    with refusals_as_messages(request):
        reason = request.POST.get("reason", "")
        services.explain_difference(difference_id, reason, by=request.actor)
        messages.success(request, _("Explained. It stays so while the amounts stay."))
    return redirect("office:trading:proof", line.server_id)


def server_or_404(server_id: uuid.UUID) -> ServerLine:
    """A server of the broker that may be read.

    Raises:
        Http404: There is none, or it is a draft.
    """
    line = servers.find_server(server_id)
    if line is None or not line.is_usable:
        raise Http404
    return line


def tabs(line: ServerLine, current: str) -> list[dict[str, object]]:
    """The pages of one server."""
    pages = (
        ("proof", _("Reconciliation"), "office:trading:proof"),
        ("reading", _("Reading"), "office:trading:reading"),
        ("changes", _("Changes on the server"), "office:trading:server_changes"),
    )
    return [
        {"label": label, "url": reverse(name, args=[line.id]), "current": key == current}
        for key, label, name in pages
    ]


def _wanted(
    request: ActorRequest, server_id: uuid.UUID, *, run_id: uuid.UUID | None = None
) -> DifferenceFilter:
    """The filter of the address; what makes no sense is left out."""
    login, page = request.GET.get("login", "").strip(), request.GET.get("page", "")
    state, kind = request.GET.get("state", "standing"), request.GET.get("kind", "")
    return DifferenceFilter(
        server_id=server_id,
        run_id=run_id,
        state=state if state in dict(STATES) else "standing",
        kind=kind if kind in dict(queries.difference_kinds()) else "",
        login=int(login) if login.isdecimal() and len(login) < LONGEST_LOGIN else None,
        page=int(page) if page.isdecimal() and len(page) < LONGEST_LOGIN else 1,
    )


def _difference_or_404(difference_id: uuid.UUID) -> DifferenceLine:
    line = queries.find_difference(difference_id)
    if line is None:
        raise Http404
    return line
