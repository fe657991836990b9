"""Trading servers in the back office: the list, the way to connect one, and its health."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from kernel.access import needs, refusals_as_messages
from kernel.actor import Actor
from kernel.errors import Refused
from provisioning.servers import queries, services, tasks
from provisioning.servers.errors import NoSuchServer
from provisioning.servers.forms import CredentialsForm, GroupsForm, ServerForm
from provisioning.servers.records import ServerLine

STEPS = (
    gettext_lazy("Address and sign-in"),
    gettext_lazy("Connection test"),
    gettext_lazy("Groups"),
    gettext_lazy("Done"),
)


@require_GET
@needs("provisioning.see_servers")
def servers(request: HttpRequest) -> HttpResponse:
    """All trading servers and how they are."""
    lines = [(line, queries.uptime(line.id)) for line in queries.servers()]
    may_wire = _actor(request).may("provisioning.wire_servers")
    return render(request, "servers/servers.html", {"lines": lines, "may_wire": may_wire})


@require_GET
@needs("provisioning.see_servers")
def server(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """One server: its health, its groups, its last test."""
    with _missing_as_404():
        line = queries.server(server_id)
    context = {
        "server": line,
        "group_lines": queries.group_lines(server_id),
        "probe": queries.newest_probe(server_id),
        "uptime": queries.uptime(server_id),
        "may_wire": _actor(request).may("provisioning.wire_servers"),
    }
    return render(request, "servers/server.html", context)


@needs("provisioning.wire_servers")
def connect(request: HttpRequest) -> HttpResponse:
    """Step 1 of connecting a server: address and sign-in."""
    form = ServerForm(_posted(request))
    if request.method == "POST" and form.is_valid():
        with _refusals_in(form):
            server_id = services.draft_server(
                form.wiring(), form.cleaned_data["password"], by=_actor(request)
            )
            return _begin_test(request, server_id)
    return _form(request, form)


@needs("provisioning.wire_servers")
def redraft(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Step 1 again: a draft can be left and resumed."""
    with _missing_as_404():
        line = queries.server(server_id)
        form = ServerForm.of(queries.wiring(server_id), _posted(request))
    if line.is_usable:
        return redirect("office:provisioning:server", server_id)
    if request.method == "POST" and form.is_valid():
        with _refusals_in(form):
            services.redraft_server(
                server_id, form.wiring(), form.cleaned_data["password"], by=_actor(request)
            )
            return _begin_test(request, server_id)
    return _form(request, form, line)


@needs("provisioning.wire_servers")
def test(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Step 2: the checks, one by one as they are done; POST begins the test anew."""
    with _missing_as_404():
        line = queries.server(server_id)
    if request.method == "POST":
        return _begin_test(request, server_id)
    context = {
        "server": line,
        "probe": queries.newest_probe(server_id),
        "steps": [str(step) for step in STEPS],
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    name = "servers/_checks.html" if is_fragment else "servers/test.html"
    return render(request, name, context)


@require_POST
@needs("provisioning.wire_servers")
def trust(request: HttpRequest, server_id: uuid.UUID, probe_id: uuid.UUID) -> HttpResponse:
    """Pin the certificate that the last test was shown, and test again."""
    with _missing_as_404():
        queries.server(server_id)
        with refusals_as_messages(request):
            begun = services.trust_certificate(
                probe_id, request.POST.get("fingerprint", ""), by=_actor(request)
            )
            tasks.run_probe.send(str(begun))
    return redirect("office:provisioning:test_server", server_id)


@needs("provisioning.wire_servers")
def groups(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Step 3: which groups may be used."""
    with _missing_as_404():
        line = queries.server(server_id)
    lines = queries.group_lines(server_id)
    chosen = [one.name for one in lines if one.is_chosen]
    form = GroupsForm(lines, _posted(request), initial={"groups": chosen})
    if request.method == "POST" and form.is_valid():
        with _refusals_in(form):
            services.choose_groups(server_id, form.cleaned_data["groups"], by=_actor(request))
            return redirect("office:provisioning:wired", server_id)
    wanted = set(request.POST.getlist("groups") if form.is_bound else chosen)
    context = {
        "server": line,
        "form": form,
        "lines": [(one, one.name in wanted) for one in lines],
        "steps": [str(step) for step in STEPS],
    }
    return render(request, "servers/groups.html", context, status=422 if form.errors else 200)


@require_GET
@needs("provisioning.wire_servers")
def wired(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Step 4: it works; what comes next is another package's page."""
    with _missing_as_404():
        line = queries.server(server_id)
    if not line.is_usable:
        return redirect("office:provisioning:test_server", server_id)
    context = {
        "server": line,
        "next_url": _next_url(line),
        "steps": [str(step) for step in STEPS],
    }
    return render(request, "servers/wired.html", context)


@needs("provisioning.wire_servers")
def credentials(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Give another password; the present one works until the new one is proven."""
    with _missing_as_404():
        line = queries.server(server_id)
    form = CredentialsForm(_posted(request), initial={"login": line.login})
    if request.method == "POST" and form.is_valid():
        with _refusals_in(form):
            probe_id = services.ask_probe(server_id, by=_actor(request), **form.cleaned_data)
            tasks.run_probe.send(str(probe_id))
            return redirect("office:provisioning:test_server", server_id)
    context = {"server": line, "form": form}
    return render(request, "servers/credentials.html", context, status=422 if form.errors else 200)


@require_POST
@needs("provisioning.wire_servers")
def discard(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Forget a draft."""
    with _missing_as_404():
        services.discard_draft(server_id, by=_actor(request))
    messages.success(request, _("The draft was deleted."))
    return redirect("office:provisioning:servers")


def _begin_test(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    with refusals_as_messages(request):
        probe_id = services.ask_probe(server_id, by=_actor(request))
        tasks.run_probe.send(str(probe_id))
    return redirect("office:provisioning:test_server", server_id)


def _posted(request: HttpRequest) -> QueryDict | None:
    """What was posted, even if nothing: an empty answer is an answer."""
    return request.POST if request.method == "POST" else None


def _form(request: HttpRequest, form: ServerForm, line: ServerLine | None = None) -> HttpResponse:
    context = {"form": form, "server": line, "steps": [str(step) for step in STEPS]}
    return render(request, "servers/connect.html", context, status=422 if form.errors else 200)


def _next_url(line: ServerLine) -> str:
    """Where the groups become account types; a package above names its page in the settings."""
    name = getattr(settings, "AFTER_WIRING", "")
    return f"{reverse(name)}?server={line.id}" if name else ""


@contextmanager
def _refusals_in(form: forms.Form) -> Iterator[None]:
    try:
        yield
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


@contextmanager
def _missing_as_404() -> Iterator[None]:
    try:
        yield
    except NoSuchServer as missing:
        raise Http404 from missing


def _actor(request: HttpRequest) -> Actor:
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor):
        raise PermissionDenied
    return actor
