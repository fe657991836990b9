"""Carrying out intents on trading servers: act once, record the answer, look up what is unknown."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db import transaction

from kernel import clock
from kernel.errors import OutcomeUnknown, Refused, Unavailable
from modules.trading.models import Intent, IntentKind, IntentState
from modules.trading.models.intents import MOVES, OPEN_STATES
from modules.trading.services import acts, outcomes
from modules.trading.services.acts import NotSeenYet, Work
from provisioning.servers.services import trading_server

logger = logging.getLogger(__name__)

TIME_LIMIT = dt.timedelta(minutes=2)
"""After this long without a word the worker that took an intent is taken for dead."""
FIRST_WAIT = dt.timedelta(seconds=3)
LONGEST_WAIT = dt.timedelta(minutes=5)

_ACTS: Mapping[str, Callable[[Any, Work], dict[str, Any]]] = {
    IntentKind.OPEN: acts.open_account,
    IntentKind.FUND: acts.fund,
    IntentKind.PASSWORD: acts.set_password,
    IntentKind.INVESTOR: acts.set_password,
    IntentKind.LEVERAGE: acts.set_leverage,
    IntentKind.BIND: acts.prove_password,
}


def due_intents(*, limit: int = 50) -> tuple[uuid.UUID, ...]:
    """Ids of the intents that may be carried out now, oldest first."""
    due = Intent.objects.filter(state__in=OPEN_STATES, due_at__lte=clock.now())
    return tuple(due.order_by("due_at").values_list("pk", flat=True)[:limit])


def carry_out(intent_id: uuid.UUID) -> bool:
    """Do on the server what an intent says, and record what came of it.

    Talks over the network, outside any transaction; claiming and recording are transactions of
    their own. Calling it again, at any moment and from anywhere, is harmless.

    Returns:
        Whether the intent was there to be taken.
    """
    work = _claim(intent_id)
    if work is None:
        return False
    try:
        with trading_server(work.server_id) as server:
            found = _ACTS[work.kind](server, work)
    except Refused as refusal:
        _record(work, partial(outcomes.record_refused, refusal=refusal))
    except Unavailable as failure:
        _record(work, partial(_put_off, work=work, why=str(failure)))
    except (OutcomeUnknown, NotSeenYet):
        _record(work, _wait_and_look)
    else:
        _record(work, partial(outcomes.record_done, found=found))
    return True


@transaction.atomic
def _claim(intent_id: uuid.UUID) -> Work | None:
    """Take the intent, saying before anything is sent that it may have been."""
    rows = Intent.objects.select_for_update(skip_locked=True, of=("self",))
    intent = rows.filter(pk=intent_id, state__in=OPEN_STATES, due_at__lte=clock.now()).first()
    if intent is None:
        return None
    work = acts.work_of(intent)
    intent.state = IntentState.SENT
    intent.was_sent = True
    intent.attempts += 1
    intent.due_at = clock.now() + TIME_LIMIT
    intent.save(update_fields=["state", "was_sent", "attempts", "due_at"])
    return work


@transaction.atomic
def _record(work: Work, record: Callable[[Intent], None]) -> None:
    """Record for an intent that is still the one this worker took; a late worker is ignored."""
    intent = Intent.objects.select_for_update(of=("self",)).get(pk=work.id)
    if intent.state != IntentState.SENT or intent.attempts != work.attempt:
        logger.warning("An intent ended elsewhere meanwhile", extra={"intent": str(work.id)})
        return
    record(intent)


def _put_off(intent: Intent, work: Work, why: str) -> None:
    """Nobody heard us: as before, and later again."""
    intent.was_sent = work.was_sent
    _again(intent, IntentState.UNKNOWN if work.was_sent else IntentState.WAITING, why)


def _wait_and_look(intent: Intent) -> None:
    intent.lookups += 1
    _again(intent, IntentState.UNKNOWN, "")
    outcomes.record_unknown(intent)


def _again(intent: Intent, state: IntentState, why: str) -> None:
    if state not in MOVES[IntentState(intent.state)]:
        raise ValueError(f"{intent.state} cannot become {state}")
    intent.state = state
    intent.sentence = why[:300]
    intent.due_at = clock.now() + min(FIRST_WAIT * 2 ** min(intent.attempts, 10), LONGEST_WAIT)
    intent.save(update_fields=["state", "was_sent", "lookups", "sentence", "due_at"])
