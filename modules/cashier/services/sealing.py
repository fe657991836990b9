"""Secrets of provider accounts, sealed anew when the tenant's data key is rotated."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db import transaction

from kernel import pin
from modules.cashier.models import ProviderAccount
from modules.cashier.services import instruments


def reseal_own(reseal: Callable[..., bytes]) -> int:
    """Seal secrets anew; return how many. Safe to repeat and to interrupt."""
    if pin.current() == pin.PUBLIC:
        return 0  # the vendor has no cashier, not even its tables
    kept = ProviderAccount.objects.exclude(sealed=b"").values_list("pk", flat=True)
    told = sum(_reseal(pk, reseal) for pk in list(kept))
    return told + instruments.reseal_own(reseal)


@transaction.atomic
def _reseal(pk: uuid.UUID, reseal: Callable[..., bytes]) -> int:
    row = ProviderAccount.objects.select_for_update().filter(pk=pk).first()
    if row is None or not bytes(row.sealed):
        return 0
    row.sealed = reseal(bytes(row.sealed), about=row.place)
    row.save(update_fields=["sealed"])
    return 1
