"""Signed messages: HMAC over the raw body, compared in constant time, believed for 300 seconds."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

from modules.cashier.errors import Forged

BELIEVED = dt.timedelta(seconds=300)


def mac(secret: str, message: bytes) -> str:
    """HMAC-SHA256 in lower-case hex."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def prove(told: str, *, secret: str, message: bytes) -> None:
    """Compare a signature in constant time.

    Raises:
        Forged: It is another, or there is no secret to compare with.
    """
    if not secret or not hmac.compare_digest(told.encode(), mac(secret, message).encode()):
        raise Forged(why="signature")


def prove_age(seconds: str | float, *, now: dt.datetime) -> None:
    """Refuse what was signed more than 300 seconds before or after ``now``.

    ``seconds`` since 1970, UTC.

    Raises:
        Forged: It is too old, from the future, or no number.
    """
    try:
        signed_at = dt.datetime.fromtimestamp(float(seconds), dt.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Forged(why="no time") from error
    if abs(now - signed_at) > BELIEVED:
        raise Forged(why="too old" if now > signed_at else "too early")
