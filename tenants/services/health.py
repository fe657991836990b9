"""What a tenant tells the vendor about itself: numbers and states, never a person."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import transaction

from kernel import clock
from tenants.models import TenantHealth

LONGEST_STATE = 40
"""Characters of the longest name of a state."""


def record_health(tenant_id: uuid.UUID, figures: Mapping[str, int | str | bool | None]) -> None:
    """Keep the latest ``figures`` of a tenant; those of other names stay as they were.

    Several parts of a tenant publish, each its own figures. Opens a transaction.

    Raises:
        ValueError: A figure is a long text: only numbers and short state names may leave a
            tenant's schema.
    """
    for name, value in figures.items():
        if isinstance(value, str) and (len(value) > LONGEST_STATE or "@" in value):
            raise ValueError(f"{name} is no number and no state")
    with transaction.atomic():
        made = {"figures": {}, "taken_at": clock.now()}
        TenantHealth.objects.get_or_create(tenant_id=tenant_id, defaults=made)
        row = TenantHealth.objects.select_for_update().get(tenant_id=tenant_id)
        row.figures = {**row.figures, **figures}
        row.taken_at = clock.now()
        row.save(update_fields=["figures", "taken_at"])
