"""Which of our letters says what allauth wants to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from identity.brand import absolute


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPlan:
    """A template of ``mail/`` and the plain values it needs."""

    template: str
    context: Mapping[str, Any]


def letter_for(prefix: str, facts: Mapping[str, Any]) -> LetterPlan:
    """The letter for allauth's template ``prefix``: ``account/email/password_reset_key``."""
    match prefix.rpartition("/")[2]:
        case "email_confirmation" | "email_confirmation_signup":
            return _confirmation(facts)
        case "password_reset_key":
            link = facts["password_reset_url"]
            return LetterPlan(template="identity/password_reset", context={"link": link})
        case "account_already_exists":
            context = {"link": absolute(reverse("account_reset_password"))}
            return LetterPlan(template="identity/account_exists", context=context)
        case "unknown_account":
            context = {"link": absolute(reverse("account_signup"))}
            return LetterPlan(template="identity/unknown_account", context=context)
        case what:
            return _notice(what, facts)


def _confirmation(facts: Mapping[str, Any]) -> LetterPlan:
    code = facts["code"]
    page = reverse("account_email_verification_sent")
    context = {
        "code": code,
        "link": absolute(f"{page}?{urlencode({'code': code})}"),
        "full_name": getattr(facts.get("user"), "full_name", ""),
    }
    return LetterPlan(template="identity/confirm_email", context=context)


def _notice(what: str, facts: Mapping[str, Any]) -> LetterPlan:
    context = {
        "what": _sentences().get(what) or _("Something about how you sign in was changed."),
        "ip": facts.get("ip", ""),
        "user_agent": facts.get("user_agent", ""),
        "at": facts.get("at"),
        "link": absolute(reverse("mfa_index")),
    }
    return LetterPlan(template="identity/security_notice", context=context)


def _sentences() -> dict[str, str]:
    return {
        "password_changed": _("Your password was changed."),
        "password_set": _("A password was set for your account."),
        "password_reset": _("Your password was reset."),
        "email_changed": _("The e-mail of your account was changed."),
        "email_deleted": _("An e-mail address was removed from your account."),
        "totp_activated": _("An authenticator app was set up for your account."),
        "totp_deactivated": _("The authenticator app was removed from your account."),
        "webauthn_added": _("A passkey was added to your account."),
        "webauthn_removed": _("A passkey was removed from your account."),
        "recovery_codes_generated": _("New recovery codes were made for your account."),
        "factors_reset": _("An administrator removed your second factors. Set up a new one."),
    }
