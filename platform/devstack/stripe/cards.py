"""Test cards, by the numbers Stripe documents, and what each one does."""

from __future__ import annotations

import re
from typing import Any

from devstack.stripe.errors import StripeError, declined

DECLINES_ALWAYS = {
    "0002": ("Your card was declined.", "generic_decline"),
    "9995": ("Your card has insufficient funds.", "insufficient_funds"),
    "0069": ("Your card has expired.", "expired_card"),
}
DECLINES_CHARGES = DECLINES_ALWAYS | {"0341": ("Your card was declined.", "generic_decline")}

TOKENS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "tok_visa": "4242424242424242",
    "tok_chargeCustomerFail": "4000000000000341",
}

SHORTEST, LONGEST = 12, 19
CVC_DIGITS = (3, 4)
MONTHS = range(1, 13)
CENTURY = 2000


def details(number: str, month: int = 12, year: int = 2035) -> dict[str, Any]:
    """What Stripe keeps of a card.

    Raises:
        StripeError: 402, the number is no card's.
    """
    digits = re.sub(r"[\s-]", "", str(number))
    if not (digits.isdigit() and SHORTEST <= len(digits) <= LONGEST and _luhn(digits)):
        raise StripeError(
            402, "Your card number is incorrect.", kind="card_error", code="incorrect_number"
        )
    if month not in MONTHS:
        raise _expiry("Your card's expiration month is invalid.", "invalid_expiry_month")
    brand = {"4": "visa", "5": "mastercard", "3": "amex"}.get(digits[0], "unknown")
    return {
        "brand": brand,
        "last4": digits[-4:],
        "exp_month": month,
        "exp_year": year,
        "country": "US",
        "funding": "credit",
    }


def typed_in(number: str, expiry: str, cvc: str, *, this_year: int) -> dict[str, Any]:
    """The card a person typed into a page; ``expiry`` as ``MM / YY``.

    Raises:
        StripeError: 402, with the sentence to show.
    """
    found = re.fullmatch(r"\s*(\d{1,2})\s*/\s*(?:20)?(\d{2})\s*", expiry)
    if not found:
        raise _expiry("Your card's expiration date is incomplete.", "invalid_expiry_year")
    month, year = int(found[1]), CENTURY + int(found[2])
    if year < this_year:
        raise _expiry("Your card's expiration year is in the past.", "invalid_expiry_year")
    card = details(number, month, year)
    if not (cvc.isdigit() and len(cvc) in CVC_DIGITS):
        raise StripeError(
            402, "Your card's security code is incomplete.", kind="card_error", code="invalid_cvc"
        )
    return card


def refuse_attachment(card: dict[str, Any]) -> None:
    """Refuse a card that no customer can have.

    Raises:
        StripeError: 402, declined.
    """
    if decline := DECLINES_ALWAYS.get(card["last4"]):
        raise declined(*decline)


def refusal_of_charge(card: dict[str, Any] | None) -> StripeError | None:
    """Why charging the card fails, or None if it succeeds."""
    if card is None:
        return StripeError(
            402,
            "This customer has no attached payment source or default payment method.",
            code="resource_missing",
        )
    decline = DECLINES_CHARGES.get(card["last4"])
    return declined(*decline) if decline else None


def _expiry(message: str, code: str) -> StripeError:
    return StripeError(402, message, kind="card_error", code=code)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 - Luhn's own nine
    return total % 10 == 0
