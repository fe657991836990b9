"""What tenants do. The only writer of their rows."""

from __future__ import annotations

from tenants.services.domains import add_domain, may_issue, remove_domain, verify_domain
from tenants.services.health import record_health
from tenants.services.lifecycle import (
    create_tenant,
    describe,
    make_primary,
    move,
    open_doors,
    reserve_slug,
    resume,
    set_sandbox,
    set_theme_version,
    suspend,
)
from tenants.services.modules import set_entitlements, want_modules

__all__ = [
    "add_domain",
    "create_tenant",
    "describe",
    "make_primary",
    "may_issue",
    "move",
    "open_doors",
    "record_health",
    "remove_domain",
    "reserve_slug",
    "resume",
    "set_entitlements",
    "set_sandbox",
    "set_theme_version",
    "suspend",
    "verify_domain",
    "want_modules",
]
