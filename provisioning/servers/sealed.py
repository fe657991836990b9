"""Passwords of managers, sealed anew when the tenant's data key is rotated."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db import transaction

from kernel import pin
from provisioning.servers.models import Probe, Server


def reseal_own(reseal: Callable[..., bytes]) -> int:
    """Seal passwords anew; return how many. Safe to repeat and to interrupt."""
    if pin.current() == pin.PUBLIC:
        return 0  # the vendor has no trading servers, not even their tables
    count = 0
    for model in (Server, Probe):
        kept = model._default_manager.exclude(sealed_password=b"")  # noqa: SLF001 - Django's documented API
        for pk in list(kept.values_list("pk", flat=True)):
            count += _reseal(model, pk, reseal)
    return count


@transaction.atomic
def _reseal(model: type[Server | Probe], pk: uuid.UUID, reseal: Callable[..., bytes]) -> int:
    row = model._default_manager.select_for_update().filter(pk=pk).first()  # noqa: SLF001 - see above
    if row is None or not bytes(row.sealed_password):
        return 0
    row.sealed_password = reseal(bytes(row.sealed_password), about=row.place)
    row.save(update_fields=["sealed_password"])
    return 1
