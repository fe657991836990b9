"""Pausing all that is sent after a restore, and releasing it."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kernel.access import needs, refusals_as_messages
from kernel.views import ActorRequest, missing_as_404
from modules.trading import queries, services
from modules.trading.errors import NoSuchPause
from modules.trading.forms import PauseForm, WhyForm

DECIDE = "trading.decide_operations"


@needs(DECIDE)
@require_POST
def pause(request: ActorRequest) -> HttpResponse:
    """Send nothing to a server, or to anybody, until somebody has looked."""
    form = PauseForm(request.POST)
    if form.is_valid():
        with refusals_as_messages(request):
            told = form.cleaned_data
            services.pause_sending(told["server"], why=told["reason"], by=request.actor)
            messages.success(request, _("Nothing is sent until you release it."))
    else:
        messages.error(request, _("Please give a reason."))
    return redirect("office:trading:operations")


@needs(DECIDE)
@require_POST
def release(request: ActorRequest, pause_id: uuid.UUID) -> HttpResponse:
    """Let things be sent again."""
    with missing_as_404(NoSuchPause):
        queries.pause(pause_id)
    form = WhyForm(request.POST)
    if form.is_valid():
        with refusals_as_messages(request):
            reason = form.cleaned_data["reason"]
            services.release_sending(pause_id, reason=reason, by=request.actor)
            messages.success(request, _("Operations are sent again."))
    else:
        messages.error(request, _("Please give a reason."))
    return redirect("office:trading:operations")
