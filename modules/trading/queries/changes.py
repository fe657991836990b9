"""What was changed on an account, and what still is on its way."""

from __future__ import annotations

import uuid

from modules.trading.models import (
    Intent,
    IntentKind,
    IntentState,
    PasswordHandover,
)
from modules.trading.models.intents import TONES
from modules.trading.types import ChangeLine


def changes_of(account_id: uuid.UUID, *, limit: int = 15) -> tuple[ChangeLine, ...]:
    """The newest operations on an account, newest first."""
    rows = Intent.objects.filter(account_id=account_id).order_by("-asked_at", "-pk")
    return tuple(_line(row) for row in rows[:limit])


def has_new_password(account_id: uuid.UUID) -> bool:
    """Whether a password that a colleague had set waits for the client."""
    rows = PasswordHandover.objects.filter(account_id=account_id).exclude(sealed=None)
    waiting = set(rows.values_list("operation_id", flat=True))
    if not waiting:
        return False
    return Intent.objects.filter(pk__in=waiting, state=IntentState.DONE).exists()


def has_credentials(account_id: uuid.UUID) -> bool:
    """Whether the passwords that the account was opened with wait for the client."""
    rows = Intent.objects.filter(account_id=account_id, kind=IntentKind.OPEN)
    return rows.filter(state=IntentState.DONE).exclude(sealed=None).exists()


def _line(row: Intent) -> ChangeLine:
    state = IntentState(row.state)
    return ChangeLine(
        id=row.pk,
        label=IntentKind(row.kind).label,
        state=row.state,
        state_label=state.label,
        tone=TONES[state],
        asked_by=row.asked_by_name,
        asked_at=row.asked_at,
        sentence=row.sentence,
    )
