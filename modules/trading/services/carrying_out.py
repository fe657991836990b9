"""Carrying out operations on trading servers: written down, sent once, then decided by looking.

The rules, which are those of money and hold for everything (the moves stand in the model's table):

* An attempt is committed before it leaves. A worker that is held up after that does not send.
* What is unknown is looked up: found once it is done, found twice a person decides and the
  account's money is frozen, and a look that fails decides nothing.
* It is sent again only when the server has had its time to book late, and looks have missed it.
  Money is sent three times at most, and only up to the broker's limit; else a person decides.
* A refusal after an attempt in doubt counts when a fresh look finds nothing of that attempt.
* After a restore everything undecided is in doubt, and nothing new is sent until a person says so.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from kernel import clock
from kernel.errors import OutcomeUnknown, Refused, Unavailable
from modules.trading.models import (
    Intent,
    IntentKind,
    IntentState,
    MoneyFreeze,
    TradingAccount,
    What,
)
from modules.trading.models.intents import IN_DOUBT, MONEY_KINDS, OPEN_STATES, RUNNING_STATES
from modules.trading.queries.pauses import is_sending_paused
from modules.trading.services import acts, judging, looks, outcomes
from modules.trading.services.moving import again, move
from modules.trading.services.pausing import PAUSED_LOOK, notice_restore
from modules.trading.services.work import Verdict, Work, work_of
from provisioning.servers.errors import NoSuchServer, NotProven, ServerRefused
from provisioning.servers.services import trading_server

logger = logging.getLogger(__name__)

_FOLLOWED = tuple(IntentKind.values)
"""Kinds of a newer release are left alone, as are its states."""
_TURN_S = 2.0
_FROZEN_S = 60.0
_LEASES_OF_OTHERS = 4
"""What is not money may take several calls; it gets so many times the lease of money."""


def due_intents(*, limit: int = 50) -> tuple[uuid.UUID, ...]:
    """Ids of the operations that may be carried out now, oldest first."""
    due = Intent.objects.filter(
        state__in=RUNNING_STATES, kind__in=_FOLLOWED, due_at__lte=clock.now()
    )
    return tuple(due.order_by("due_at").values_list("pk", flat=True)[:limit])


def carry_out(intent_id: uuid.UUID) -> bool:
    """Take an operation one step on, and record what came of it.

    Talks over the network, outside any transaction; claiming and recording are transactions of
    their own. Calling it again, at any moment and from anywhere, is harmless.

    Returns:
        Whether the operation was there to be taken.
    """
    notice_restore()
    work = _claim(intent_id)
    if work is None:
        return False
    if work.is_look:
        work = _look(work)
    if work is not None:
        _send(work)
    return True


@transaction.atomic
def _claim(intent_id: uuid.UUID) -> Work | None:
    """Take it: to send what waits, to look up what is in doubt."""
    taken_s = time.monotonic()
    rows = Intent.objects.select_for_update(skip_locked=True, of=("self",))
    intent = rows.filter(
        pk=intent_id, state__in=RUNNING_STATES, kind__in=_FOLLOWED, due_at__lte=clock.now()
    ).first()
    if intent is None:
        return None
    if intent.state == IntentState.WAITING and (_has_to_wait(intent) or _is_kept(intent)):
        return None
    if intent.state == IntentState.WAITING and not intent.was_sent:
        return _begin(intent, taken_s)
    if intent.state != IntentState.UNKNOWN:
        what = What.WORKER_LOST if intent.state == IntentState.SENT else What.DOUBTED
        move(intent, IntentState.UNKNOWN, what, facts={"attempt": intent.attempts})
        outcomes.record_unknown(intent)
    work = work_of(intent, is_look=True, taken_s=taken_s)
    _lease(intent, [])
    return work


def _begin(intent: Intent, taken_s: float) -> Work:
    """Write down an attempt; committed, it may leave."""
    work = work_of(intent, is_look=False, taken_s=taken_s)
    intent.was_sent = True
    intent.sends += 1
    intent.sent_at = clock.now()
    intent.lookups = 0
    move(intent, IntentState.SENT, What.SENT, facts={"attempt": intent.attempts + 1})
    _lease(intent, ["was_sent", "sends", "sent_at", "lookups"])
    return work


def _lease(intent: Intent, also: list[str]) -> None:
    seconds = settings.TRADING_LEASE_SECONDS * (1 if intent.is_money else _LEASES_OF_OTHERS)
    intent.attempts += 1
    intent.due_at = clock.now() + dt.timedelta(seconds=seconds)
    intent.save(update_fields=["attempts", "due_at", *also])


def _has_to_wait(intent: Intent) -> bool:
    """Whether other money of the account comes first; then it is put behind."""
    if not intent.is_money or intent.account_id is None:
        return False
    TradingAccount.objects.select_for_update(no_key=True).get(pk=intent.account_id)
    others = Intent.objects.filter(
        account_id=intent.account_id, kind__in=MONEY_KINDS, state__in=OPEN_STATES
    ).exclude(pk=intent.pk)
    is_frozen = MoneyFreeze.objects.filter(
        account_id=intent.account_id, lifted_at__isnull=True
    ).exists()
    if not is_frozen and not others.filter(Q(state__in=IN_DOUBT) | Q(pk__lt=intent.pk)).exists():
        return False
    wait = _FROZEN_S if is_frozen else min(_TURN_S, settings.TRADING_SETTLE_SECONDS / 4)
    intent.due_at = clock.now() + dt.timedelta(seconds=wait)
    intent.save(update_fields=["due_at"])
    return True


def _is_kept(intent: Intent) -> bool:
    """Whether nothing new is sent now; what may have been sent is looked up all the same."""
    if intent.was_sent or not is_sending_paused(intent.server_id):
        return False
    intent.due_at = clock.now() + PAUSED_LOOK
    intent.save(update_fields=["due_at"])
    return True


def _send(work: Work) -> None:
    try:
        with trading_server(work.server_id) as server:
            found = acts.send(server, work)
    except (Unavailable, NoSuchServer, NotProven) as failure:
        _record(work, partial(_put_off, work=work, why=str(failure)))
    except OutcomeUnknown as doubt:
        _record(work, partial(_doubted, why=doubt.why))
    except ServerRefused as doubt:
        # A no that is not listed is none that we understand, so it decides nothing.
        _record(work, partial(_doubted, why=str(doubt)))
    except Refused as refusal:
        _record(work, partial(_refused, work=work, refusal=refusal))
    else:
        _record(work, partial(outcomes.record_done, what=What.CONFIRMED, found=found))


def _look(work: Work) -> Work | None:
    """Look it up and judge; the work of sending it again, when that is the verdict."""
    try:
        with trading_server(work.server_id) as server:
            verdict = looks.look(server, work)
    except (Unavailable, Refused) as failure:
        _record(work, partial(judging.look_failed, why=str(failure)))
        return None
    return _judge(work, verdict)


@transaction.atomic
def _judge(work: Work, verdict: Verdict) -> Work | None:
    taken_s = time.monotonic()
    intent = _still_ours(work)
    if intent is None or not judging.judge(intent, verdict):
        return None
    return _begin(intent, taken_s)


@transaction.atomic
def _record(work: Work, record: Callable[[Intent], None]) -> None:
    intent = _still_ours(work)
    if intent is not None:
        record(intent)


def _still_ours(work: Work) -> Intent | None:
    """The locked row, if this worker's claim is the last one; a late worker is ignored."""
    intent = Intent.objects.select_for_update(of=("self",)).get(pk=work.id)
    state = IntentState.UNKNOWN if work.is_look else IntentState.SENT
    if intent.state == state and intent.attempts == work.attempt:
        return intent
    logger.warning("An operation went on elsewhere meanwhile", extra={"intent": str(work.id)})
    return None


def _put_off(intent: Intent, work: Work, why: str) -> None:
    """It certainly never left us: as before the attempt, and later again."""
    intent.was_sent = work.was_sent
    intent.sent_at = work.sent_before_at
    intent.lookups = work.lookups
    intent.sends -= 1
    intent.sentence = why[:300]
    state = IntentState.UNKNOWN if work.was_sent else IntentState.WAITING
    move(intent, state, What.NOT_SENT, why=why)
    fields = ["was_sent", "sent_at", "lookups", "sends", "sentence"]
    again(intent, tries=intent.attempts, also=fields)


def _refused(intent: Intent, work: Work, refusal: Refused) -> None:
    """A no: final, unless an earlier attempt is in doubt; that one is looked up first."""
    if not work.was_sent:
        outcomes.record_refused(intent, refusal.code, str(refusal))
        return
    intent.refusal, intent.sentence = refusal.code, str(refusal)[:300]
    facts = {"code": refusal.code}
    move(intent, IntentState.UNKNOWN, What.REFUSED_LATER, why=str(refusal), facts=facts)
    again(intent, tries=1, also=["refusal", "sentence"])


def _doubted(intent: Intent, why: str) -> None:
    intent.sentence = ""
    move(intent, IntentState.UNKNOWN, What.UNANSWERED, why=why)
    again(intent, tries=1, also=["sentence"])
    outcomes.record_unknown(intent)
