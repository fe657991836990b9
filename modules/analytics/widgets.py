"""What the analytics put in slots."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kernel import clock
from kernel.actor import Actor
from modules.analytics import queries
from modules.analytics.forms import AnalyticsForm


def this_month(request: HttpRequest) -> SafeString:
    """The present month's results at the foot of the dashboard; nothing before the first trade."""
    actor: Actor | None = getattr(request, "actor", None)
    accounts = queries.choices(actor.id) if actor is not None and actor.id is not None else ()
    if not accounts:
        return SafeString("")
    wanted = AnalyticsForm({}, accounts=accounts).wanted()
    month = queries.month(wanted.accounts, clock.now().date().replace(day=1))
    if not month.trades:
        return SafeString("")
    return render_to_string("analytics/this_month.html", {"month": month}, request=request)
