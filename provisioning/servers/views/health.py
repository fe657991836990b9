"""How trading servers are: the list, each one's health, and what the broker wants to be told."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kernel import clock
from kernel.access import needs
from kernel.views import UNPROCESSABLE
from provisioning.servers import queries, services
from provisioning.servers.forms import AlertsForm
from provisioning.servers.records import ServerLine
from provisioning.servers.views.shared import actor_of, missing_as_404, posted
from provisioning.servers.vitals import budget_of_day, vitals


@require_GET
@needs("provisioning.see_servers")
def servers(request: HttpRequest) -> HttpResponse:
    """All trading servers and how they are."""
    lines = [(line, queries.uptime(line.id), budget_of_day(line.id)) for line in queries.servers()]
    context = {
        "lines": lines,
        "incidents": queries.open_incidents(),
        "may_wire": actor_of(request).may("provisioning.wire_servers"),
    }
    return render(request, "servers/servers.html", context)


@require_GET
@needs("provisioning.see_servers")
def server(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """One server: its health, its rights, its groups."""
    with missing_as_404():
        line = queries.server(server_id)
    context = {
        "server": line,
        "days_left": _days_left(line),
        "pulse": services.pulse_of(server_id),
        "vitals": vitals(server_id),
        "uptime": queries.uptime(server_id),
        "incidents": queries.incidents_of(server_id),
        "rights": queries.rights(server_id),
        "right_changes": queries.right_changes(server_id),
        "certification": queries.newest_certification(server_id),
        "group_lines": queries.group_lines(server_id),
        "may_wire": actor_of(request).may("provisioning.wire_servers"),
    }
    return render(request, "servers/server.html", context)


@needs("provisioning.wire_servers")
def alerts(request: HttpRequest) -> HttpResponse:
    """What the broker wants to be told of, from when on, and whom."""
    form = AlertsForm.of(queries.alerts(), posted(request))
    if request.method == "POST" and form.is_valid():
        services.set_alerts(form.wish(), by=actor_of(request))
        messages.success(request, _("Saved."))
        return redirect("office:provisioning:server_alerts")
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "servers/alerts.html", {"form": form}, status=status)


def _days_left(line: ServerLine) -> int | None:
    if line.certificate_expires_at is None:
        return None
    return (line.certificate_expires_at - clock.now()).days
