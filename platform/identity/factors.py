"""Second factors: who has which, whether one was proved lately, and that a code works once."""

from __future__ import annotations

import time

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from identity.models import User
from kernel import clock

STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Kinds that stand on their own; recovery codes only stand in for one of these."""


def has_factor(user: User) -> bool:
    """Whether the person set up an authenticator app or a passkey."""
    found: bool = Authenticator.objects.filter(user_id=user.pk, type__in=STRONG).exists()
    return found


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person at this session proved lately that it is still them.

    Lately is ``settings.IDENTITY_FRESH_FOR``. The proof is the second factor; clients who have
    none may use their password instead.
    """
    user = request.user
    if not isinstance(user, User):
        return False
    since = clock.now().timestamp() - settings.IDENTITY_FRESH_FOR.total_seconds()
    proofs = {r["method"] for r in get_authentication_records(request, user) if r["at"] > since}
    if "mfa" in proofs:
        return True
    return "password" in proofs and not user.is_of_the_house and not has_factor(user)


def may_add_factor(request: HttpRequest) -> bool:
    """Whether a first factor may be set up on the strength of a password typed lately."""
    user = request.user
    if not isinstance(user, User):
        return False
    since = clock.now().timestamp() - settings.IDENTITY_FRESH_FOR.total_seconds()
    records = get_authentication_records(request, user)
    return any(record["at"] > since for record in records) and not has_factor(user)


def record_proof(request: HttpRequest, user: User, kind: str) -> None:
    """Note that setting up a factor of ``kind`` has just proved it, too."""
    record_authentication(request, user, method="mfa", type=kind)


@transaction.atomic
def spend_code(authenticator_id: int, code: str) -> bool:
    """Take a TOTP code out of circulation; ``False`` when it, or a later one, was used before.

    RFC 6238 5.2: a code must not be accepted twice. The counter of the last accepted code is
    kept with the authenticator, so the rule outlives the cache. Opens a transaction.
    """
    row = Authenticator.objects.select_for_update().get(pk=authenticator_id)
    secret = decrypt(row.data["secret"])
    step = int(time.time()) // app_settings.TOTP_PERIOD
    around = range(step - app_settings.TOTP_TOLERANCE, step + app_settings.TOTP_TOLERANCE + 1)
    typed = "".join(character for character in code if character.isdigit())
    for counter in around:
        if counter <= row.data.get("last_counter", 0):
            continue
        if constant_time_compare(typed, format_hotp_value(hotp_value(secret, counter))):
            row.data["last_counter"] = counter
            row.save(update_fields=["data"])
            return True
    return False
