"""Host to tenant, and the pin for the whole request."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from kernel import pin
from tenants import directory
from tenants.types import TenantInfo

LONGEST_HOST = 253
"""Characters of a host name (RFC 1035)."""

ALWAYS = frozenset({"/healthz", "/readyz"})
"""Questions of the machinery around us, which does not know hosts."""


class TenantMiddleware:
    """Finds the tenant by host, pins it, and picks the URLs of its kind of host.

    An unknown host is answered 404 before anything else happens. Nothing but the Host header
    is believed, and absolute addresses are made from the tenant's primary host.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve the request inside its tenant."""
        if request.path in ALWAYS:
            return self._serve(request, directory.vendor())
        tenant = find_tenant(request.META.get("HTTP_HOST", ""))
        if tenant is None:
            return HttpResponse("Not found", status=404, content_type="text/plain")
        return self._serve(request, tenant)

    def _serve(self, request: HttpRequest, tenant: TenantInfo) -> HttpResponse:
        request.tenant = tenant  # type: ignore[attr-defined]  # what every later layer reads
        request.urlconf = "config.urls.vendor" if tenant.is_vendor else "config.urls.tenant"
        with pin.pin(tenant.schema):
            if not tenant.is_vendor and not tenant.is_live and not _is_asset(request):
                return render(request, "base/closed.html", status=503)
            return self.get_response(request)


def find_tenant(header: str) -> TenantInfo | None:
    """The tenant of a Host header, or ``None`` if we do not serve that host."""
    host = host_of(header)
    if not host:
        return None
    return directory.vendor() if host in settings.VENDOR_HOSTS else directory.find_by_host(host)


def host_of(header: str) -> str:
    """The host name in a Host header, lower case, without port; empty when it is malformed."""
    host, _, port = header.lower().rstrip(".").partition(":")
    malformed = len(host) > LONGEST_HOST or (port and not port.isdigit())
    usable = host and all(c.isascii() and (c.isalnum() or c in "-.") for c in host)
    return "" if malformed or not usable else host.rstrip(".")


def is_own_address(address: str, tenant: TenantInfo) -> bool:
    """Whether ``address`` is a path of, or an absolute URL on, the tenant's own host."""
    return url_has_allowed_host_and_scheme(address, allowed_hosts={tenant.primary_host})


def _is_asset(request: HttpRequest) -> bool:
    return request.path.startswith(("/static/", "/t/"))
