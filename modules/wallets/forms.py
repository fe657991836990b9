"""What the wallets module accepts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from kernel.money import CURRENCIES, Money, exponent
from modules.wallets.errors import TooMuch
from modules.wallets.models import PairTerms
from modules.wallets.types import EntryKind, ExchangeWish, StatementFilter, Terms, WalletFilter

DIGITS = 20
TOO_LARGE = "too_large"
LARGEST_MINOR = 10**17
"""Far below what a 64-bit column holds, far above what anyone has."""
FIRST_ON, LAST_ON = dt.date(1970, 1, 1), dt.date(2999, 12, 31)
"""Days that statements are asked for; beyond them there is no day before or after."""
_DAYS = (MinValueValidator(FIRST_ON), MaxValueValidator(LAST_ON))
_ANY = (PairTerms.ANY, _("All other currencies"))


def exact(amount: Decimal, currency: str) -> Money:
    """``amount`` in whole minor units.

    Raises:
        ValidationError: It has more decimal places than the currency, or cannot be counted
            (code ``too_large``).
    """
    money = Money.of(amount, currency)
    if abs(money.minor) > LARGEST_MINOR:
        raise forms.ValidationError(TooMuch.sentence, code=TOO_LARGE)
    if money.amount != amount:
        raise forms.ValidationError(
            _("%(currency)s has at most %(places)s decimal places."),
            params={"currency": currency, "places": exponent(currency)},
        )
    return money


class ReasonForm(forms.Form):
    """Why payouts may go on."""

    reason = forms.CharField(label=_("What was found and done"), max_length=300)


class ExchangeForm(forms.Form):
    """What a client wants to exchange."""

    pay_currency = forms.ChoiceField(label=_("Pay from"))
    receive_currency = forms.ChoiceField(label=_("Receive in"))
    side = forms.ChoiceField(
        label=_("The amount is"),
        choices=[("pay", _("what I pay")), ("receive", _("what I receive"))],
        widget=forms.RadioSelect,
        initial="pay",
    )
    amount = forms.DecimalField(
        label=_("Amount"), min_value=Decimal("1e-8"), max_digits=DIGITS, decimal_places=8
    )

    def __init__(
        self, *args: Any, mine: Iterable[tuple[str, Any]], offered: Iterable[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "pay_currency", mine)
        _choose(self, "receive_currency", ((code, code) for code in offered))
        self.fields["amount"].widget.attrs |= {"inputmode": "decimal", "step": "any"}

    def clean(self) -> dict[str, Any]:
        """The amount is exact in its own currency."""
        told: dict[str, Any] = super().clean() or {}
        currency = told.get(f"{told.get('side')}_currency")
        if currency and told.get("amount") is not None:
            try:
                told["money"] = exact(told["amount"], currency)
            except forms.ValidationError as error:
                self.add_error("amount", error)
        return told

    def wish(self) -> ExchangeWish:
        """What was asked for."""
        told = self.cleaned_data
        return ExchangeWish(
            pay_currency=told["pay_currency"],
            receive_currency=told["receive_currency"],
            amount=told["money"],
        )


class CorrectionForm(forms.Form):
    """An amount to be put on a wallet, or taken, and why."""

    direction = forms.ChoiceField(
        label=_("Direction"),
        choices=[("put", _("Put on the wallet")), ("take", _("Take from the wallet"))],
        widget=forms.RadioSelect,
        initial="put",
    )
    amount = forms.DecimalField(
        label=_("Amount"), min_value=Decimal("1e-8"), max_digits=DIGITS, decimal_places=8
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        self.fields["amount"].widget.attrs |= {"inputmode": "decimal", "step": "any"}

    def clean_amount(self) -> Money:
        """Exact in the wallet's currency."""
        return exact(self.cleaned_data["amount"], self.currency)

    def signed(self) -> Money:
        """The amount with the sign of its direction."""
        amount: Money = self.cleaned_data["amount"]
        return amount if self.cleaned_data["direction"] == "put" else -amount


class StatementForm(forms.Form):
    """What a statement is narrowed to; a wrong value narrows to nothing in particular."""

    kind = forms.ChoiceField(required=False, choices=[("", _("Everything")), *EntryKind.choices])
    from_on = forms.DateField(required=False, validators=_DAYS)
    to_on = forms.DateField(required=False, validators=_DAYS)
    page = forms.IntegerField(required=False, min_value=1)

    def wanted(self) -> StatementFilter:
        """The filter; what was not understood is left out."""
        self.is_valid()
        told = self.cleaned_data
        return StatementFilter(
            kind=told.get("kind") or "",
            from_on=told.get("from_on"),
            to_on=told.get("to_on"),
            page=told.get("page") or 1,
        )

    def days(self, today: dt.date) -> tuple[dt.date, dt.date]:
        """From and to which day: a month back from ``today`` unless told; never the wrong way."""
        wanted = self.wanted()
        last = wanted.to_on or today
        first = wanted.from_on or last - dt.timedelta(days=30)
        return min(first, last), last


class WalletsForm(forms.Form):
    """What the list of wallets is narrowed to."""

    q = forms.CharField(required=False, max_length=100)
    currency = forms.CharField(required=False, max_length=8)
    page = forms.IntegerField(required=False, min_value=1)

    def wanted(self) -> WalletFilter:
        """The filter; what was not understood is left out."""
        self.is_valid()
        told = self.cleaned_data
        return WalletFilter(
            words=told.get("q") or "",
            currency=told.get("currency") or "",
            page=told.get("page") or 1,
        )


class RateForm(forms.Form):
    """A rate of the broker's own."""

    base = forms.ChoiceField(label=_("One unit of"), choices=[(c, c) for c in sorted(CURRENCIES)])
    quote = forms.ChoiceField(label=_("is worth in"), choices=[(c, c) for c in sorted(CURRENCIES)])
    rate = forms.DecimalField(
        label=_("Rate"),
        required=False,
        min_value=Decimal("1e-12"),
        max_digits=24,
        decimal_places=12,
        help_text=_("Empty: the reference rate of the European Central Bank again."),
    )


class TermsForm(forms.Form):
    """What exchanging a pair costs."""

    pay = forms.ChoiceField(
        label=_("Paid in"), choices=[_ANY, *((c, c) for c in sorted(CURRENCIES))]
    )
    receive = forms.ChoiceField(
        label=_("Received in"), choices=[_ANY, *((c, c) for c in sorted(CURRENCIES))]
    )
    is_open = forms.BooleanField(label=_("Can be exchanged"), required=False, initial=True)
    markup_percent = forms.DecimalField(
        label=_("Markup, percent"), min_value=0, max_value=49, max_digits=7, decimal_places=4
    )
    approval_from = forms.DecimalField(
        label=_("Wait for approval from"),
        required=False,
        min_value=0,
        max_digits=DIGITS,
        decimal_places=8,
        help_text=_("In the currency that is paid. Empty: never."),
    )

    def clean(self) -> dict[str, Any]:
        """Either both currencies or all others; a limit is in one currency."""
        told: dict[str, Any] = super().clean() or {}
        pay, receive = told.get("pay"), told.get("receive")
        if (pay == PairTerms.ANY) != (receive == PairTerms.ANY):
            self.add_error("receive", _("Choose two currencies, or all others on both sides."))
        elif pay == PairTerms.ANY and told.get("approval_from") is not None:
            self.add_error("approval_from", _("A limit needs a currency: choose a pair."))
        elif pay and told.get("approval_from") is not None:
            try:
                told["limit"] = exact(told["approval_from"], pay)
            except forms.ValidationError as error:
                self.add_error("approval_from", error)
        return told

    def terms(self) -> Terms:
        """The terms that were described."""
        told = self.cleaned_data
        return Terms(
            pay=told["pay"],
            receive=told["receive"],
            is_open=told["is_open"],
            markup_percent=told["markup_percent"],
            approval_from=told.get("limit"),
        )


def _choose(form: forms.Form, name: str, choices: Iterable[Any]) -> None:
    """Give a choice field its choices: those of the moment, not of the class."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is no choice")
    field.choices = list(choices)
