"""Codes of an authenticator app (RFC 6238: SHA-1, 30 seconds, six digits)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time

STEP_SECONDS = 30


def code(secret: str, *, at: float | None = None) -> str:
    """The code that an app with ``secret`` (base32) shows at ``at`` (Unix seconds; now)."""
    padded = secret.upper().replace(" ", "") + "=" * (-len(secret) % 8)
    counter = int((time.time() if at is None else at) // STEP_SECONDS)
    digest = hmac.new(base64.b32decode(padded), struct.pack(">Q", counter), hashlib.sha1).digest()
    place = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


_used: dict[str, int] = {}


def wait_for_new(secret: str) -> None:
    """Wait until the app shows a code that was not shown at the last call: codes work once."""
    while _used.get(secret) == int(time.time() // STEP_SECONDS):
        time.sleep(0.2)
    _used[secret] = int(time.time() // STEP_SECONDS)
