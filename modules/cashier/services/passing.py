"""What every withdrawal, payout and transfer does: a story, a number, words for a refusal."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from kernel import audit, clock
from kernel.actor import Actor
from modules.cashier.models import PassageMove, Payout, Transfer, Withdrawal

US = Actor.system("cashier")
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: nothing in it is mistaken for another."""
_LENGTH = 10


def new_number(letter: str) -> str:
    """What people call a withdrawal (``W``), payout (``P``) or transfer (``T``)."""
    return letter + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def tell(  # a line has so many parts, all but two of them optional
    row: Withdrawal | Transfer | Payout,
    what: str,
    *,
    by: Actor,
    to: Any = None,
    why: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Move a locked row (when ``to`` is given), save it, and keep a line of its story.

    A payout's line belongs to the story of its withdrawal.

    Raises:
        NoSuchMove: The table of moves has none.
    """
    before = row.state
    if to is not None:
        row.move_to(to)
    row.save()
    note(row, what, state=str(row.state), by=by, why=why, facts=facts)
    name = type(row).__name__.lower()
    changes = {"state": [before, row.state], **(facts or {})}
    audit.note(f"cashier.{name}_{what}", about=row, by=by, changes=changes, reason=why)


def note(  # as above
    row: Model,
    what: str,
    *,
    state: str,
    by: Actor,
    why: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Keep a line of a story."""
    PassageMove.objects.create(
        about=row.withdrawal_id if isinstance(row, Payout) else row.pk,
        happened_at=clock.now(),
        what=what,
        state_to=state,
        why=why[:500],
        facts=dict(facts or {}),
        actor_id=by.on_behalf_of or by.id,
        actor_name=(by.name or str(by.kind))[:200],
    )


def about(row: Withdrawal | Transfer) -> str:
    """How the ledger, trading and requests name it."""
    return f"cashier.{type(row).__name__}:{row.pk}"
