"""Paid modules switched on and off, which costs nothing and changes no price."""

from __future__ import annotations

import uuid

from kernel.actor import Actor
from kernel.registry import with_required
from tenants import queries
from tenants import services as tenants


def switch_on(tenant_id: uuid.UUID, key: str, *, by: Actor) -> None:
    """Switch a paid module on, with all that it requires.

    Raises:
        NotEntitled: It, or one that it requires, is not paid for.
    """
    wanted = queries.get_tenant(tenant_id).wanted_modules
    tenants.want_modules(tenant_id, wanted | with_required([key]), by=by)


def switch_off(tenant_id: uuid.UUID, key: str, *, by: Actor) -> None:
    """Switch a module off; it stays paid for.

    Raises:
        StillNeeded: A module that is on requires it.
    """
    wanted = queries.get_tenant(tenant_id).wanted_modules
    tenants.want_modules(tenant_id, wanted - {key}, by=by)
