"""Signing people in without walking through the pages, which have tests of their own."""

from __future__ import annotations

import time
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PERIOD = 30


def sign_in(place: Any, user: Any, *, fresh: bool = False) -> Client:
    """An HTTP client in which ``user`` is signed in; people of the house get an app first.

    ``fresh``: the second factor was proved a moment ago.
    """
    client = place.client()
    with place.pin():
        if user.is_of_the_house:
            give_app(user)
        client.force_login(user)
        session = client.session
        if fresh:
            session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
            session["account_authentication_methods_user"] = str(user.pk)
        session.save()
    return client


def give_app(user: Any) -> str:
    """Set up an authenticator app, if there is none, and return its seed."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, SEED)
    return SEED


def code_of(seed: str, *, ahead: int = 0) -> str:
    """What the app shows now, or ``ahead`` periods later."""
    return format_hotp_value(hotp_value(seed, int(time.time()) // PERIOD + ahead))
