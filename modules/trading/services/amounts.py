"""Exact passage between the server's decimals and whole minor units."""

from __future__ import annotations

from decimal import Decimal

from kernel.money import exponent


class Inexact(ValueError):
    """An amount has more decimals than its currency: keeping it would change it."""


def to_minor(amount: Decimal, currency: str) -> int:
    """``amount`` (major units) in whole minor units of ``currency``, exactly.

    Raises:
        Inexact: It is finer than one minor unit.
    """
    if not amount:  # as most swaps and fees are
        return 0
    scaled = amount.scaleb(exponent(currency))
    whole = int(scaled)
    if whole != scaled:
        raise Inexact(f"{amount} {currency}")
    return whole


def to_major(minor: int, currency: str) -> Decimal:
    """``minor`` units of ``currency`` in major units, exactly."""
    return Decimal(minor).scaleb(-exponent(currency))
