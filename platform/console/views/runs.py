"""Provisioning as the vendor sees it: runs, their log, and the schemas in reserve."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from console.actor import actor_of
from kernel.access import needs, refusals_as_messages
from provisioning.runs import queries, services
from tenants import queries as tenants

_STATES = ("", "running", "waiting", "failed", "done")


@require_GET
@needs("console.see_runs")
def runs(request: HttpRequest) -> HttpResponse:
    """Runs, newest first, and the sign-ups that have not paid."""
    state = request.GET.get("state", "")
    counts = queries.run_counts()
    labels = (_("All"), _("Running"), _("Waiting"), _("Stopped"), _("Done"))
    here = reverse("console:runs")
    tabs = [
        {
            "label": label,
            "url": f"{here}?state={key}" if key else here,
            "current": key == state,
            "count": counts.get(key, 0) if key else sum(counts.values()),
        }
        for key, label in zip(_STATES, labels, strict=True)
    ]
    words = {"tabs": tabs, "runs": queries.runs(state=state), "sign_ups": queries.sign_ups()}
    return render(request, "console/runs.html", words)


@require_GET
@needs("console.see_runs")
def run(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """One run: its steps, and every attempt; the fragment alone for htmx."""
    view = queries.find_run(run_id)
    if view is None:
        raise Http404
    template = "console/_run.html" if "HX-Request" in request.headers else "console/run.html"
    return render(request, template, {"run": view})


@require_POST
@needs("console.retry_runs")
def retry(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """Take a stopped run up again."""
    if queries.find_run(run_id) is None:
        raise Http404
    with refusals_as_messages(request):
        services.retry_run(run_id, by=actor_of(request))
        messages.success(request, _("The run goes on at the step that failed."))
    return redirect("console:run", run_id=run_id)


@require_GET
@needs("console.see_runs")
def pool(request: HttpRequest) -> HttpResponse:
    """The schemas that stand ready for the next brokers."""
    return render(request, "console/pool.html", {"pool": tenants.pool_state()})
