"""What people type to sign in, register, confirm and change a password."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as base
from allauth.core import context
from django import forms
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from identity import passwords

PASSWORD_HINT = _("%(least)s characters or more; a short sentence is best.") % {
    "least": passwords.SHORTEST
}


class LoginForm(base.LoginForm):
    """E-mail and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self, "login", _("E-mail"), autocomplete="username")
        _dress(self, "password", _("Password"), autocomplete="current-password")
        self.fields["remember"].label = _("Stay signed in on this device")


class SignupForm(base.SignupForm):
    """The three things a new client tells us."""

    field_order = ("full_name", "email", "password1")

    full_name = forms.CharField(
        label=_("Full name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self, "email", _("E-mail"), autocomplete="email")
        _dress(self, "password1", _("Password"), PASSWORD_HINT, autocomplete="new-password")

    def try_save(self, request: HttpRequest) -> tuple[Any, Any]:
        """Store the registration and write its letter in one transaction.

        A known address is not stored but costs the same hash, so that neither the answer nor
        its time tells (AUT-07).
        """
        with transaction.atomic():
            if self.account_already_exists:
                make_password(self.cleaned_data["password1"])
            saved: tuple[Any, Any] = super().try_save(request)
        return saved


class ConfirmCodeForm(base.ConfirmEmailVerificationCodeForm):
    """The code from the mail; the mail's link fills it in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self, "code", _("Code"), autocomplete="one-time-code")
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "class": "otp"}
        if context.request is not None:
            self.fields["code"].initial = context.request.GET.get("code", "")[:12]


class ChangePasswordForm(base.ChangePasswordForm):
    """The present password and a new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]  # the field can be shown, so typing twice proves nothing
        _dress(self, "oldpassword", _("Present password"), autocomplete="current-password")
        _dress(self, "password1", _("New password"), PASSWORD_HINT, autocomplete="new-password")


class ResetPasswordForm(base.ResetPasswordForm):
    """Where to send the link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self, "email", _("E-mail"), autocomplete="username")


class NewPasswordForm(base.ResetPasswordKeyForm):
    """A new password, by the link from the mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        _dress(self, "password1", _("New password"), PASSWORD_HINT, autocomplete="new-password")


class PasswordAgainForm(base.ReauthenticateForm):
    """The password, once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self, "password", _("Password"), autocomplete="current-password")


class ChangeEmailForm(base.ChangeEmailForm):
    """Another address, while the first is not confirmed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self, "email", _("E-mail"), autocomplete="email")


class AddEmailForm(base.AddEmailForm):
    """Another address, for an account in use."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self, "email", _("New e-mail"), autocomplete="email")


class AcceptForm(forms.Form):
    """What an invited person adds to the invitation."""

    full_name = forms.CharField(
        label=_("Full name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        help_text=PASSWORD_HINT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        """Hold the password against the person's own words and ours."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "password" in cleaned:
            try:
                passwords.check(
                    cleaned["password"], email=self.email, full_name=cleaned.get("full_name", "")
                )
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


def _dress(
    form: forms.Form, name: str, label: Any, hint: Any = "", *, autocomplete: str = ""
) -> None:
    field = form.fields[name]
    field.label, field.help_text = label, hint
    field.widget.attrs.pop("placeholder", None)  # a label says it, and stays
    field.widget.attrs["autocomplete"] = autocomplete
