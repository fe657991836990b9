"""What the cashier accepts of who may use a method, limits by verification level, and logos."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused
from kernel.money import CURRENCIES
from modules.cashier.services import amount_of
from modules.cashier.types.catalogue import (
    Access,
    AllowanceLine,
    Direction,
    LevelLimits,
    MethodLine,
)
from modules.clients.types import GroupLine, LevelLine

_FIGURE = {"inputmode": "decimal", "autocomplete": "off", "dir": "ltr"}


class AccessForm(forms.Form):
    """Who may use a method: groups of clients and verification levels."""

    groups = forms.TypedMultipleChoiceField(
        label=_("Only these client groups"),
        coerce=uuid.UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: everybody. Clients of other groups do not see the method."),
    )
    groups_not = forms.TypedMultipleChoiceField(
        label=_("Not these client groups"),
        coerce=uuid.UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    level_in = forms.TypedChoiceField(label=_("Paying in needs at least"), coerce=int)
    level_out = forms.TypedChoiceField(label=_("Being paid needs at least"), coerce=int)

    def __init__(
        self,
        *args: Any,
        line: MethodLine,
        groups: Sequence[GroupLine],
        levels: Sequence[LevelLine],
        **kwargs: Any,
    ) -> None:
        first = {
            "groups": [str(one) for one in line.access.groups],
            "groups_not": [str(one) for one in line.access.groups_not],
            "level_in": line.access.level_in,
            "level_out": line.access.level_out,
        }
        super().__init__(*args, **kwargs)
        self.initial = first
        named = set(line.access.groups) | set(line.access.groups_not)
        shown = [one for one in groups if not one.is_archived or one.id in named]
        for name in ("groups", "groups_not"):
            _choose(self, name, ((str(one.id), one.name) for one in shown))
        if not shown:
            del self.fields["groups"], self.fields["groups_not"]
        for name in ("level_in", "level_out"):
            _choose(self, name, ((one.rank, one.name) for one in levels))

    def access(self) -> Access:
        """What was filled in."""
        told = self.cleaned_data
        return Access(
            groups=tuple(told.get("groups", ())),
            groups_not=tuple(told.get("groups_not", ())),
            level_in=told["level_in"],
            level_out=told["level_out"],
        )


class _LevelAmountsForm(forms.Form):
    """Amounts of money for a verification level."""

    level = forms.TypedChoiceField(label=_("From verification level"), coerce=int)
    day = forms.CharField(
        label=_("Most in 24 hours"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs=_FIGURE),
    )
    month = forms.CharField(
        label=_("Most in 30 days"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs=_FIGURE),
    )

    MONEY: tuple[str, ...] = ("day", "month")

    def __init__(self, *args: Any, levels: Sequence[LevelLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "level", ((one.rank, one.name) for one in levels))

    def clean(self) -> dict[str, Any]:
        """Read the amounts in their currency."""
        told = super().clean() or {}
        for name in self.MONEY:
            text = str(told.get(name) or "").strip()
            told[name] = None
            currency = self.currency_of(told)
            if text and currency:
                try:
                    told[name] = amount_of(text, currency).minor
                except Refused as refusal:
                    self.add_error(name, str(refusal))
        return told

    def currency_of(self, told: dict[str, Any]) -> str:
        """The currency of the amounts."""
        return str(told.get("currency", ""))


class LevelLimitForm(_LevelAmountsForm):
    """Limits of a method in one currency for clients of a level or higher."""

    terms = forms.TypedChoiceField(label=_("Currency"), coerce=uuid.UUID)
    most = forms.CharField(
        label=_("Most at once"), max_length=30, widget=forms.TextInput(attrs=_FIGURE)
    )

    MONEY = ("most", "day", "month")
    field_order = ("terms", "level", "most", "day", "month")

    def __init__(self, *args: Any, line: MethodLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currencies = {one.id: one.currency for one in line.terms}
        ways = dict(Direction.choices)
        named = ((str(one.id), f"{one.currency} · {ways[one.direction]}") for one in line.terms)
        _choose(self, "terms", named)

    def currency_of(self, told: dict[str, Any]) -> str:
        """The currency of the chosen terms."""
        return self.currencies.get(told.get("terms"), "")

    def limits(self) -> LevelLimits:
        """What was filled in."""
        told = self.cleaned_data
        return LevelLimits(
            level=told["level"],
            most_minor=told["most"],
            day_minor=told["day"],
            month_minor=told["month"],
        )


class AllowanceForm(_LevelAmountsForm):
    """What clients of a level or higher may take out in all."""

    currency = forms.ChoiceField(label=_("Currency"), choices=[(c, c) for c in CURRENCIES])

    field_order = ("level", "currency", "day", "month")

    def allowance(self) -> AllowanceLine:
        """What was filled in."""
        told = self.cleaned_data
        return AllowanceLine(
            level=told["level"],
            currency=told["currency"],
            day_minor=told["day"],
            month_minor=told["month"],
        )


class LogoForm(forms.Form):
    """A picture of a payment method."""

    logo = forms.FileField(
        label=_("Logo"),
        max_length=255,
        help_text=_("PNG, JPEG, WebP or SVG, up to 2 MB. It stands on a light plate."),
        widget=forms.ClearableFileInput(
            attrs={"accept": "image/png,image/jpeg,image/webp,image/svg+xml"}
        ),
    )


def _choose(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = list(choices)
