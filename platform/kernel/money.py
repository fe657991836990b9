"""Money that can be paid, in whole minor units of one currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Self

CURRENCIES: Mapping[str, int] = {
    "AED": 2, "AUD": 2, "BHD": 3, "BRL": 2, "BTC": 8, "CAD": 2, "CHF": 2, "CNY": 2, "CZK": 2,
    "DKK": 2, "ETH": 8, "EUR": 2, "GBP": 2, "HKD": 2, "HUF": 2, "IDR": 2, "ILS": 2, "INR": 2,
    "JPY": 0, "KRW": 0, "KWD": 3, "MXN": 2, "MYR": 2, "NOK": 2, "NZD": 2, "OMR": 3, "PLN": 2,
    "RON": 2, "SAR": 2, "SEK": 2, "SGD": 2, "THB": 2, "TRY": 2, "USC": 2, "USD": 2, "USDC": 6,
    "USDT": 6, "VND": 0, "ZAR": 2,
}  # fmt: skip
"""Decimal places that each currency can pay (ISO 4217; crypto-currencies by custom)."""


class CurrencyMismatchError(ValueError):
    """Two amounts of different currencies met in one sum."""


class UnknownCurrencyError(ValueError):
    """A code that is not in :data:`CURRENCIES`."""


def exponent(currency: str) -> int:
    """How many decimal places ``currency`` has.

    Raises:
        UnknownCurrencyError: The code is not known.
    """
    try:
        return CURRENCIES[currency]
    except KeyError:
        raise UnknownCurrencyError(currency) from None


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: ``minor`` units of ``currency`` (cents for USD)."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal, currency: str, *, rounding: str = ROUND_HALF_EVEN) -> Self:
        """Round ``amount`` (major units) to what the currency can pay, half-even by default."""
        step = Decimal(1).scaleb(-exponent(currency))
        rounded = amount.quantize(step, rounding=rounding)
        return cls(int(rounded.scaleb(exponent(currency))), currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in ``currency``."""
        return cls(0, currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, exactly."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.minor * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def split(self, *weights: int) -> tuple[Money, ...]:
        """Share the amount by ``weights`` with no minor unit lost or made.

        Remaining units go one each to the earliest shares that have a weight.

        Raises:
            ValueError: A weight is negative, or all are zero.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("weights must be whole, not negative, and not all zero")
        sign = -1 if self.minor < 0 else 1
        shares = [abs(self.minor) * weight // total for weight in weights]
        takers = [index for index, weight in enumerate(weights) if weight]
        for index in takers[: abs(self.minor) - sum(shares)]:
            shares[index] += 1
        return tuple(Money(sign * share, self.currency) for share in shares)

    def _same(self, other: Money) -> None:
        if other.currency != self.currency:
            raise CurrencyMismatchError(f"{self.currency} and {other.currency}")
