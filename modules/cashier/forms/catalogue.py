"""What the cashier accepts of provider accounts, payment methods, their limits and fees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.countries import is_country
from kernel.errors import Refused
from kernel.money import CURRENCIES
from modules.cashier.providers import ADAPTERS
from modules.cashier.services import amount_of
from modules.cashier.types.catalogue import (
    Direction,
    Fee,
    FeePayer,
    MethodLine,
    MethodWish,
    ProviderLine,
    Terms,
)

_PLAIN = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}
_NEVER_FILLED = {**_PLAIN, "autocomplete": "off"}
LONGEST_SECRET = 400
ICONS = (
    ("", _("Fits the provider")),
    ("credit-card", _("Card")),
    ("landmark", _("Bank")),
    ("bitcoin", _("Coins")),
    ("smartphone", _("Phone")),
    ("wallet", _("Wallet")),
    ("wallet-cards", _("Payment service")),
    ("banknote", _("Cash")),
    ("qr-code", _("QR code")),
    ("zap", _("Instant transfer")),
    ("store", _("Shop or voucher")),
    ("mail", _("By e-mail")),
    ("globe", _("Online")),
)


class ProviderForm(forms.Form):
    """An account at a payment provider: a name, and what its kind asks for."""

    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("Only your colleagues see it.")
    )

    def __init__(
        self, *args: Any, kind: str, line: ProviderLine | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if line is not None:
            self.fields["name"].initial = line.name
        for one in ADAPTERS[kind].settings:
            kept = line is not None and one.key in line.has_secrets
            self.fields[one.key] = forms.CharField(
                label=str(one.title),
                max_length=LONGEST_SECRET if not one.is_long else 2000,
                required=one.is_needed and not kept,
                strip=not one.is_secret,
                help_text=str(_("Leave it empty to keep the one you entered before."))
                if kept
                else str(one.hint),
                initial="" if line is None or one.is_secret else line.settings.get(one.key, ""),
                widget=_widget(is_secret=one.is_secret, is_long=one.is_long),
            )

    def told(self) -> dict[str, str]:
        """What was filled in, without the name."""
        return {key: value for key, value in self.cleaned_data.items() if key != "name"}


class CountriesField(forms.CharField):
    """Countries by their codes, as people write them: ``DE, AT``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=1000, **kwargs)
        self.widget.attrs |= {**_PLAIN, "placeholder": "DE, AT", "dir": "ltr"}

    def clean(self, value: Any) -> tuple[str, ...]:
        """The codes, each once."""
        words = str(super().clean(value)).replace(",", " ").upper().split()
        for word in words:
            if not is_country(word):
                raise forms.ValidationError(
                    _("“%(code)s” is no country's code of two letters."), params={"code": word}
                )
        return tuple(dict.fromkeys(words))


class MethodForm(forms.Form):
    """A payment method as clients see it."""

    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("Only your colleagues see it.")
    )
    icon = forms.ChoiceField(
        label=_("Symbol"), choices=ICONS, required=False, help_text=_("Shown where it has no logo.")
    )
    place = forms.IntegerField(
        label=_("Place in the list"), min_value=1, max_value=999, initial=100
    )
    countries = CountriesField(
        label=_("Only in these countries"),
        help_text=_("Codes of two letters; empty means everywhere."),
    )
    countries_not = CountriesField(label=_("Not in these countries"))

    def __init__(self, *args: Any, line: MethodLine | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, language in settings.LANGUAGES:
            words = {"language": str(language)}
            self.fields[f"title_{code}"] = forms.CharField(
                label=_("Name for clients: %(language)s") % words, max_length=60, required=False
            )
            self.fields[f"note_{code}"] = forms.CharField(
                label=_("Note for clients: %(language)s") % words, max_length=300, required=False
            )
        if line is not None:
            self._fill(line)

    def _fill(self, line: MethodLine) -> None:
        for name in ("name", "icon", "place"):
            self.fields[name].initial = getattr(line, name)
        for name in ("countries", "countries_not"):
            self.fields[name].initial = ", ".join(getattr(line, name))
        for code, _language in settings.LANGUAGES:
            self.fields[f"title_{code}"].initial = line.titles.get(code, "")
            self.fields[f"note_{code}"].initial = line.notes.get(code, "")

    def wish(self, line: MethodLine | None) -> MethodWish:
        """What was filled in; switches stay as they are."""
        told = self.cleaned_data
        return MethodWish(
            name=told["name"],
            titles={code: told[f"title_{code}"] for code, _language in settings.LANGUAGES},
            notes={code: told[f"note_{code}"] for code, _language in settings.LANGUAGES},
            icon=told["icon"],
            countries=told["countries"],
            countries_not=told["countries_not"],
            place=told["place"],
            is_deposit_on=bool(line and line.is_deposit_on),
            is_withdrawal_on=bool(line and line.is_withdrawal_on),
        )


class RouteForm(forms.Form):
    """One provider of a method: which, for whom, and when it is tried."""

    account = forms.ChoiceField(label=_("Payment provider"))
    countries = CountriesField(
        label=_("For payers of"),
        help_text=_("Codes of two letters; empty means everywhere else."),
    )

    def __init__(self, *args: Any, accounts: Sequence[ProviderLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "account", ((str(one.id), one.name) for one in accounts))


class TermsForm(forms.Form):
    """Limits and fees of a method in one currency; amounts in major units of it."""

    direction = forms.ChoiceField(label=_("For"), choices=Direction.choices)
    currency = forms.ChoiceField(label=_("Currency"), choices=[(c, c) for c in CURRENCIES])
    least = forms.CharField(label=_("Least"), max_length=30)
    most = forms.CharField(label=_("Most at once"), max_length=30)
    day = forms.CharField(label=_("Most in 24 hours"), max_length=30, required=False)
    month = forms.CharField(label=_("Most in 30 days"), max_length=30, required=False)
    broker_percent = forms.DecimalField(
        label=_("Our fee, per cent"), min_value=0, max_value=50, decimal_places=4, initial=0
    )
    broker_fixed = forms.CharField(label=_("Our fee, fixed"), max_length=30, required=False)
    broker_least = forms.CharField(label=_("Our fee, at least"), max_length=30, required=False)
    broker_most = forms.CharField(label=_("Our fee, at most"), max_length=30, required=False)
    psp_percent = forms.DecimalField(
        label=_("Provider's fee, per cent"), min_value=0, max_value=50, decimal_places=4, initial=0
    )
    psp_fixed = forms.CharField(label=_("Provider's fee, fixed"), max_length=30, required=False)
    psp_least = forms.CharField(label=_("Provider's fee, at least"), max_length=30, required=False)
    psp_most = forms.CharField(label=_("Provider's fee, at most"), max_length=30, required=False)
    psp_fee_payer = forms.ChoiceField(
        label=_("Who bears the provider's fee"),
        choices=FeePayer.choices,
        initial=FeePayer.BROKER,
        widget=forms.RadioSelect,
    )
    four_eyes = forms.CharField(
        label=_("Two colleagues approve from"), max_length=30, required=False
    )

    MONEY = (
        *("least", "most", "day", "month", "four_eyes"),
        *("broker_fixed", "broker_least", "broker_most"),
        *("psp_fixed", "psp_least", "psp_most"),
    )

    def clean(self) -> dict[str, Any]:
        """Read the amounts in the chosen currency."""
        told = super().clean() or {}
        currency = told.get("currency", "")
        for name in self.MONEY:
            text = str(told.get(name) or "").strip()
            told[name] = None
            if not text or not currency or text.strip("0.") == "":
                continue
            try:
                told[name] = amount_of(text, currency).minor
            except Refused as refusal:
                self.add_error(name, str(refusal))
        if told["least"] and told["most"] and told["most"] < told["least"]:
            self.add_error("most", _("The most is less than the least."))
        for name in ("least", "most"):
            if not told[name] and name not in self.errors:
                self.add_error(name, _("Enter an amount above zero."))
        return told

    def terms(self) -> Terms:
        """What was filled in."""
        told = self.cleaned_data
        return Terms(
            currency=told["currency"],
            direction=told["direction"],
            least_minor=told["least"],
            most_minor=told["most"],
            day_minor=told["day"],
            month_minor=told["month"],
            broker_fee=_fee(told, "broker"),
            psp_fee=_fee(told, "psp"),
            psp_fee_payer=told["psp_fee_payer"],
            four_eyes_minor=told["four_eyes"],
        )


def _fee(told: dict[str, Any], who: str) -> Fee:
    return Fee(
        percent=told[f"{who}_percent"] or Decimal(0),
        fixed_minor=told[f"{who}_fixed"] or 0,
        least_minor=told[f"{who}_least"] or 0,
        most_minor=told[f"{who}_most"],
    )


def _widget(*, is_secret: bool, is_long: bool) -> forms.Widget:
    if is_secret:
        return forms.PasswordInput(attrs=_NEVER_FILLED)
    if is_long:
        return forms.Textarea(attrs={"rows": 3})
    return forms.TextInput(attrs=_PLAIN)


def _choose(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)
