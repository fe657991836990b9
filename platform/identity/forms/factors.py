"""What people type to prove a second factor."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from identity import factors


class CodeForm(base.AuthenticateForm):
    """A code of the app, or a recovery code, at sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)

    def clean_code(self) -> str:
        """Accept a right code once (AUT-02)."""
        return _spent(self, super().clean_code())


class CodeAgainForm(base.ReauthenticateForm):
    """The same, to open a sensitive door."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)

    def clean_code(self) -> str:
        """Accept a right code once (AUT-02)."""
        return _spent(self, super().clean_code())


class ActivateForm(ActivateTOTPForm):
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)

    def clean_code(self) -> str:
        """A right first code counts as a proof: nobody is asked for another at once."""
        code: str = super().clean_code()
        factors.record_proof(context.request, self.user, Authenticator.Type.TOTP)
        return code


class AddPasskeyForm(AddWebAuthnForm):
    """A name for a new passkey; it can sign in on its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("So that you know it again, such as the device's name.")
        self.fields["passwordless"].label = _("Sign in with it alone, without the password")
        self.fields["passwordless"].help_text = ""
        self.fields["passwordless"].initial = True

    def clean(self) -> dict[str, Any]:
        """A passkey that was just made counts as a proof."""
        cleaned: dict[str, Any] = super().clean()
        if not self.errors:
            factors.record_proof(context.request, self.user, Authenticator.Type.WEBAUTHN)
        return cleaned


def _dress(form: forms.Form) -> None:
    field = form.fields["code"]
    field.label = _("Code")
    field.widget.attrs = {"autocomplete": "one-time-code", "class": "otp", "autofocus": True}


def _spent(form: Any, code: str) -> str:
    authenticator = form.authenticator
    if authenticator.type != Authenticator.Type.TOTP:
        return code
    if not factors.spend_code(authenticator.pk, code):
        raise get_adapter().validation_error("incorrect_code")
    return code
