"""What the cashier accepts."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused
from kernel.money import Money
from modules.cashier.services import amount_of
from modules.cashier.types.catalogue import (
    Offer,
)
from modules.cashier.types.deposits import DepositWish, Target

_FIGURE = {"inputmode": "decimal", "autocomplete": "off", "dir": "ltr"}


class PayForm(forms.Form):
    """Where to, how, and how much."""

    target = forms.ChoiceField(label=_("Where to"), widget=forms.RadioSelect)
    method = forms.ChoiceField(label=_("How"), widget=forms.RadioSelect)
    amount = forms.CharField(
        label=_("Amount"), max_length=30, widget=forms.TextInput(attrs=_FIGURE)
    )
    currency = forms.ChoiceField(label=_("Currency"))
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, targets: Sequence[Target], offers: Sequence[Offer], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        codes = dict.fromkeys(code for one in offers for code in one.currencies)
        _choose(self, "target", ((one.key, one.title) for one in targets))
        _choose(self, "method", ((str(one.id), one.title) for one in offers))
        _choose(self, "currency", ((code, code) for code in codes))

    def clean(self) -> dict[str, Any]:
        """Read the amount exactly."""
        told = super().clean() or {}
        if told.get("amount") and told.get("currency"):
            try:
                told["amount"] = amount_of(told["amount"], told["currency"])
            except Refused as refusal:
                self.add_error(refusal.field, str(refusal))
        return told

    def wish(self) -> DepositWish:
        """What was asked for."""
        told = self.cleaned_data
        return DepositWish(
            method_id=uuid.UUID(told["method"]),
            target=told["target"],
            amount=told["amount"],
            key=str(told["key"]),
        )


class ConfirmForm(forms.Form):
    """The figures that were shown."""

    token = forms.CharField(max_length=2000, widget=forms.HiddenInput)


class ProofForm(forms.Form):
    """A proof of payment."""

    proof = forms.FileField(
        label=_("Proof of payment"),
        max_length=255,
        help_text=_("A PDF or a picture of the receipt, up to 5 MB."),
        widget=forms.ClearableFileInput(
            attrs={"accept": "application/pdf,image/png,image/jpeg,image/webp"}
        ),
    )


class ApproveForm(forms.Form):
    """The amount that really came."""

    received = forms.CharField(
        label=_("Received"), max_length=30, widget=forms.TextInput(attrs=_FIGURE)
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_received(self) -> Money:
        """Read the amount exactly."""
        try:
            return amount_of(self.cleaned_data["received"], self.currency)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class ReasonForm(forms.Form):
    """Why a deposit is rejected or sent back; the client reads it."""

    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("The client reads it."))


def _choose(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)
