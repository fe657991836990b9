"""Rates between the currency that is paid and the one that arrives: the wallets' own."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from modules.cashier.errors import NoRate
from modules.cashier.services.figuring import Rate
from modules.wallets import queries as wallets
from modules.wallets.errors import NoRate as UnknownRate

PLACES = Decimal("0.000000000001")


def rate_between(source: str, target: str) -> Rate | None:
    """What one unit of ``source`` is worth to the client now, markup taken off.

    ``None`` for one and the same currency.

    Raises:
        NoRate: There is none, or the broker does not exchange the pair.
    """
    if source == target:
        return None
    terms = wallets.terms(source, target)
    try:
        found = wallets.rate(source, target)
    except UnknownRate as error:
        raise NoRate(source=source, target=target) from error
    if not terms.is_open:
        raise NoRate(source=source, target=target)
    value = found.rate * (1 - terms.markup_percent / 100)
    value = value.quantize(PLACES, rounding=ROUND_DOWN)
    return Rate(value=value, at=found.at, source=found.source)
