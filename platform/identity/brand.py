"""What sign-in must know about the tenant it serves: its name, its address, its words."""

from __future__ import annotations

import re
from typing import Any

from allauth.core import context
from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from kernel import pin


def tenant_of(request: HttpRequest) -> Any:
    """The tenant whose host was called (``tenants.types.TenantInfo``), if one was found."""
    return getattr(request, "tenant", None)


def tenant_name(request: HttpRequest | None = None) -> str:
    """The name that people know the place by."""
    asked = request or context.request
    tenant = tenant_of(asked) if asked else None
    return getattr(tenant, "name", "") or "Atrium"


def tenant_words() -> tuple[str, ...]:
    """Lower-case words of the tenant's name and host, for refusing passwords made of them."""
    tenant = tenant_of(context.request) if context.request else None
    texts = (getattr(tenant, "name", ""), getattr(tenant, "slug", ""), "atrium")
    return tuple(dict.fromkeys(w for text in texts for w in re.findall(r"\w+", text.lower())))


def absolute(path: str) -> str:
    """``path`` on the pinned tenant's primary domain, never on the host that was asked.

    The scheme and host come from the function named by ``settings.BASE_URL_OF``, which takes
    the pinned schema.
    """
    base: str = import_string(settings.BASE_URL_OF)(pin.current())
    return base.rstrip("/") + path
