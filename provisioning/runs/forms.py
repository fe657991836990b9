"""What a broker fills in to set itself up."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.countries import countries


class CompanyForm(forms.Form):
    """Who the broker is, and in which time zone its business day is kept."""

    name = forms.CharField(
        label=_("Company"),
        max_length=100,
        min_length=2,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    country = forms.ChoiceField(label=_("Country of registration"))
    locale = forms.ChoiceField(
        label=_("Language"), help_text=_("What people see before they choose for themselves.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone of your business day"),
        help_text=_("Daily figures and statements begin at midnight there."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = [(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())]
        self._choose("country", [("", _("Choose…")), *countries().items()])
        self._choose("locale", settings.LANGUAGES)
        self._choose("time_zone", zones)

    def _choose(self, name: str, choices: Any) -> None:
        field: Any = self.fields[name]
        field.choices = choices

    def clean_name(self) -> str:
        """The name on one line: it stands in the subject of mails."""
        return " ".join(str(self.cleaned_data["name"]).split())


class DomainForm(forms.Form):
    """A host name of the broker's own."""

    host = forms.CharField(
        label=_("Domain"),
        max_length=253,
        help_text=_("For example my.broker.com. You need access to its DNS records."),
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "spellcheck": "false", "inputmode": "url"}
        ),
    )
