"""What may not be true in production."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", ""})
_SHORTEST_SECRET = 32
_MASTER_KEY_BYTES = 32
_WEAK = ("change-me", "changeme", "secret", "default", "test", "local", "insecure", "example")


def refuse_what_is_not_for_production(settings: Mapping[str, Any]) -> None:
    """Check the settings as a whole, and say everything that is wrong at once.

    Raises:
        ImproperlyConfigured: An embedded default, a local Stripe, a default secret, or plain
            HTTP is configured.
    """
    problems = [*_secrets(settings), *_services(settings), *_web(settings)]
    if problems:
        raise ImproperlyConfigured("not fit for production: " + "; ".join(problems))


def _secrets(settings: Mapping[str, Any]) -> list[str]:
    names = ("SECRET_KEY", "DATABASE_ROLE_KEY", "ATRIUM_SIGNING_KEY")
    problems = [f"{name} is short or a default" for name in names if _is_weak(str(settings[name]))]
    if len({settings[name] for name in names}) < len(names):
        problems.append("two secrets are the same")
    for entry in str(settings["ATRIUM_MASTER_KEYS"]).split(","):
        try:
            key = base64.b64decode(entry.partition(":")[2], validate=True)
        except binascii.Error:
            key = b""
        if len(key) != _MASTER_KEY_BYTES or len(set(key)) < _MASTER_KEY_BYTES // 2:
            problems.append("ATRIUM_MASTER_KEYS holds something that is not a random 32-byte key")
    return problems


def _services(settings: Mapping[str, Any]) -> list[str]:
    key = str(settings["STRIPE_SECRET_KEY"])
    checks = {
        "DATABASE_URL points to this machine": _is_here(settings["DATABASES"]["default"]["HOST"]),
        "REDIS_URL points to this machine": _is_here(urlsplit(settings["REDIS_URL"]).hostname),
        "EMAIL_URL points to this machine": _is_here(settings["EMAIL_HOST"]),
        "STRIPE_API_BASE is set: that is a local Stripe": bool(settings["STRIPE_API_BASE"]),
        "STRIPE_SECRET_KEY is missing or local": not key or "local" in key,
        "STRIPE_WEBHOOK_SECRET is missing or local": _is_weak(settings["STRIPE_WEBHOOK_SECRET"]),
        "AWS_STORAGE_BUCKET_NAME is missing": not settings["AWS_STORAGE_BUCKET_NAME"],
        "SENTRY_DSN is missing": not settings["SENTRY_DSN"],
        "ATRIUM_DEVSTACK is set: these are embedded services": "ATRIUM_DEVSTACK" in os.environ,
    }
    return [problem for problem, is_so in checks.items() if is_so]


def _web(settings: Mapping[str, Any]) -> list[str]:
    checks = {
        "PUBLIC_SCHEME must be https": settings["PUBLIC_SCHEME"] != "https",
        "TENANT_BASE_DOMAIN is localhost": settings["TENANT_BASE_DOMAIN"] == "localhost",
        "VENDOR_HOSTS names localhost": bool(_LOOPBACK & set(settings["VENDOR_HOSTS"])),
        "ALLOW_PRIVATE_TRADING_SERVERS is on": bool(settings["ALLOW_PRIVATE_TRADING_SERVERS"]),
    }
    return [problem for problem, is_so in checks.items() if is_so]


def _is_here(host: str | None) -> bool:
    return (host or "") in _LOOPBACK


def _is_weak(secret: str) -> bool:
    lowered = secret.lower()
    return len(secret) < _SHORTEST_SECRET or any(lowered.startswith(word) for word in _WEAK)
