"""What the public site accepts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.countries import countries
from kernel.registry import modules
from provisioning.runs.types import Plan

_ZONES = (
    "UTC", "Africa/Johannesburg", "Africa/Lagos", "America/Chicago", "America/New_York",
    "America/Sao_Paulo", "Asia/Dubai", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Kolkata",
    "Asia/Kuala_Lumpur", "Asia/Riyadh", "Asia/Shanghai", "Asia/Singapore", "Asia/Tokyo",
    "Australia/Sydney", "Europe/Athens", "Europe/Istanbul", "Europe/London", "Europe/Moscow",
    "Europe/Nicosia", "Europe/Paris", "Indian/Mauritius", "Pacific/Auckland",
)  # fmt: skip
"""Zones that a broker's business day is commonly kept in; others are set later in the office."""


class PlanForm(forms.Form):
    """A plan, and who asks for it."""

    modules = forms.MultipleChoiceField(
        label=_("Modules"), required=False, widget=forms.CheckboxSelectMultiple
    )
    company = forms.CharField(
        label=_("Company"),
        max_length=100,
        min_length=2,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    slug = forms.CharField(
        label=_("Address"),
        max_length=63,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    email = forms.EmailField(
        label=_("Your e-mail"),
        max_length=254,
        help_text=_("You become the first administrator."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    locale = forms.ChoiceField(label=_("Language of your team"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone of your business day"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(key, m.title) for key, m in modules().items() if not m.always_on]
        self._field("modules").choices = offered
        self._field("country").choices = [("", _("Choose later")), *countries().items()]
        self._field("locale").choices = settings.LANGUAGES
        self._field("time_zone").choices = [(zone, zone.replace("_", " ")) for zone in _ZONES]

    def _field(self, name: str) -> Any:
        return self.fields[name]

    def clean_slug(self) -> str:
        """The subdomain in lower case."""
        return str(self.cleaned_data["slug"]).strip().lower()

    def clean_company(self) -> str:
        """The name on one line: it stands in the subject of mails."""
        return " ".join(str(self.cleaned_data["company"]).split())

    def plan(self) -> Plan:
        """What was asked for; call it on a valid form."""
        words = self.cleaned_data
        return Plan(
            company=words["company"],
            slug=words["slug"],
            email=words["email"].lower(),
            modules=tuple(words["modules"]),
            country=words["country"],
            locale=words["locale"] or settings.LANGUAGE_CODE,
            time_zone=words["time_zone"] or "UTC",
        )


class CodeForm(forms.Form):
    """The six digits from the message."""

    code = forms.CharField(
        label=_("Code from the message"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )
