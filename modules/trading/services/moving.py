"""Moving an operation along its table of moves, with a line of its story for every step.

Every function needs the transaction of its caller, with the operation's row locked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from kernel import clock
from kernel.actor import Actor
from modules.trading.models import Intent, IntentMove, IntentState, What
from modules.trading.models.intents import MOVES

US = Actor.system("trading")

_FIRST_WAIT_S = 3.0
_LONGEST_WAIT_S = 300.0


def move(
    intent: Intent,
    state: IntentState,
    what: What,
    *,
    by: Actor = US,
    why: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Move to ``state`` and write the line; the caller saves what else it changed.

    Raises:
        ValueError: There is no such move.
    """
    before = IntentState(intent.state)
    if state not in MOVES[before]:
        raise ValueError(f"{before} cannot become {state}")
    intent.state = state
    intent.save(update_fields=["state"])
    _write(intent, what, before=before, by=by, why=why, facts=facts)


def tell(
    intent: Intent,
    what: What,
    *,
    by: Actor = US,
    why: str = "",
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Write a line that moves nothing."""
    _write(intent, what, before=intent.state, by=by, why=why, facts=facts)


def again(intent: Intent, *, tries: int, also: Iterable[str] = ()) -> None:
    """Let a worker take it up again: soon at first, then ever later; saves ``also`` too.

    Waits are short against the time in which a server may still book, so that little is lost
    when that is over.
    """
    longest = min(_LONGEST_WAIT_S, settings.TRADING_SETTLE_SECONDS / 4)
    first = min(_FIRST_WAIT_S, longest)
    wait = min(first * 2 ** min(max(tries - 1, 0), 12), longest)
    intent.due_at = clock.now() + dt.timedelta(seconds=wait)
    intent.save(update_fields=["due_at", *also])


def reference(actor: Actor) -> str:
    """Who somebody is, as the audit names him."""
    return f"{actor.kind}:{actor.id or actor.name}"[:80]


def _write(
    intent: Intent,
    what: What,
    *,
    before: str,
    by: Actor,
    why: str,
    facts: Mapping[str, Any] | None,
) -> None:
    IntentMove.objects.create(
        intent=intent,
        happened_at=clock.now(),
        what=what,
        state_from=before,
        state_to=intent.state,
        why=why[:500],
        facts=dict(facts or {}),
        actor=reference(by),
        actor_name=by.name[:200],
    )
