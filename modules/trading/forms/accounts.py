"""What is accepted about accounts and their types."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext_lazy as _

from kernel.money import Money, exponent
from modules.trading.models import AccountState, Environment, Visibility
from modules.trading.types import AccountFilter, HistoryFilter, TypeLine, TypeWish

_STRONG = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
_LONGEST_LEVERAGE = 5000
_LONGEST_LOGIN = 2**53
_DAYS = (MinValueValidator(dt.date(1970, 1, 1)), MaxValueValidator(dt.date(2999, 12, 31)))
"""Beyond these there is no day before or after to end at."""

Places = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""Choices of a server's groups: the server's name, then value and label of each group."""


class OpenForClientForm(forms.Form):
    """What a colleague chooses on behalf of a client; the type is chosen already."""

    leverage = forms.TypedChoiceField(label=_("Leverage"), coerce=int)

    def __init__(self, *args: Any, offered: TypeLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "leverage", ((one, f"1:{one}") for one in offered.leverages))
        self.fields["leverage"].initial = offered.leverage_default


class OpenForm(forms.Form):
    """What a client chooses of an account type."""

    leverage = forms.TypedChoiceField(label=_("Leverage"), coerce=int)
    nickname = forms.CharField(
        label=_("Name of your own"),
        max_length=40,
        required=False,
        help_text=_("Only you see it."),
    )

    def __init__(self, *args: Any, offered: TypeLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "leverage", ((one, f"1:{one}") for one in offered.leverages))
        self.fields["leverage"].initial = offered.leverage_default


class BindForm(forms.Form):
    """An account that exists on a server, and the proof that it is the client's."""

    server = forms.ChoiceField(label=_("Trading server"))
    login = forms.IntegerField(label=_("Login"), min_value=1, max_value=2**53)
    password = forms.CharField(
        label=_("Main password"),
        max_length=64,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("We check it on the trading server and do not keep it."),
    )

    def __init__(self, *args: Any, servers: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "server", servers)
        self.fields["login"].widget.attrs |= {"inputmode": "numeric", "dir": "ltr"}


class PasswordForm(forms.Form):
    """A new password for an account's terminal."""

    is_investor = forms.TypedChoiceField(
        label=_("Which password"),
        choices=[("0", _("Main: to trade")), ("1", _("Investor: only to look"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        initial="0",
    )
    password = forms.CharField(
        label=_("New password"),
        min_length=8,
        max_length=16,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("8 to 16 characters: lower and upper case, a digit and a special character."),
    )

    def clean_password(self) -> str:
        """A password that the strict reading of the platform's rule accepts."""
        password: str = self.cleaned_data["password"]
        if not password.isascii() or not all(re.search(kind, password) for kind in _STRONG):
            raise forms.ValidationError(
                _("Use lower and upper case letters, a digit and a special character.")
            )
        return password


class LeverageForm(forms.Form):
    """Another leverage, of those that the account's type offers."""

    leverage = forms.TypedChoiceField(label=_("Leverage"), coerce=int)

    def __init__(self, *args: Any, leverages: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "leverage", ((one, f"1:{one}") for one in leverages))


class NicknameForm(forms.Form):
    """A name of the client's own."""

    nickname = forms.CharField(label=_("Name of your own"), max_length=40, required=False)


class MoveForm(forms.Form):
    """Another account type for an account."""

    type_id = forms.TypedChoiceField(label=_("Account type"), coerce=uuid.UUID)

    def __init__(self, *args: Any, offered: Iterable[TypeLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "type_id", ((str(one.id), one.name) for one in offered))


class ArchiveForm(forms.Form):
    """Why an account is put away."""

    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class ResetForm(forms.Form):
    """Which password is made anew."""

    is_investor = forms.TypedChoiceField(
        label=_("Which password"),
        choices=[("0", _("Main: to trade")), ("1", _("Investor: only to look"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        initial="0",
    )


class RightsForm(forms.Form):
    """What a login may do on the server."""

    is_enabled = forms.BooleanField(label=_("May sign in with the terminal"), required=False)
    may_trade = forms.BooleanField(label=_("May trade"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=60, required=False)


class SwitchesForm(forms.Form):
    """What may be done with an account here."""

    may_deposit = forms.BooleanField(label=_("Deposits"), required=False)
    may_withdraw = forms.BooleanField(label=_("Withdrawals"), required=False)
    may_transfer = forms.BooleanField(label=_("Transfers"), required=False)
    pays_partner = forms.BooleanField(label=_("Partner earns from it"), required=False)


class CreditForm(forms.Form):
    """Credit that is given or taken."""

    direction = forms.ChoiceField(
        label=_("What"),
        choices=[("in", _("Give credit")), ("out", _("Take credit back"))],
        widget=forms.RadioSelect,
        initial="in",
    )
    amount = forms.DecimalField(label=_("Amount"), max_digits=16, min_value=Decimal(0))
    comment = forms.CharField(label=_("What it is for"), max_length=60)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency

    def clean_amount(self) -> Decimal:
        """An amount above nothing that the currency can pay."""
        amount: Decimal = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError(_("The amount must not be zero."))
        if Money.of(amount, self.currency).amount != amount:
            raise forms.ValidationError(
                _("%(currency)s has at most %(places)s decimal places."),
                params={"currency": self.currency, "places": exponent(self.currency)},
            )
        return amount

    def signed(self) -> Money:
        """The amount, below nothing where credit is taken."""
        amount = Money.of(self.cleaned_data["amount"], self.currency)
        return amount if self.cleaned_data["direction"] == "in" else -amount


class DaysForm(forms.Form):
    """Which days a history shows."""

    from_on = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=_DAYS,
    )
    to_on = forms.DateField(
        label=_("To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=_DAYS,
    )
    page = forms.IntegerField(required=False, min_value=1)

    def wanted(self, account_id: uuid.UUID) -> HistoryFilter:
        """The filter; what was not understood is left out. Days are those of the active zone."""
        self.is_valid()
        told = self.cleaned_data
        return HistoryFilter(
            account_ids=(account_id,),
            from_on=told.get("from_on"),
            to_on=told.get("to_on"),
            zone=get_current_timezone(),
            page=told.get("page") or 1,
        )


class AccountsForm(forms.Form):
    """What the list of accounts is narrowed to."""

    q = forms.CharField(required=False, max_length=100)
    environment = forms.ChoiceField(
        required=False, choices=[("", _("Live and demo")), *Environment.choices]
    )
    state = forms.ChoiceField(
        required=False,
        choices=[
            ("", _("Any state")),
            *AccountState.choices,
            ("unclaimed", _("Without a client")),
            ("uneven", _("Balance differs from deals")),
        ],
    )
    sort = forms.CharField(required=False, max_length=20)
    page = forms.IntegerField(required=False, min_value=1)

    def wanted(self) -> AccountFilter:
        """The filter; what was not understood is left out."""
        self.is_valid()
        told = self.cleaned_data
        return AccountFilter(
            words=told.get("q") or "",
            environment=told.get("environment") or "",
            state=told.get("state") or "",
            sort=told.get("sort") or "-opened",
            page=told.get("page") or 1,
        )


class TypeForm(forms.Form):
    """An account type: what clients choose and which group of a server it means."""

    name = forms.CharField(label=_("Name"), max_length=60)
    summary = forms.CharField(label=_("One sentence about it"), max_length=200, required=False)
    environment = forms.ChoiceField(
        label=_("Kind"), choices=Environment.choices, widget=forms.RadioSelect, initial="live"
    )
    place = forms.ChoiceField(
        label=_("Group of the trading server"),
        help_text=_("The group sets currency, symbols, spreads and commission."),
    )
    leverages = forms.CharField(label=_("Leverages on offer"), initial="50, 100, 200, 500")
    leverage_default = forms.IntegerField(
        label=_("Leverage chosen at first"), initial=100, min_value=1, max_value=_LONGEST_LEVERAGE
    )
    deposit_min = forms.DecimalField(
        label=_("Smallest first deposit"), min_value=0, max_digits=14, initial=Decimal(0)
    )
    accounts_max = forms.IntegerField(
        label=_("Accounts per client"), min_value=1, max_value=100, initial=5
    )
    demo_amount = forms.DecimalField(
        label=_("Starting balance of a demo account"),
        min_value=0,
        max_digits=14,
        initial=Decimal(10_000),
    )
    is_swap_free = forms.BooleanField(label=_("Swap-free"), required=False)
    needs_approval = forms.BooleanField(
        label=_("A colleague approves each new account"), required=False
    )
    takes_open_positions = forms.BooleanField(
        label=_("Accounts with open positions may change to it"), required=False
    )
    visibility = forms.ChoiceField(
        label=_("Who may choose it"), choices=Visibility.choices, initial=Visibility.CLIENTS
    )
    cent_factor = forms.TypedChoiceField(
        label=_("How the server counts money"),
        choices=[("1", _("As it is")), ("100", _("In cents: 100 on the server are 1"))],
        coerce=int,
        required=False,
        initial="1",
        help_text=_("Amounts on this page are real money. It cannot change once accounts exist."),
    )
    login_from = forms.IntegerField(
        label=_("First login to give"),
        min_value=1,
        max_value=_LONGEST_LOGIN,
        required=False,
        help_text=_("Empty: after the highest login of the group."),
    )
    login_to = forms.IntegerField(
        label=_("Last login to give"),
        min_value=1,
        max_value=_LONGEST_LOGIN,
        required=False,
        help_text=_("Empty: no end. When the last one is given, no more accounts are opened."),
    )
    order = forms.IntegerField(label=_("Place in the list"), min_value=0, initial=100)

    def __init__(self, *args: Any, places: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "place", [("", _("Choose a group")), *places])

    def clean_leverages(self) -> tuple[int, ...]:
        """Numbers out of ``50, 100, 1:200``."""
        words = re.split(r"[\s,;]+", self.cleaned_data["leverages"].replace("1:", " ").strip())
        numbers = [int(word) for word in words if word.isdecimal()]
        if len(numbers) != len(words) or not all(1 <= n <= _LONGEST_LEVERAGE for n in numbers):
            raise forms.ValidationError(_("Write whole numbers with commas: 50, 100, 200."))
        return tuple(sorted(set(numbers)))

    def clean(self) -> dict[str, Any]:
        """The default leverage is one of those on offer; logins have a first and a last."""
        told: dict[str, Any] = super().clean() or {}
        if "leverages" in told and told.get("leverage_default") not in told["leverages"]:
            self.add_error("leverage_default", _("Choose one of the leverages on offer."))
        first, last = told.get("login_from"), told.get("login_to")
        if last is not None and first is None and "login_from" not in self.errors:
            self.add_error("login_from", _("A range needs its first login, too."))
        elif last is not None and first is not None and last < first:
            self.add_error("login_to", _("The last login comes before the first one."))
        return told

    def wish(self) -> TypeWish:
        """The account type that was described."""
        told = dict(self.cleaned_data)
        server_id, _bar, group = told.pop("place").partition("|")
        told["cent_factor"] = told["cent_factor"] or 1
        return TypeWish(server_id=uuid.UUID(server_id), group=group, **told)


def _choose(form: forms.Form, name: str, choices: Iterable[Any]) -> None:
    """Give a choice field its choices: those of the moment, not of the class."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is no choice")
    field.choices = list(choices)
