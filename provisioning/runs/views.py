"""A broker's set-up in its back office: the checklist, the company, the domains."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kernel.access import needs, refusals_as_messages
from kernel.actor import Actor
from kernel.errors import Refused
from kernel.pin import PUBLIC
from provisioning.runs import checklist as setup
from provisioning.runs import domains as hosts
from provisioning.runs.forms import CompanyForm, DomainForm
from provisioning.servers import queries as servers
from tenants import services as tenancy
from tenants.work import run_in


@require_GET
@needs("provisioning.see_setup")
def checklist(request: HttpRequest) -> HttpResponse:
    """What is set up and what comes next, and what is wrong with the trading servers."""
    may_see = _actor(request).may("provisioning.see_servers")
    words = {
        "checklist": setup.checklist(),
        "incidents": servers.open_incidents() if may_see else (),
    }
    return render(request, "runs/checklist.html", words)


@needs("provisioning.manage_company")
def company(request: HttpRequest) -> HttpResponse:
    """The broker's own details."""
    tenant = setup.own_tenant()
    if request.method != "POST":
        fields = ("name", "country", "locale", "time_zone")
        form = CompanyForm(initial={field: getattr(tenant, field) for field in fields})
        return render(request, "runs/company.html", {"form": form})
    form = CompanyForm(request.POST)
    if not form.is_valid():
        return render(request, "runs/company.html", {"form": form}, status=422)
    run_in(PUBLIC, tenancy.describe, tenant.id, by=_actor(request), **form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect("office:provisioning:checklist")


@needs("provisioning.manage_domains")
def domains(request: HttpRequest) -> HttpResponse:
    """The broker's hosts, and what DNS must say for each."""
    form = DomainForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid() and _added(request, form):
            return redirect("office:provisioning:domains")
        status = 422
    words = {"form": form, "domains": hosts.own_domains()}
    return render(request, "runs/domains.html", words, status=status)


@require_POST
@needs("provisioning.manage_domains")
def check_domain(request: HttpRequest, domain_id: uuid.UUID) -> HttpResponse:
    """Ask DNS again."""
    _must_own(domain_id)
    with refusals_as_messages(request):
        line = hosts.check(domain_id, by=_actor(request))
        if line.state == "verified":
            messages.success(request, _("%(host)s is verified.") % {"host": line.host})
        else:
            messages.warning(request, line.problem)
    return redirect("office:provisioning:domains")


@require_POST
@needs("provisioning.manage_domains")
def make_primary(request: HttpRequest, domain_id: uuid.UUID) -> HttpResponse:
    """Make links and mails use this domain."""
    _must_own(domain_id)
    with refusals_as_messages(request):
        hosts.make_primary(domain_id, by=_actor(request))
        messages.success(request, _("Links and mails use this domain from now on."))
    return redirect("office:provisioning:domains")


@require_POST
@needs("provisioning.manage_domains")
def remove_domain(request: HttpRequest, domain_id: uuid.UUID) -> HttpResponse:
    """Give a domain up."""
    _must_own(domain_id)
    with refusals_as_messages(request):
        hosts.remove(domain_id, by=_actor(request))
        messages.success(request, _("The domain was removed."))
    return redirect("office:provisioning:domains")


def _added(request: HttpRequest, form: DomainForm) -> bool:
    try:
        hosts.add(form.cleaned_data["host"], by=_actor(request))
    except Refused as refusal:
        form.add_error("host", str(refusal))
        return False
    return True


def _actor(request: HttpRequest) -> Actor:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise PermissionDenied
    return actor


def _must_own(domain_id: uuid.UUID) -> None:
    """Raises: Http404: it is no domain of this broker's."""
    if domain_id not in {line.id for line in hosts.own_domains()}:
        raise Http404
