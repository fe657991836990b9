"""What a tenant tells the vendor about itself: numbers and states, never a person."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from kernel import clock
from tenants.models import TenantHealth

LONGEST_STATE = 40
"""Characters of the longest name of a state."""


def record_health(tenant_id: uuid.UUID, figures: Mapping[str, int | str | bool | None]) -> None:
    """Keep the latest ``figures`` of a tenant.

    Raises:
        ValueError: A figure is a long text: only numbers and short state names may leave a
            tenant's schema.
    """
    for name, value in figures.items():
        if isinstance(value, str) and (len(value) > LONGEST_STATE or "@" in value):
            raise ValueError(f"{name} is no number and no state")
    TenantHealth.objects.update_or_create(
        tenant_id=tenant_id, defaults={"figures": dict(figures), "taken_at": clock.now()}
    )
