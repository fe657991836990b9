"""Signed values that mean something only at the tenant, and for the purpose, they were made."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core import signing

from kernel import clock, pin

BadSignature = signing.BadSignature
SignatureExpired = signing.SignatureExpired


def dumps(value: Any, *, purpose: str) -> str:
    """Sign a JSON-able ``value`` for the pinned tenant; the token is safe in a URL, not secret."""
    stamped = {"v": value, "t": int(clock.now().timestamp())}
    return _signer(purpose).sign_object(stamped, compress=True)


def loads(token: str, *, purpose: str, max_age: dt.timedelta | None = None) -> Any:
    """The value of a token signed for the pinned tenant and the same ``purpose``.

    Raises:
        BadSignature: It was altered, or signed for another tenant or purpose.
        SignatureExpired: It is older than ``max_age`` (a kind of :class:`BadSignature`).
    """
    stamped = _signer(purpose).unsign_object(token)
    signed_at = dt.datetime.fromtimestamp(stamped["t"], dt.UTC)
    if max_age is not None and clock.now() - signed_at > max_age:
        raise SignatureExpired(purpose)
    return stamped["v"]


def _signer(purpose: str) -> signing.Signer:
    return signing.Signer(key=settings.ATRIUM_SIGNING_KEY, salt=f"atrium:{pin.current()}:{purpose}")
