"""Posting to the ledger: the one door, and reversal through the same door."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from kernel import clock
from kernel.actor import Actor
from kernel.errors import Refused
from kernel.ids import new_id
from kernel.money import Money
from modules.wallets.errors import (
    AlreadyReversed,
    HoldIsOver,
    KeyReused,
    NoSuchAccount,
    NoSuchEntry,
    NotBalanced,
    NotEnough,
    WrongCurrency,
)
from modules.wallets.models import Account, Posting
from modules.wallets.services.accounts import resolve
from modules.wallets.types import Cause, EntryKind, Leg, Posted

FEWEST_LEGS = 2

_POST = """
    SELECT outcome, out_id FROM wallets_post(
        %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s::text[], %s::bigint[])
"""

_REFUSALS: dict[str, type[Refused]] = {
    "reused": KeyReused,
    "short": NotEnough,
    "reversed": AlreadyReversed,
    "over": HoldIsOver,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What is to be posted."""

    kind: EntryKind
    key: str
    legs: Sequence[Leg]
    cause: Cause
    reverses: uuid.UUID | None = None
    hold: uuid.UUID | None = None


def post(
    kind: EntryKind,
    key: str,
    legs: Sequence[Leg],
    *,
    by: Actor,
    cause: str | Cause,
    reverses: uuid.UUID | None = None,
) -> Posted:
    """Post one entry: ``legs`` that sum to zero in every currency.

    Joins the caller's transaction, or is one of its own. A refusal has changed nothing and
    leaves the transaction usable. Wallets are locked in the order of their ids until the
    transaction ends: post last, and once per transaction where you can.

    Args:
        kind: What the entry is about.
        key: Names the operation, unique within ``kind``. The same key with the same legs and
            cause gives the entry that was made before.
        legs: Amounts in minor units; positive is put on an account, negative taken from it.
        by: Who causes it.
        cause: What asked for it, ``"owner.Thing:id"``, or that with a note.
        reverses: The entry that this one undoes.

    Raises:
        NotBalanced: Fewer than two legs, an empty leg, or a currency that does not sum to zero.
        NotEnough: A wallet has less available than is taken.
        KeyReused: The key was used for another order.
        AlreadyReversed: Another entry reverses ``reverses`` already.
        NoSuchAccount: A leg names no account.
        WrongCurrency: A leg is not in its account's currency.
    """
    told = cause if isinstance(cause, Cause) else Cause(cause)
    return _post(_Order(kind=kind, key=key, legs=legs, cause=told, reverses=reverses), by)


def capture(
    hold_id: uuid.UUID,
    kind: EntryKind,
    key: str,
    legs: Sequence[Leg],
    *,
    by: Actor,
    cause: str | Cause,
) -> Posted:
    """Post ``legs`` out of what hold ``hold_id`` has set aside; the hold ends with it.

    The legs may take less from the wallet than is held, never more: what is left is free again.
    Repeating is harmless, as for :func:`post`.

    Raises:
        HoldIsOver: The hold was released, or captured for something else.
        NotEnough: More is taken than the hold set aside.
        NotBalanced: As for :func:`post`, and so are the others.
    """
    told = cause if isinstance(cause, Cause) else Cause(cause)
    return _post(_Order(kind=kind, key=key, legs=legs, cause=told, hold=hold_id), by)


def reverse(entry_id: uuid.UUID, key: str, *, by: Actor, cause: str | Cause) -> Posted:
    """Undo an entry by its mirror image, once only. Joins the caller's transaction.

    Raises:
        NoSuchEntry: There is none.
        AlreadyReversed: It was reversed under another key.
        NotEnough: The money is not in the wallet any more.
    """
    rows = Posting.objects.filter(entry_id=entry_id).order_by("leg")
    legs = [Leg(row.account_id, Money(-row.amount_minor, row.currency)) for row in rows]
    if not legs:
        raise NoSuchEntry
    return post(EntryKind.REVERSAL, key, legs, by=by, cause=cause, reverses=entry_id)


def _post(order: _Order, by: Actor) -> Posted:
    _refuse_unbalanced(order.legs)
    accounts = resolve((leg.account, leg.amount.currency) for leg in order.legs)
    now = clock.now()
    values: list[Any] = [
        new_id(),
        order.kind.value,
        order.key,
        _digest(order, accounts),
        order.reverses,
        order.hold,
        str(by.kind),
        by.id,
        (by.name or str(by.kind))[:200],
        order.cause.about,
        order.cause.note,
        order.cause.occurred_at or now,
        now,
        accounts,
        [leg.amount.currency for leg in order.legs],
        [leg.amount.minor for leg in order.legs],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_POST, values)
        outcome, found = cursor.fetchone()
    if outcome in {"new", "again"}:
        return Posted(found, is_new=outcome == "new")
    raise _refusal(outcome, accounts)


def _refuse_unbalanced(legs: Sequence[Leg]) -> None:
    """Say here what the database would only say at commit."""
    totals: dict[str, int] = defaultdict(int)
    for leg in legs:
        totals[leg.amount.currency] += leg.amount.minor
    if len(legs) < FEWEST_LEGS or any(totals.values()) or not all(leg.amount for leg in legs):
        raise NotBalanced


def _digest(order: _Order, accounts: Sequence[uuid.UUID]) -> str:
    """What must be the same for the same key to mean the same order (SHA-256)."""
    sides = [
        [str(account), leg.amount.currency, leg.amount.minor]
        for account, leg in zip(accounts, order.legs, strict=True)
    ]
    words = [order.cause.about, str(order.reverses), str(order.hold), sides]
    return hashlib.sha256(json.dumps(words).encode()).hexdigest()


def _refusal(outcome: str, accounts: Sequence[uuid.UUID]) -> Refused:
    if outcome != "unknown":
        return _REFUSALS[outcome]()
    known = Account.objects.filter(pk__in=accounts).count()
    return WrongCurrency() if known == len(set(accounts)) else NoSuchAccount()
