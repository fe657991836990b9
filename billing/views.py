"""The broker's Modules page, and the door that Stripe knocks at."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from kombu.exceptions import OperationalError

from billing import queries, services, stripe_gateway, tasks
from billing.catalogue import title_of
from billing.errors import Forged
from billing.forms import ConfirmForm
from billing.types import Preview
from kernel.access import needs, open_to_all, refusals_as_messages
from kernel.actor import Actor
from kernel.errors import Unavailable
from kernel.pin import PUBLIC
from tenants.types import TenantInfo
from tenants.work import run_in

logger = logging.getLogger(__name__)


class OfficeRequest(HttpRequest):
    """A request on a broker's host, as the middleware hands it on."""

    tenant: TenantInfo
    actor: Actor


@csrf_exempt
@require_POST
@open_to_all("Stripe signs its calls")
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """Keep what Stripe says; repeating it is harmless."""
    try:
        fact = stripe_gateway.verify(request.body, request.headers.get("Stripe-Signature", ""))
    except Forged:
        return HttpResponse(status=400)
    event_id = services.keep_stripe_event(fact)
    if event_id is not None:
        _wake(event_id)
    return HttpResponse(status=204)


@require_GET
@needs("billing.see_plan")
def modules(request: OfficeRequest) -> HttpResponse:
    """The menu of modules, what is paid and on, and the invoices."""
    page = run_in(PUBLIC, queries.plan_page, request.tenant.id)
    return render(request, "billing/modules.html", {"page": page})


@require_http_methods(["GET", "POST"])
@needs("billing.manage_plan")
def add(request: OfficeRequest, key: str) -> HttpResponse:
    """Show what adding a module costs; on POST, add it."""
    if request.method == "POST":
        done = _("%(module)s is part of your plan now.")
        return _change(request, key, services.add_module, done)
    return _confirm(request, key, services.preview_addition, "billing/add.html")


@require_http_methods(["GET", "POST"])
@needs("billing.manage_plan")
def remove(request: OfficeRequest, key: str) -> HttpResponse:
    """Show what removing a module gives back; on POST, remove it."""
    if request.method == "POST":
        done = _("%(module)s is no longer part of your plan.")
        return _change(request, key, services.remove_module, done)
    return _confirm(request, key, services.preview_removal, "billing/remove.html")


@require_POST
@needs("billing.switch_modules")
def switch_on(request: OfficeRequest, key: str) -> HttpResponse:
    """Switch a paid module on."""
    with refusals_as_messages(request):
        run_in(PUBLIC, services.switch_on, request.tenant.id, key, by=request.actor)
    return redirect("office:billing:modules")


@require_POST
@needs("billing.switch_modules")
def switch_off(request: OfficeRequest, key: str) -> HttpResponse:
    """Switch a module off; it stays paid for."""
    with refusals_as_messages(request):
        run_in(PUBLIC, services.switch_off, request.tenant.id, key, by=request.actor)
    return redirect("office:billing:modules")


@require_GET  # a form may not lead to another origin under our content policy; a link may
@needs("billing.manage_plan")
def portal(request: OfficeRequest) -> HttpResponse:
    """Lead to the Customer Portal: cards, invoices, cancelling."""
    back = request.build_absolute_uri(reverse("office:billing:modules"))
    with _troubles_as_messages(request):
        url = run_in(PUBLIC, services.portal_url, request.tenant.id, return_url=back)
        return redirect(url)
    return redirect("office:billing:modules")


def _confirm(
    request: OfficeRequest, key: str, preview: Callable[[UUID, str], Preview], template: str
) -> HttpResponse:
    with _troubles_as_messages(request):
        shown = run_in(PUBLIC, preview, request.tenant.id, key)
        form = ConfirmForm(initial={"as_of": shown.as_of})
        context = {"title": title_of(key), "preview": shown, "form": form}
        return render(request, template, context)
    return redirect("office:billing:modules")


def _change(
    request: OfficeRequest, key: str, change: Callable[..., None], done: str
) -> HttpResponse:
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return redirect(request.path)
    with _troubles_as_messages(request):
        as_of: int = form.cleaned_data["as_of"]
        run_in(PUBLIC, change, request.tenant.id, key, as_of=as_of, by=request.actor)
        messages.success(request, done % {"module": title_of(key)})
    return redirect("office:billing:modules")


@contextmanager
def _troubles_as_messages(request: HttpRequest) -> Iterator[None]:
    """Show a refusal, or that Stripe does not answer, as a message."""
    try:
        with refusals_as_messages(request):
            yield
    except Unavailable:
        messages.error(request, _("The payment service does not answer. Try again in a minute."))


def _wake(event_id: UUID) -> None:
    """Have the event applied at once; without a queue the sweep finds it within a minute."""
    try:
        tasks.apply.send(str(event_id))
    except OperationalError:
        logger.warning("The queue is down: a Stripe event waits for the sweep")
