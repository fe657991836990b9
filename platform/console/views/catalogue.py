"""Plans, prices and revenue."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from billing import queries as billing
from console import figures
from kernel.access import needs


@require_GET
@needs("console.see_money")
def catalogue(request: HttpRequest) -> HttpResponse:
    """The menu with its list prices, and what each line earns."""
    return render(request, "console/catalogue.html", {"lines": figures.catalogue()})


@require_GET
@needs("console.see_money")
def revenue(request: HttpRequest) -> HttpResponse:
    """Monthly recurring revenue, and what was paid."""
    words = {"revenue": billing.revenue(), "months": figures.invoiced()}
    return render(request, "console/revenue.html", words)
