"""Seeds of second factors, sealed anew when the tenant's data key is rotated."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from identity.adapters import FACTOR_PLACE

SEEDS = ("secret", "seed")
"""Where allauth keeps the seed of an authenticator app and of recovery codes."""


def reseal_own(reseal: Callable[..., bytes]) -> int:
    """Seal every seed anew; return how many. Safe to repeat and to interrupt."""
    return sum(
        _reseal(pk, reseal) for pk in list(Authenticator.objects.values_list("pk", flat=True))
    )


@transaction.atomic
def _reseal(pk: int, reseal: Callable[..., bytes]) -> int:
    row: Any = Authenticator.objects.select_for_update().filter(pk=pk).first()
    held = [name for name in SEEDS if row is not None and row.data.get(name)]
    for name in held:
        sealed = reseal(base64.b64decode(row.data[name]), about=FACTOR_PLACE)
        row.data[name] = base64.b64encode(sealed).decode()
    if held:
        row.save(update_fields=["data"])
    return len(held)
