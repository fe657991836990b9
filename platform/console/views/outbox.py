"""Events that could not be told: the vendor's own, and, by count and kind, a broker's."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from console import queries, services
from console.actor import actor_of
from console.forms import ReasonForm
from kernel.access import needs, refusals_as_messages


@require_GET
@needs("console.mend_outbox")
def dead_letters(request: HttpRequest) -> HttpResponse:
    """Given-up events of one schema: no payload is shown, so no person."""
    place = _place(request.GET.get("broker", ""))
    words = {
        "place": place,
        "letters": queries.dead_letters(place),
        "brokers": queries.outbox_tabs(place),
        "form": ReasonForm(),
    }
    return render(request, "console/dead_letters.html", words)


@require_POST
@needs("console.mend_outbox")
def revive(request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
    """Put an event back in the queue."""
    place = _place(request.POST.get("broker", ""))
    with refusals_as_messages(request):
        services.revive_event(event_id, place=place, by=actor_of(request))
        messages.success(request, _("The event is told again in a moment."))
    return _back(place)


@require_POST
@needs("console.mend_outbox")
def drop(request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
    """Close an event for good, with a reason."""
    place = _place(request.POST.get("broker", ""))
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say why the event is dropped."))
        return _back(place)
    with refusals_as_messages(request):
        reason = form.cleaned_data["reason"]
        services.drop_event(event_id, place=place, reason=reason, by=actor_of(request))
        messages.success(request, _("The event is closed."))
    return _back(place)


def _place(text: str) -> uuid.UUID | None:
    """The broker asked for; ``None`` for the vendor's own schema.

    Raises:
        Http404: The text names no broker.
    """
    if not text:
        return None
    try:
        tenant_id = uuid.UUID(text)
    except ValueError:
        raise Http404 from None
    if queries.find_tenant(tenant_id) is None:
        raise Http404
    return tenant_id


def _back(place: uuid.UUID | None) -> HttpResponse:
    suffix = f"?broker={place}" if place else ""
    return redirect(reverse("console:dead_letters") + suffix)
