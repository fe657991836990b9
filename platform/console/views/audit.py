"""The vendor's own audit log."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from console import queries
from kernel.access import needs

_PAGE = 50


@require_GET
@needs("console.see_audit")
def entries(request: HttpRequest) -> HttpResponse:
    """What vendor staff and the platform did in the vendor's schema, newest first."""
    before = request.GET.get("before", "")
    lines = queries.deeds(limit=_PAGE, before=int(before) if before.isdigit() else None)
    older = lines[-1].entry.seq if len(lines) == _PAGE else None
    return render(request, "console/audit.html", {"lines": lines, "older": older})
