"""What the screens of withdrawals, transfers and the finance desk accept."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused
from kernel.money import CURRENCIES
from modules.cashier.services import amount_of
from modules.cashier.types.outgoing import (
    InstrumentLine,
    InstrumentWish,
    RuleLine,
    Spot,
    TransferWish,
    Way,
    WithdrawalWish,
)
from modules.cashier.types.passages import InstrumentKind, SplitMode

_FIGURE = {"inputmode": "decimal", "autocomplete": "off", "dir": "ltr"}
_PLAIN = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false", "dir": "ltr"}
_LARGEST_FILE = 5 * 1024 * 1024


class _AmountForm(forms.Form):
    """From where, and how much in its currency."""

    source = forms.ChoiceField(label=_("From"), widget=forms.RadioSelect)
    amount = forms.CharField(
        label=_("Amount"), max_length=30, widget=forms.TextInput(attrs=_FIGURE)
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, spots: Sequence[Spot], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currencies = {one.key: one.currency for one in spots}
        self._choose("source", [(one.key, one.title) for one in spots])

    def clean(self) -> dict[str, Any]:
        """Read the amount by the currency of its source."""
        told = super().clean() or {}
        currency = self.currencies.get(told.get("source", ""))
        if currency and told.get("amount"):
            try:
                told["money"] = amount_of(told["amount"], currency)
            except Refused as refusal:
                self.add_error("amount", str(refusal))
        return told

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices


class WithdrawForm(_AmountForm):
    """A withdrawal."""

    method = forms.ChoiceField(label=_("How"), widget=forms.RadioSelect)
    instrument = forms.ChoiceField(label=_("Paid to"))

    BACK: ClassVar = "back"
    """Nothing chosen to be paid to: only where money came from."""

    field_order = ("source", "method", "instrument", "amount")

    def __init__(
        self,
        *args: Any,
        spots: Sequence[Spot],
        ways: Sequence[Way],
        instruments: Sequence[InstrumentLine],
        returns: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, spots=spots, **kwargs)
        self._choose("method", [(str(one.id), one.title) for one in ways])
        usable = [(str(one.id), f"{one.title} · {one.currency}") for one in instruments]
        self._choose("instrument", [*usable, (self.BACK, _("Back to where you paid from"))])
        if returns:
            self.fields["instrument"].help_text = _(
                "What you paid in by card goes back to the card first, wherever you choose."
            )

    def wish(self) -> WithdrawalWish:
        """What is wished for; the form must be valid."""
        told = self.cleaned_data
        chosen = told["instrument"]
        return WithdrawalWish(
            method_id=uuid.UUID(told["method"]),
            source=told["source"],
            amount=told["money"],
            key=str(told["key"]),
            instrument_id=None if chosen == self.BACK else uuid.UUID(chosen),
        )


class MoveForm(_AmountForm):
    """A transfer between a client's own places."""

    target = forms.ChoiceField(label=_("To"), widget=forms.RadioSelect)

    field_order = ("source", "target", "amount")

    def __init__(
        self, *args: Any, spots: Sequence[Spot], targets: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, spots=spots, **kwargs)
        self._choose("target", list(targets))

    def wish(self) -> TransferWish:
        """What is wished for; the form must be valid."""
        told = self.cleaned_data
        return TransferWish(
            source=told["source"],
            target=told["target"],
            amount=told["money"],
            key=str(told["key"]),
        )


class SendForm(_AmountForm):
    """A transfer to another client, named by number and last name."""

    number = forms.RegexField(
        label=_("Client number"),
        regex=r"^\s*[Cc]?-?\d{1,9}\s*$",
        widget=forms.TextInput(attrs=_PLAIN),
        help_text=_("As it stands in the other client's profile: C-10001."),
    )
    name = forms.CharField(label=_("Last name"), max_length=80)

    field_order = ("source", "number", "name", "amount")

    def wish(self) -> TransferWish:
        """What is wished for; the form must be valid."""
        told = self.cleaned_data
        digits = "".join(one for one in told["number"] if one.isascii() and one.isdigit())
        return TransferWish(
            source=told["source"],
            target="",
            amount=told["money"],
            key=str(told["key"]),
            beneficiary_number=int(digits),
            beneficiary_name=told["name"],
        )


class InstrumentForm(forms.Form):
    """Something that a client wants to be paid to."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=InstrumentKind.choices, widget=forms.RadioSelect
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(one, one) for one in CURRENCIES])
    holder = forms.CharField(label=_("Account holder"), max_length=120)
    number = forms.CharField(
        label=_("IBAN, account number or address"),
        max_length=120,
        widget=forms.TextInput(attrs=_PLAIN),
    )
    bank = forms.CharField(label=_("Bank or network"), max_length=50)
    bic = forms.CharField(
        label=_("BIC or SWIFT"),
        max_length=11,
        required=False,
        widget=forms.TextInput(attrs=_PLAIN),
    )

    def wish(self) -> InstrumentWish:
        """What is wished for; the form must be valid."""
        return InstrumentWish(**self.cleaned_data)


class PaidForm(forms.Form):
    """Where a payment can be found."""

    reference = forms.CharField(
        label=_("Reference of the payment"), max_length=200, widget=forms.TextInput(attrs=_PLAIN)
    )


class SettlementForm(forms.Form):
    """A provider's file, and which columns say what."""

    account = forms.ChoiceField(label=_("Provider"))
    file = forms.FileField(
        label=_("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
        help_text=_("Comma-separated values in UTF-8, up to 5 MB, the first line names columns."),
    )
    reference = forms.CharField(label=_("Column of the reference"), initial="reference")
    amount = forms.CharField(label=_("Column of the amount"), initial="amount")
    currency = forms.CharField(label=_("Column of the currency"), initial="currency")
    fee = forms.CharField(label=_("Column of the fee"), required=False, initial="fee")
    kind = forms.CharField(
        label=_("Column of the kind"),
        required=False,
        help_text=_("“payout” in it marks money that left; so does a negative amount."),
    )
    date = forms.CharField(label=_("Column of the day"), required=False)

    def __init__(self, *args: Any, accounts: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account"]
        if isinstance(field, forms.ChoiceField):
            field.choices = accounts

    def clean_file(self) -> Any:
        """A file that is small enough to be read."""
        file = self.cleaned_data["file"]
        if file.size > _LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 5 MB."))
        return file

    def columns(self) -> Mapping[str, str]:
        """The file's names of our columns; the form must be valid."""
        names = ("reference", "amount", "currency", "fee", "kind", "date")
        return {name: self.cleaned_data[name].strip() for name in names}


class RulesForm(forms.Form):
    """What a broker says of money that leaves."""

    split = forms.ChoiceField(
        label=_("Back to where it came from"), choices=SplitMode.choices, widget=forms.RadioSelect
    )
    cool_down_hours = forms.IntegerField(
        label=_("Hours before a new account or address can be used"), min_value=0, max_value=720
    )
    most_a_day = forms.IntegerField(
        label=_("Withdrawals a client may ask for in a day"), min_value=1, max_value=100
    )
    expected_hours = forms.IntegerField(
        label=_("Hours that paying takes, as clients are told"), min_value=1, max_value=720
    )
    is_to_others_on = forms.BooleanField(
        label=_("Clients may send money to other clients"), required=False
    )

    def wish(self) -> RuleLine:
        """The rules; the form must be valid."""
        return RuleLine(**self.cleaned_data)
