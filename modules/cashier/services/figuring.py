"""What a payment costs and what of it arrives; every rounding is for the house, and shown."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_UP, Decimal, InvalidOperation

from kernel.money import Money, UnknownCurrencyError, exponent
from modules.cashier.errors import (
    AboveMost,
    AmountUnreadable,
    BelowLeast,
    CurrencyNotTaken,
    NothingArrives,
)
from modules.cashier.types.catalogue import Fee, FeePayer, Terms
from modules.cashier.types.deposits import Figures

LARGEST_MINOR = 10**15
"""More than any payment; far below what a bigint holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Units of the target's currency for one of the paid currency, and where it is from."""

    value: Decimal
    at: dt.datetime
    source: str


def amount_of(text: str, currency: str) -> Money:
    """The amount that a person typed, exactly.

    Raises:
        CurrencyNotTaken: The currency is not known.
        AmountUnreadable: No number, not above zero, more decimals than the currency has, or
            beyond any payment.
    """
    try:
        places = exponent(currency)
    except UnknownCurrencyError:
        raise CurrencyNotTaken(currency=currency[:8]) from None
    refusal = AmountUnreadable(places=places, currency=currency)
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        raise refusal from None
    if not amount.is_finite() or amount <= 0 or amount.adjusted() > len(str(LARGEST_MINOR)):
        raise refusal
    minor = amount.scaleb(places)
    if minor != minor.to_integral_value() or minor > LARGEST_MINOR:
        raise refusal
    return Money(int(minor), currency)


def fee_of(fee: Fee, amount: Money) -> Money:
    """A fee on ``amount``: percentage and fixed part, rounded up, between its least and most."""
    share = (Decimal(amount.minor) * fee.percent / 100).to_integral_value(rounding=ROUND_UP)
    minor = max(int(share) + fee.fixed_minor, fee.least_minor)
    if fee.most_minor is not None:
        minor = min(minor, fee.most_minor)
    return Money(minor, amount.currency)


def figures_of(terms: Terms, pay: Money, *, currency: str, rate: Rate | None) -> Figures:
    """What is shown before paying: ``pay`` in, fees off, the rest converted and rounded down.

    ``rate`` is ``None`` when ``currency`` is the paid one.

    Raises:
        NothingArrives: The fees take all of it.
    """
    broker_fee = fee_of(terms.broker_fee, pay)
    psp_fee = fee_of(terms.psp_fee, pay)
    borne = psp_fee if terms.psp_fee_payer == FeePayer.CLIENT else Money.zero(pay.currency)
    rest = pay - broker_fee - borne
    if rest.minor <= 0:
        raise NothingArrives
    arrives = rest
    if rate is not None:
        arrives = Money.of(rest.amount * rate.value, currency, rounding=ROUND_DOWN)
    if arrives.minor <= 0:
        raise NothingArrives
    return Figures(
        pay=pay,
        broker_fee=broker_fee,
        psp_fee=psp_fee,
        client_psp_fee=borne,
        arrives=arrives,
        rate=rate.value if rate else None,
        rate_at=rate.at if rate else None,
        rate_source=rate.source if rate else "",
    )


def check_range(terms: Terms, pay: Money) -> None:
    """Refuse what the method does not take at once.

    Raises:
        BelowLeast: Too little.
        AboveMost: Too much.
    """
    if pay.minor < terms.least_minor:
        raise BelowLeast(least=Money(terms.least_minor, pay.currency))
    if pay.minor > terms.most_minor:
        raise AboveMost(most=Money(terms.most_minor, pay.currency))
