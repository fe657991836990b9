"""Writing down what is about to be done on a trading server, before it is done."""

from __future__ import annotations

import base64
import secrets as randomness
import string
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import IntegrityError, transaction

from kernel import clock, secrets
from kernel.actor import Actor
from kernel.money import Money
from modules.trading.errors import KeyReused, StillBusy
from modules.trading.models import Intent, IntentKind, TradingAccount, What
from modules.trading.models.intents import OPEN_STATES, QUEUED_KINDS, place
from modules.trading.services.moving import US, reference, tell

PASSWORD_LENGTH = 12
_SPECIAL = "!#%+-=?@_"
_ALPHABETS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, _SPECIAL)
_TAG_BYTES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be done, and for what."""

    client_id: uuid.UUID | None = None
    server_id: uuid.UUID | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    amount: Money | None = None
    secret: str = field(repr=False, default="")
    cause: str = ""
    key: str = ""


def intend(
    kind: IntentKind,
    *,
    account: TradingAccount | None = None,
    by: Actor | None = None,
    **wish: Any,
) -> Intent:
    """Keep an operation, due at once; needs a transaction. An account brings client and server.

    Args:
        kind: What is to be done.
        account: Whose; without one ``wish`` names ``client_id`` and ``server_id``.
        by: Who asks; he may not decide it later, should it get stuck.
        wish: The rest of :class:`Wish`.

    Raises:
        StillBusy: The same is already being done to this account.
        KeyReused: The key was used for something else.
        ValueError: Neither an account nor a client and a server are named.
    """
    wanted = _placed(Wish(**wish), account)
    former = _former(kind, account, wanted)
    if former is not None:
        return former
    if _is_busy(kind, account):
        raise StillBusy
    intent = _new(kind, account, wanted, by)
    try:
        with transaction.atomic():
            intent.save(force_insert=True)
    except IntegrityError:
        # Somebody asked the same at the same moment, and has committed since.
        former = _former(kind, account, wanted)
        if former is None:
            raise StillBusy from None
        return former
    tell(intent, What.ASKED, by=by or US, why=wanted.cause)
    return intent


def _placed(wish: Wish, account: TradingAccount | None) -> Wish:
    if account is not None:
        return replace(wish, client_id=account.client_id, server_id=account.server_id)
    if wish.client_id is None or wish.server_id is None:
        raise ValueError("an operation is for an account, or for a client on a server")
    return wish


def _is_busy(kind: IntentKind, account: TradingAccount | None) -> bool:
    if account is None or kind in QUEUED_KINDS:
        return False
    return account.intents.filter(kind=kind, state__in=OPEN_STATES).exists()


def _former(kind: IntentKind, account: TradingAccount | None, wish: Wish) -> Intent | None:
    """The operation that was asked for with the same key before.

    Raises:
        KeyReused: It was another.
    """
    if not wish.key:
        return None
    former = Intent.objects.filter(kind=kind, key=wish.key).first()
    if former is None:
        return None
    same = (
        former.account_id == (account.pk if account else None),
        former.payload == dict(wish.payload),
        former.amount_minor == (wish.amount.minor if wish.amount else None),
        former.cause == wish.cause,
    )
    if not all(same):
        raise KeyReused
    return former


def _new(kind: IntentKind, account: TradingAccount | None, wish: Wish, by: Actor | None) -> Intent:
    moment = clock.now()
    if wish.server_id is None:
        raise ValueError("an operation is for a server")
    intent = Intent(
        account=account,
        client_id=wish.client_id,
        server_id=wish.server_id,
        kind=kind,
        payload=dict(wish.payload),
        amount_minor=wish.amount.minor if wish.amount else None,
        currency=wish.amount.currency if wish.amount else "",
        tag=new_tag(kind),
        cause=wish.cause,
        key=wish.key,
        asked_by=reference(by) if by else "",
        asked_by_name=by.name[:200] if by else "",
        due_at=moment,
        asked_at=moment,
    )
    if wish.secret:
        intent.sealed = secrets.seal(wish.secret, about=place(intent.pk))
    return intent


def forget_secret(intent: Intent) -> None:
    """Wipe the passwords of an intent."""
    intent.sealed = None
    intent.save(update_fields=["sealed"])


def new_tag(kind: IntentKind) -> str:
    """A tag unique for ever: a letter for the kind and 80 random bits, 17 characters."""
    return f"{kind[0].upper()}{base64.b32encode(randomness.token_bytes(_TAG_BYTES)).decode()}"


def new_password() -> str:
    """A password for a trading account: all four kinds of characters, without bias.

    The strict reading of the MT5 rule, 8 to 16 characters, is met whatever the group asks.
    """
    everything = "".join(_ALPHABETS)
    while True:
        password = "".join(randomness.choice(everything) for _ in range(PASSWORD_LENGTH))
        if all(set(password) & set(alphabet) for alphabet in _ALPHABETS):
            return password
