"""The first page of the vendor's console."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from billing import queries as billing
from console import figures
from console.actor import actor_of
from kernel.access import needs


@require_GET
@needs("console.see_brokers")
def overview(request: HttpRequest) -> HttpResponse:
    """Money (for those who may see it), brokers, the run of the moment, health."""
    words: dict[str, object] = {"page": figures.overview()}
    if actor_of(request).may("console.see_money"):
        words |= {
            "can_see_money": True,
            "revenue": billing.revenue(),
            "months": figures.invoiced(),
        }
    return render(request, "console/overview.html", words)
