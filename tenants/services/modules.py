"""Which modules a tenant runs: what it pays for and has switched on."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import transaction

from kernel import audit
from kernel.actor import Actor
from kernel.events import publish
from kernel.registry import modules, with_required
from tenants import directory, errors
from tenants.events import ModuleActivated, ModuleDeactivated
from tenants.models import Tenant


@transaction.atomic
def set_entitlements(tenant_id: uuid.UUID, keys: Collection[str], *, by: Actor) -> None:
    """Record what a tenant pays for; what is newly paid for is switched on at once."""
    tenant = Tenant.objects.select_for_update().get(pk=tenant_id)
    entitled = with_required([key for key in keys if key in modules()])
    new = entitled - set(tenant.entitled_modules)
    tenant.entitled_modules = sorted(entitled)
    tenant.wanted_modules = sorted(set(tenant.wanted_modules) | new)
    _apply(tenant, by=by, action="tenants.entitled")


@transaction.atomic
def want_modules(tenant_id: uuid.UUID, keys: Collection[str], *, by: Actor) -> None:
    """Switch on exactly the paid modules ``keys``, and those that they require.

    Raises:
        errors.NotEntitled: One of them, or one that it requires, is not paid for.
        errors.StillNeeded: A module that would go off is needed by one that stays on.
    """
    tenant = Tenant.objects.select_for_update().get(pk=tenant_id)
    asked = {key for key in keys if not modules()[key].always_on}
    needed = with_required(asked)
    for key in sorted(needed - set(tenant.entitled_modules)):
        raise errors.NotEntitled(module=modules()[key].title)
    for key in sorted(needed - asked):
        if key in tenant.wanted_modules:
            by_whom = next(m for m in asked if key in with_required([m]) and m != key)
            raise errors.StillNeeded(module=modules()[key].title, by=modules()[by_whom].title)
    tenant.wanted_modules = sorted(needed)
    _apply(tenant, by=by, action="tenants.modules_switched")


def _apply(tenant: Tenant, *, by: Actor, action: str) -> None:
    """Work out what is active, and tell the difference; needs a transaction."""
    before = set(tenant.active_modules)
    usable = set(tenant.entitled_modules) & set(tenant.wanted_modules)
    active = {key for key in usable if with_required([key]) <= usable}
    tenant.active_modules = sorted(active)
    tenant.save(update_fields=["entitled_modules", "wanted_modules", "active_modules"])
    for key in sorted(active - before):
        publish(ModuleActivated(tenant_id=tenant.pk, module=key))
    for key in sorted(before - active):
        publish(ModuleDeactivated(tenant_id=tenant.pk, module=key))
    audit.note(
        action,
        about=f"tenant:{tenant.pk}",
        by=by,
        changes={"active": [sorted(before), sorted(active)]},
    )
    transaction.on_commit(directory.tell_changed)
