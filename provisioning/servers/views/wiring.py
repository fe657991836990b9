"""The way to connect a trading server; it can be left at any step and resumed."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from kernel.access import needs, refusals_as_messages
from kernel.views import page_or_part
from provisioning.servers import queries, services, tasks
from provisioning.servers.forms import GroupsForm, ServerForm
from provisioning.servers.records import ServerLine
from provisioning.servers.views.shared import (
    actor_of,
    missing_as_404,
    posted,
    refusals_in,
    steps,
)


@needs("provisioning.wire_servers")
def connect(request: HttpRequest) -> HttpResponse:
    """Step 1 of connecting a server: address and sign-in."""
    form = ServerForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            server_id = services.draft_server(
                form.wiring(), form.cleaned_data["password"], by=actor_of(request)
            )
            return _begin_test(request, server_id)
    return _form(request, form)


@needs("provisioning.wire_servers")
def redraft(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Step 1 again: a draft can be left and resumed."""
    with missing_as_404():
        line = queries.server(server_id)
        form = ServerForm.of(queries.wiring(server_id), posted(request))
    if line.is_usable:
        return redirect("office:provisioning:server", server_id)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            services.redraft_server(
                server_id, form.wiring(), form.cleaned_data["password"], by=actor_of(request)
            )
            return _begin_test(request, server_id)
    return _form(request, form, line)


@needs("provisioning.wire_servers")
def test(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Step 2: the checks, one by one as they are done; POST begins the test anew."""
    with missing_as_404():
        line = queries.server(server_id)
    if request.method == "POST":
        return _begin_test(request, server_id)
    context = {
        "server": line,
        "probe": queries.newest_probe(server_id),
        "steps": steps(),
    }
    return page_or_part(request, "servers/test.html", "servers/_checks.html", context)


@require_POST
@needs("provisioning.wire_servers")
def trust(request: HttpRequest, server_id: uuid.UUID, probe_id: uuid.UUID) -> HttpResponse:
    """Pin the certificate that the last test was shown, and test again."""
    with refusals_as_messages(request), missing_as_404():
        queries.server(server_id)
        begun = services.trust_certificate(
            probe_id, request.POST.get("fingerprint", ""), by=actor_of(request)
        )
        tasks.run_probe.send(str(begun))
    return redirect("office:provisioning:test_server", server_id)


@needs("provisioning.wire_servers")
def groups(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Step 3: which groups may be used."""
    with missing_as_404():
        line = queries.server(server_id)
    lines = queries.group_lines(server_id)
    chosen = [one.name for one in lines if one.is_chosen]
    form = GroupsForm(lines, posted(request), initial={"groups": chosen})
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            services.choose_groups(server_id, form.cleaned_data["groups"], by=actor_of(request))
            if not line.is_usable:
                tasks.read_groups_of.send(str(server_id))  # its symbols, not only in an hour
            place = "server" if line.is_usable else "certify_server"
            return redirect(f"office:provisioning:{place}", server_id)
    wanted = set(request.POST.getlist("groups") if form.is_bound else chosen)
    context = {
        "server": line,
        "form": form,
        "lines": [(one, one.name in wanted) for one in lines],
        "steps": steps(),
    }
    return render(request, "servers/groups.html", context, status=422 if form.errors else 200)


@require_GET
@needs("provisioning.wire_servers")
def wired(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Step 5: it works; what comes next is another package's page."""
    with missing_as_404():
        line = queries.server(server_id)
    if not line.is_usable:
        return redirect("office:provisioning:test_server", server_id)
    context = {
        "server": line,
        "certification": queries.newest_certification(server_id),
        "next_urls": _next_urls(line),
        "steps": steps(),
    }
    return render(request, "servers/wired.html", context)


def _begin_test(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    with refusals_as_messages(request):
        probe_id = services.ask_probe(server_id, by=actor_of(request))
        tasks.run_probe.send(str(probe_id))
    return redirect("office:provisioning:test_server", server_id)


def _form(request: HttpRequest, form: ServerForm, line: ServerLine | None = None) -> HttpResponse:
    context = {"form": form, "server": line, "steps": steps()}
    return render(request, "servers/connect.html", context, status=422 if form.errors else 200)


def _next_urls(line: ServerLine) -> list[tuple[str, str]]:
    """Where groups become account types, for each group; a package above names its page."""
    name = getattr(settings, "AFTER_WIRING", "")
    if not name:
        return []
    page = reverse(name)
    return [
        (group.name, f"{page}?{urlencode({'server': line.id, 'group': group.name})}")
        for group in queries.groups(line.id)
    ]
