"""Tokens in mails, each good in one tenant, for one purpose, once."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from kernel import pin


class TenantResetTokens(PasswordResetTokenGenerator):
    """Password reset tokens that name their tenant, so that A's says nothing at B."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        words = super()._make_hash_value(user, timestamp)
        return f"{pin.current()}|{user.session_epoch}|{words}"


def new_token() -> str:
    """256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is stored of ``token``: SHA-256 in hexadecimal, enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
