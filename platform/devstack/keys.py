"""The secrets of one profile: made once, remembered in a file that only its owner can read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path


def _master_key() -> str:
    return f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}"


MAKERS: Mapping[str, Callable[[], str]] = {
    "DATABASE_ROLE_KEY": lambda: secrets.token_hex(32),
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "ATRIUM_MASTER_KEYS": _master_key,
    "ATRIUM_SIGNING_KEY": lambda: secrets.token_urlsafe(50),
    "STRIPE_SECRET_KEY": lambda: f"sk_test_local_{secrets.token_hex(16)}",
    "STRIPE_WEBHOOK_SECRET": lambda: f"whsec_local_{secrets.token_hex(24)}",
    "CASHIER_STRIPE_KEY": lambda: f"sk_test_broker_{secrets.token_hex(16)}",
    "PSP_CONTROL_KEY": lambda: f"psp_local_{secrets.token_hex(16)}",
}


def remembered(folder: Path) -> dict[str, str]:
    """The secrets of `secrets.json` in `folder`, after making those that are missing."""
    file = folder / "secrets.json"
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    missing = {name: make() for name, make in MAKERS.items() if name not in known}
    if missing:
        known |= missing
        file.touch(mode=0o600)
        file.write_text(json.dumps(known, indent=1))
    return known


def role_password(key: str, role: str) -> str:
    """The password of the database role `role`: hex HMAC-SHA256, so that none is ever stored."""
    return hmac.new(key.encode(), role.encode(), hashlib.sha256).hexdigest()
