"""What a broker fills in to connect a trading server."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from provisioning.servers.models import Environment, IncidentKind
from provisioning.servers.records import Address, Alerts, GroupLine, Wiring

_PLAIN = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}
_NEVER_FILLED = {**_PLAIN, "autocomplete": "off"}
LARGEST_LOGIN = 2**63 - 1
LONGEST_PASSWORD = 64
MOST_RECEIVERS = 10


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


class DescribeForm(forms.Form):
    """What a server is called and used for."""

    name = forms.CharField(label=_("Name"), max_length=60)
    environment = forms.ChoiceField(label=_("Accounts on it"), choices=Environment.choices)

    def clean_name(self) -> str:
        """The name on one line."""
        return " ".join(str(self.cleaned_data["name"]).split())


class AddressForm(forms.Form):
    """Another place of the same trading server."""

    host = forms.CharField(
        label=_("Access server"),
        max_length=253,
        widget=forms.TextInput(attrs={**_PLAIN, "inputmode": "url"}),
    )
    port = forms.IntegerField(
        label=_("Port"), min_value=1, max_value=65_535, help_text=_("443 or 1950")
    )
    authority_pem = forms.CharField(
        label=_("Certificate authority (PEM)"),
        required=False,
        max_length=20_000,
        help_text=_("Only if your server's certificate was issued by an authority of your own."),
        widget=forms.Textarea(attrs={**_PLAIN, "rows": 4}),
    )

    @classmethod
    def of(cls, wiring: Wiring, data: Any = None) -> AddressForm:
        """The form with the present address in it."""
        names = ("host", "port", "authority_pem")
        return cls(data, initial={name: getattr(wiring, name) for name in names})

    def address(self) -> Address:
        """The new address; a certificate that was trusted at the old one is not trusted there."""
        return Address(
            host=self.cleaned_data["host"].lower(),
            port=self.cleaned_data["port"],
            authority_pem=self.cleaned_data["authority_pem"],
        )


class CertifyForm(forms.Form):
    """The account on which a connection is certified."""

    login = forms.IntegerField(
        label=_("Login of an account"),
        min_value=1,
        max_value=LARGEST_LOGIN,
        widget=forms.TextInput(attrs={**_NEVER_FILLED, "inputmode": "numeric", "dir": "ltr"}),
    )


class AlertsForm(forms.Form):
    """What the broker wants to be told of, from when on, and whom."""

    kinds = forms.MultipleChoiceField(
        label=_("Send letters about"),
        choices=IncidentKind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    tells_admins = forms.BooleanField(
        label=_("To everyone who may connect trading servers"), required=False
    )
    receivers = forms.CharField(
        label=_("And to these addresses"),
        required=False,
        max_length=1000,
        help_text=_("E-mail addresses with commas between them, ten at most."),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    target = forms.DecimalField(
        label=_("Calls that shall succeed, in percent"),
        min_value=Decimal(90),
        max_value=Decimal("99.99"),
        decimal_places=2,
        help_text=_("What is missing to 100 is the error budget on the page of each server."),
    )
    drift_limit_s = forms.IntegerField(
        label=_("Tell when a server's clock is wrong by more than (seconds)"),
        min_value=5,
        max_value=3600,
    )
    lag_minutes = forms.IntegerField(
        label=_("Tell when nothing new was read for more than (minutes)"),
        min_value=5,
        max_value=1440,
    )

    @classmethod
    def of(cls, kept: Alerts, data: Any = None) -> AlertsForm:
        """The form as the broker left it."""
        told = [kind for kind in IncidentKind.values if kind not in kept.muted]
        return cls(
            data,
            initial={
                "kinds": told,
                "tells_admins": kept.tells_admins,
                "receivers": ", ".join(kept.receivers),
                "target": Decimal(kept.target_bp) / 100,
                "drift_limit_s": kept.drift_limit_s,
                "lag_minutes": kept.lag_limit_s // 60,
            },
        )

    def clean_receivers(self) -> tuple[str, ...]:
        """Addresses, each once."""
        words = re.split(r"[\s,;]+", self.cleaned_data["receivers"].strip())
        found = tuple(dict.fromkeys(word.lower() for word in words if word))
        if len(found) > MOST_RECEIVERS:
            raise forms.ValidationError(_("Ten addresses at most."))
        for address in found:
            validate_email(address)
        return found

    def wish(self) -> Alerts:
        """What was chosen."""
        told = self.cleaned_data
        return Alerts(
            target_bp=int(told["target"] * 100),
            drift_limit_s=told["drift_limit_s"],
            lag_limit_s=told["lag_minutes"] * 60,
            tells_admins=told["tells_admins"],
            receivers=told["receivers"],
            muted=tuple(kind for kind in IncidentKind.values if kind not in told["kinds"]),
        )
