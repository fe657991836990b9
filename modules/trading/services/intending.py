"""Writing down what is about to be done on a trading server, before it is done."""

from __future__ import annotations

import secrets as randomness
import string
import uuid
from collections.abc import Mapping
from typing import Any

from kernel import clock, secrets
from kernel.ids import new_id
from modules.trading.errors import StillBusy
from modules.trading.models import Intent, IntentKind, TradingAccount
from modules.trading.models.intents import OPEN_STATES, place

PASSWORD_LENGTH = 12
_SPECIAL = "!#%+-=?@_"
_ALPHABETS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, _SPECIAL)


def intend(
    kind: IntentKind,
    *,
    account: TradingAccount | None = None,
    client_id: uuid.UUID | None = None,
    server_id: uuid.UUID | None = None,
    payload: Mapping[str, Any] | None = None,
    secret: str = "",
) -> Intent:
    """Keep an intent, due at once; needs a transaction. An account brings client and server.

    Raises:
        StillBusy: The same is already being done to this account.
        ValueError: Neither an account nor a client and a server are named.
    """
    if account is not None:
        client_id, server_id = account.client_id, account.server_id
        if account.intents.filter(kind=kind, state__in=OPEN_STATES).exists():
            raise StillBusy
    if client_id is None or server_id is None:
        raise ValueError("an intent is for a client on a server")
    moment = clock.now()
    intent = Intent(
        account=account,
        client_id=client_id,
        server_id=server_id,
        kind=kind,
        payload=dict(payload or {}),
        tag=new_tag(kind),
        due_at=moment,
        asked_at=moment,
    )
    if secret:
        intent.sealed = secrets.seal(secret, about=place(intent.pk))
    intent.save(force_insert=True)
    return intent


def forget_secret(intent: Intent) -> None:
    """Wipe the passwords of an intent."""
    intent.sealed = None
    intent.save(update_fields=["sealed"])


def new_tag(kind: IntentKind) -> str:
    """A tag unique for ever: a letter for the kind and 64 bits of a new id, 17 characters."""
    return f"{kind[0].upper()}{new_id().int & (2**64 - 1):016x}"


def new_password() -> str:
    """A password for a trading account: all four kinds of characters, without bias.

    The strict reading of the MT5 rule, 8 to 16 characters, is met whatever the group asks.
    """
    everything = "".join(_ALPHABETS)
    while True:
        password = "".join(randomness.choice(everything) for _ in range(PASSWORD_LENGTH))
        if all(set(password) & set(alphabet) for alphabet in _ALPHABETS):
            return password
