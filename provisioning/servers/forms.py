"""What a broker fills in to connect a trading server."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from provisioning.servers.models import Environment
from provisioning.servers.records import GroupLine, Wiring

_PLAIN = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}
_NEVER_FILLED = {**_PLAIN, "autocomplete": "off"}
LARGEST_LOGIN = 2**63 - 1
LONGEST_PASSWORD = 64


class ServerForm(forms.Form):
    """Where the server is and who signs in."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("Your clients see it when they sign in to their platform."),
    )
    environment = forms.ChoiceField(
        label=_("Accounts on it"), choices=Environment.choices, initial=Environment.BOTH
    )
    host = forms.CharField(
        label=_("Access server"),
        max_length=253,
        help_text=_("Host name or address, such as mt5.broker.com"),
        widget=forms.TextInput(attrs={**_PLAIN, "inputmode": "url"}),
    )
    port = forms.IntegerField(
        label=_("Port"), min_value=1, max_value=65_535, initial=443, help_text=_("443 or 1950")
    )
    login = forms.IntegerField(
        label=_("Manager login"),
        min_value=1,
        max_value=LARGEST_LOGIN,
        help_text=_("The number of a manager account that nobody else signs in with."),
    )
    password = forms.CharField(
        label=_("API password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        help_text=_(
            "The manager's fourth password, for the Web API. It is sealed and never shown again."
        ),
        widget=forms.PasswordInput(attrs=_NEVER_FILLED),
    )
    authority_pem = forms.CharField(
        label=_("Certificate authority (PEM)"),
        required=False,
        max_length=20_000,
        help_text=_("Only if your server's certificate was issued by an authority of your own."),
        widget=forms.Textarea(attrs={**_PLAIN, "rows": 4}),
    )

    @classmethod
    def of(cls, wiring: Wiring, data: Any = None) -> ServerForm:
        """The form of a draft: without a password the sealed one stays."""
        names = ("name", "environment", "host", "port", "login", "authority_pem")
        form = cls(data, initial={name: getattr(wiring, name) for name in names})
        form.fields["password"].required = False
        form.fields["password"].help_text = _("Leave it empty to keep the one you entered before.")
        return form

    def clean_name(self) -> str:
        """The name on one line."""
        return " ".join(str(self.cleaned_data["name"]).split())

    def wiring(self) -> Wiring:
        """What was filled in, without the password."""
        values = {**self.cleaned_data}
        values.pop("password")
        return Wiring(**values)


class CredentialsForm(forms.Form):
    """Another manager or another password; proven before the present one is dropped."""

    login = forms.IntegerField(label=_("Manager login"), min_value=1, max_value=LARGEST_LOGIN)
    password = forms.CharField(
        label=_("New API password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs=_NEVER_FILLED),
    )


class GroupsForm(forms.Form):
    """Which groups may be used."""

    groups = forms.MultipleChoiceField(
        label=_("Groups"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one group.")},
    )

    def __init__(self, lines: tuple[GroupLine, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["groups"]
        field.choices = [(line.name, line.name) for line in lines if line.is_present]
