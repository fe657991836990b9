"""What tenants announce, in the schema of the one it happened in."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleActivated(Event):
    """A module was switched on for a tenant; told in the vendor's schema."""

    name: ClassVar[str] = "tenants.ModuleActivated"

    tenant_id: uuid.UUID
    module: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleDeactivated(Event):
    """A module was switched off for a tenant; told in the vendor's schema."""

    name: ClassVar[str] = "tenants.ModuleDeactivated"

    tenant_id: uuid.UUID
    module: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantMoved(Event):
    """A tenant came live, was suspended, or was closed; told in the vendor's schema."""

    name: ClassVar[str] = "tenants.TenantMoved"

    tenant_id: uuid.UUID
    state: str
