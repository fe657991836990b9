"""Brokers as the vendor may see them: plan, money, doors, health; never a client."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from console import queries
from console.actor import actor_of
from console.forms import ReasonForm
from kernel.access import needs, refusals_as_messages
from tenants import services as tenancy


@require_GET
@needs("console.see_brokers")
def brokers(request: HttpRequest) -> HttpResponse:
    """All brokers; ``?q=`` finds by name or host, ``?state=`` narrows."""
    found = queries.broker_list(
        text=request.GET.get("q", "").strip(), state=request.GET.get("state", "")
    )
    template = (
        "console/_brokers.html" if "HX-Request" in request.headers else "console/brokers.html"
    )
    return render(request, template, {"page": found})


@require_GET
@needs("console.see_brokers")
def broker(request: HttpRequest, tenant_id: uuid.UUID) -> HttpResponse:
    """One broker."""
    sheet = queries.find_broker(tenant_id)
    if sheet is None:
        raise Http404
    return render(request, "console/broker.html", {"broker": sheet, "form": ReasonForm()})


@require_POST
@needs("console.suspend_brokers")
def suspend(request: HttpRequest, tenant_id: uuid.UUID) -> HttpResponse:
    """Close a broker's doors, with a reason; its data stay."""
    reason = _reason(request)
    if reason:
        with refusals_as_messages(request):
            tenancy.suspend(_existing(tenant_id), reason=reason, by=actor_of(request))
            messages.success(request, _("The broker's doors are closed."))
    return redirect("console:broker", tenant_id=tenant_id)


@require_POST
@needs("console.suspend_brokers")
def resume(request: HttpRequest, tenant_id: uuid.UUID) -> HttpResponse:
    """Open a suspended broker's doors again, with a reason."""
    reason = _reason(request)
    if reason:
        with refusals_as_messages(request):
            tenancy.resume(_existing(tenant_id), reason=reason, by=actor_of(request))
            messages.success(request, _("The broker's doors are open."))
    return redirect("console:broker", tenant_id=tenant_id)


@require_POST
@needs("console.suspend_brokers")
def sandbox(request: HttpRequest, tenant_id: uuid.UUID) -> HttpResponse:
    """Mark a broker as a sandbox, or as a real one."""
    wanted = request.POST.get("is_sandbox") == "1"
    tenancy.set_sandbox(_existing(tenant_id), is_sandbox=wanted, by=actor_of(request))
    messages.success(request, _("Saved."))
    return redirect("console:broker", tenant_id=tenant_id)


def _existing(tenant_id: uuid.UUID) -> uuid.UUID:
    """The same id, if there is such a broker.

    Raises:
        Http404: There is none.
    """
    if queries.find_tenant(tenant_id) is None:
        raise Http404
    return tenant_id


def _reason(request: HttpRequest) -> str:
    form = ReasonForm(request.POST)
    if form.is_valid():
        return str(form.cleaned_data["reason"])
    messages.error(request, _("Give a reason of at least five letters."))
    return ""
