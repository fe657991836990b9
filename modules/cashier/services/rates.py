"""Rates between the currency that is paid and the one that arrives."""

from __future__ import annotations

from modules.cashier.errors import NoRate
from modules.cashier.services.figuring import Rate


def rate_between(source: str, target: str) -> Rate | None:
    """The rate from ``source`` to ``target`` now; ``None`` for one and the same.

    Raises:
        NoRate: There is none.
    """
    if source == target:
        return None
    raise NoRate(source=source, target=target)
