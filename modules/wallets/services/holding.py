"""Setting money of a wallet aside."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import connection

from kernel import clock
from kernel.actor import Actor
from kernel.ids import new_id
from kernel.money import Money
from modules.wallets.errors import (
    HoldIsOver,
    KeyReused,
    NoSuchAccount,
    NoSuchHold,
    NotEnough,
    NotPositive,
)

_REFUSALS = {"unknown": NoSuchAccount, "reused": KeyReused, "short": NotEnough}


def hold(wallet_id: uuid.UUID, amount: Money, key: str, *, cause: str, by: Actor) -> uuid.UUID:
    """Set ``amount`` of a wallet aside and return the hold's id.

    Joins the caller's transaction, or is one of its own. The same key with the same wallet and
    amount gives the hold that was made before, whatever became of it.

    Raises:
        NotPositive: Nothing, or less, would be held.
        NotEnough: Less is available.
        KeyReused: The key was used for another hold.
        NoSuchAccount: There is no such wallet in that currency.
    """
    if amount.minor <= 0:
        raise NotPositive
    values: list[Any] = [
        new_id(),
        wallet_id,
        amount.currency,
        amount.minor,
        key,
        cause,
        str(by.kind),
        by.id,
        (by.name or str(by.kind))[:200],
        clock.now(),
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT outcome, out_id"
            " FROM wallets_hold_funds(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            values,
        )
        outcome, found = cursor.fetchone()
    if outcome in _REFUSALS:
        raise _REFUSALS[outcome]
    hold_id: uuid.UUID = found
    return hold_id


def release(hold_id: uuid.UUID, *, by: Actor) -> None:
    """Let the client have held money back. Joins the caller's transaction.

    Raises:
        NoSuchHold: There is none.
        HoldIsOver: It was released or captured before.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT wallets_release_hold(%s, %s, %s)",
            [hold_id, (by.name or str(by.kind))[:200], clock.now()],
        )
        outcome = cursor.fetchone()[0]
    if outcome == "unknown":
        raise NoSuchHold
    if outcome == "over":
        raise HoldIsOver
