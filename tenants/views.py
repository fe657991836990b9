"""What the machinery in front of us asks about hosts."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse

from kernel import throttle
from kernel.access import open_to_all
from tenants import services

LOOPBACK = frozenset({"127.0.0.1", "::1"})
OFTEN = throttle.Limit(times=600, per=dt.timedelta(minutes=1))


@open_to_all("answers the certificate manager on this machine, and nobody else")
def may_issue(request: HttpRequest) -> HttpResponse:
    """Whether a certificate may be ordered for ``?domain=``: 200 for yes, 403 for anything else.

    It fails closed: a caller from elsewhere, too many questions or an error never say yes.
    """
    if request.META.get("REMOTE_ADDR") not in LOOPBACK or "HTTP_X_FORWARDED_FOR" in request.META:
        return HttpResponse(status=403)
    try:
        throttle.require("certificate", who="certificate manager", limit=OFTEN)
    except throttle.TooOften:
        return HttpResponse(status=429)
    allowed = services.may_issue(request.GET.get("domain", ""))
    return HttpResponse(status=200 if allowed else 403)
