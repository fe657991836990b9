"""Changing a server in use: its name, its address, its password; certifying and removing it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kernel.access import needs, refusals_as_messages
from kernel.views import UNPROCESSABLE, is_fragment
from provisioning.servers import queries, services, tasks
from provisioning.servers.forms import AddressForm, CertifyForm, CredentialsForm, DescribeForm
from provisioning.servers.records import ServerLine
from provisioning.servers.views.shared import (
    actor_of,
    missing_as_404,
    posted,
    refusals_in,
    steps,
)


@needs("provisioning.wire_servers")
def describe(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Call a server something else, or use it for other accounts."""
    with missing_as_404():
        line = queries.server(server_id)
    initial = {"name": line.name, "environment": line.environment}
    form = DescribeForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            services.describe_server(server_id, **form.cleaned_data, by=actor_of(request))
            messages.success(request, _("Saved."))
            return redirect("office:provisioning:server", server_id)
    uses = services.uses_of(server_id)
    context = {"server": line, "form": form, "uses": uses}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "servers/describe.html", context, status=status)


@needs("provisioning.wire_servers")
def address(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Move to another address; the present one works until the new one is proven."""
    with missing_as_404():
        line = queries.server(server_id)
        form = AddressForm.of(queries.wiring(server_id), posted(request))
    if not line.is_usable:
        return redirect("office:provisioning:redraft_server", server_id)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            probe_id = services.move_server(server_id, form.address(), by=actor_of(request))
            tasks.run_probe.send(str(probe_id))
            return redirect("office:provisioning:test_server", server_id)
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "servers/address.html", {"server": line, "form": form}, status=status)


@needs("provisioning.wire_servers")
def credentials(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Give another password; the present one works until the new one is proven."""
    with missing_as_404():
        line = queries.server(server_id)
    form = CredentialsForm(posted(request), initial={"login": line.login})
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            probe_id = services.ask_probe(server_id, by=actor_of(request), **form.cleaned_data)
            tasks.run_probe.send(str(probe_id))
            return redirect("office:provisioning:test_server", server_id)
    context = {"server": line, "form": form}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "servers/credentials.html", context, status=status)


@needs("provisioning.wire_servers")
def certify(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Step 4, and again at any time: the smallest sum in, found by its tag, and out."""
    with missing_as_404():
        line = queries.server(server_id)
    if not line.is_usable:
        return redirect("office:provisioning:test_server", server_id)
    form = CertifyForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            begun = services.ask_certification(server_id, **form.cleaned_data, by=actor_of(request))
            tasks.run_certification.send(str(begun))
            return redirect("office:provisioning:certify_server", server_id)
    return _certify_page(request, line, form)


@require_POST
@needs("provisioning.wire_servers")
def skip_certification(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Go on without it, knowing what that means."""
    with refusals_as_messages(request), missing_as_404():
        queries.server(server_id)
        services.skip_certification(server_id, by=actor_of(request))
    return redirect("office:provisioning:wired", server_id)


@require_POST
@needs("provisioning.wire_servers")
def remove(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Take leave of a server that nothing uses."""
    with refusals_as_messages(request), missing_as_404():
        line = queries.server(server_id)
        services.remove_server(server_id, by=actor_of(request))
        messages.success(request, _("%(name)s was removed.") % {"name": line.name})
        return redirect("office:provisioning:servers")
    return redirect("office:provisioning:describe_server", server_id)


@require_POST
@needs("provisioning.wire_servers")
def discard(request: HttpRequest, server_id: uuid.UUID) -> HttpResponse:
    """Forget a draft."""
    with missing_as_404():
        services.discard_draft(server_id, by=actor_of(request))
    messages.success(request, _("The draft was deleted."))
    return redirect("office:provisioning:servers")


def _certify_page(request: HttpRequest, line: ServerLine, form: CertifyForm) -> HttpResponse:
    groups = queries.groups(line.id)
    context = {
        "server": line,
        "form": form,
        "certification": queries.newest_certification(line.id),
        "demo_group": next((group.name for group in groups if group.is_demo), ""),
        "steps": steps(),
        "is_first": line.certified_at is None,
    }
    is_part = is_fragment(request) and request.method == "GET"
    name = "servers/_certification.html" if is_part else "servers/certify.html"
    return render(request, name, context, status=UNPROCESSABLE if form.errors else 200)
