"""Names and passwords of the database roles, derived and never stored."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

RESOLVER = "atrium_resolver"
"""Reads which host belongs to which tenant, and nothing else."""


def role_of(schema: str) -> str:
    """The LOGIN role that works in ``schema``."""
    return f"{schema}_app"


def owner_of(schema: str) -> str:
    """The NOLOGIN role that owns ``schema`` and its tables."""
    return f"{schema}_owner"


def role_password(role: str) -> str:
    """The password of ``role``, hex."""
    return derived_password(role, settings.DATABASE_ROLE_KEY)


def derived_password(role: str, key: str) -> str:
    """HMAC-SHA256 of the name of ``role`` under ``key`` (DATABASE_ROLE_KEY), hex."""
    return hmac.new(key.encode(), role.encode(), hashlib.sha256).hexdigest()
