"""Paying out: written down, sent once, then decided by looking it up or by a person.

The rules are those of money on trading servers (``modules/trading/services/carrying_out.py``):
an attempt is committed before it leaves; what is unknown is looked up and never repeated; it is
sent again only when the provider certainly did not hear us. The moves stand in
``types/passages.py``.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from django.conf import settings
from django.db import transaction

from kernel import clock
from kernel.actor import Actor
from kernel.errors import OutcomeUnknown, Refused, Unavailable
from kernel.money import Money
from modules.cashier.errors import (
    FinallyDeclined,
    MoneyStays,
    NoSuchMove,
    NoSuchPayout,
    OwnPayout,
    ReasonNeeded,
    ReferenceNeeded,
    TechnicallyDeclined,
)
from modules.cashier.models import PassageMove, Payout, ProviderAccount, Withdrawal
from modules.cashier.providers.port import PaymentKey, PayoutFact, PayoutOrder
from modules.cashier.queries import waits
from modules.cashier.services import withdrawals
from modules.cashier.services.passing import US, about, note, tell
from modules.cashier.services.proving import prove
from modules.cashier.services.wiring import provider_of, refuse_in_transaction
from modules.cashier.types.outgoing import clearing
from modules.cashier.types.passages import PayoutState, WithdrawalState
from modules.trading import queries as trading
from modules.trading import services as trading_servers
from modules.wallets import services as wallets
from modules.wallets.types import EntryKind, Leg

logger = logging.getLogger(__name__)

GUARD_SECONDS = 5.0
"""A worker that was held up so long after it wrote down that it will send does not send."""
UNDERWAY_LOOK = dt.timedelta(minutes=5)
LOOKS = 2
"""So many looks past the settling time must miss it before a person decides."""
_SENT = (PayoutState.SENDING, PayoutState.UNKNOWN, PayoutState.UNDERWAY)
_LOOKED_UP = (*_SENT, PayoutState.MANUAL)  # MANUAL is due only when its provider calls after all
_DUE = (PayoutState.READY, *_LOOKED_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """All that a worker needs, read before the network."""

    id: uuid.UUID
    is_look: bool
    account: ProviderAccount
    key: PaymentKey
    amount: Money
    title: str
    source: PaymentKey | None
    destination: dict[str, str] = field(repr=False)
    taken_s: float


def due_payouts(*, limit: int = 50) -> tuple[uuid.UUID, ...]:
    """Ids of the payouts that may be sent or looked up now, longest due first."""
    rows = Payout.objects.filter(due_at__lte=clock.now(), state__in=_DUE)
    return tuple(rows.order_by("due_at").values_list("pk", flat=True)[:limit])


def pay(payout_id: uuid.UUID) -> bool:
    """Take a payout one step on, sent or looked up; whether it was there to be taken.

    Talks over the network, outside any transaction. Calling it again is harmless at any moment.
    """
    refuse_in_transaction()
    trading_servers.notice_restore()
    work = _claim(payout_id)
    if work is None:
        return False
    (_look if work.is_look else _send)(work)
    return True


@transaction.atomic
def hear(reference: str) -> bool:
    """A provider called about a payout: look it up now. Opens a transaction."""
    rows = Payout.objects.filter(reference=reference, state__in=_LOOKED_UP)
    return bool(rows.exclude(state=PayoutState.SENDING).update(due_at=clock.now()))


@transaction.atomic
def record_paid_by_hand(payout_id: uuid.UUID, *, reference: str, by: Actor) -> None:
    """A colleague paid it outside, or found that it was paid. Opens a transaction.

    Raises:
        ReferenceNeeded: Where can it be found?
        OwnPayout: He asked for it himself.
        NoSuchMove: It is not his to pay now.
        MoneyStays: Payouts are stopped, or the client's money is frozen.
    """
    payout = _locked(payout_id)
    _refuse_own(payout, by)
    if payout.state == PayoutState.BY_HAND and waits.code_of(payout.withdrawal) in waits.STOPS:
        raise MoneyStays
    if not reference.strip():
        raise ReferenceNeeded
    payout.provider_reference = reference.strip()[:200]
    _record_done(payout, "paid_by_hand", by=by)


@transaction.atomic
def record_not_paid(payout_id: uuid.UUID, *, reason: str, by: Actor) -> None:
    """It was not, and will not be, paid: back into the wallet. Opens a transaction.

    Raises:
        ReasonNeeded: The client reads why.
        OwnPayout: He asked for it himself.
        NoSuchMove: It may be under way, or is over.
    """
    payout = _locked(payout_id)
    _refuse_own(payout, by)
    if not reason.strip():
        raise ReasonNeeded
    _record_refused("not_paid", reason.strip(), payout, by=by)


@transaction.atomic
def record_returned(payout_id: uuid.UUID, *, reason: str, by: Actor) -> None:
    """What was paid came back: into the wallet again. Opens a transaction.

    Raises:
        ReasonNeeded: The client reads why.
        OwnPayout: It is his own.
        NoSuchMove: It was not paid.
    """
    payout = _locked(payout_id)
    _refuse_own(payout, by)
    if not reason.strip():
        raise ReasonNeeded
    payout.reason = reason.strip()[:500]
    tell(payout, "came_back", to=PayoutState.REVERSED, by=by, why=payout.reason)
    source = clearing(payout.account.code)
    withdrawals.give_back(payout, f"came_back:{payout.pk}", from_=source, by=by)
    payout.withdrawal.reason = payout.reason
    payout.withdrawal.save(update_fields=["reason"])
    withdrawals.conclude(payout.withdrawal_id, by=by)


@transaction.atomic
def _claim(payout_id: uuid.UUID) -> _Work | None:
    taken_s = time.monotonic()
    if not _locks_withdrawal(payout_id):
        return None
    rows = Payout.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
        "account", "source", "withdrawal__instrument"
    )
    payout = rows.filter(pk=payout_id, due_at__lte=clock.now(), state__in=_DUE).first()
    if payout is None:
        return None
    if payout.state == PayoutState.READY:
        stays = waits.code_of(payout.withdrawal)
        if stays:
            if stays == waits.UNEVEN and payout.withdrawal.server_id is not None:
                prove(payout.withdrawal.server_id)
            payout.due_at, payout.code = _in(settings.CASHIER_LATER_SECONDS), stays
            payout.save(update_fields=["due_at", "code"])
            return None
        _capture(payout)
        payout.sent_at, payout.due_at, payout.looks, payout.code = clock.now(), None, 0, ""
        is_look = _may_have_left(payout)
        to = PayoutState.UNKNOWN if is_look else PayoutState.SENDING
        tell(payout, "restored" if is_look else "sending", to=to, by=US)
        withdrawals.conclude(payout.withdrawal_id)
    else:
        if payout.state == PayoutState.SENDING:
            tell(payout, "worker_lost", to=PayoutState.UNKNOWN, by=US)
        is_look = True
    payout.due_at = _in(settings.CASHIER_LEASE_SECONDS)
    payout.save(update_fields=["due_at"])
    return _work(payout, is_look=is_look, taken_s=taken_s)


def _may_have_left(payout: Payout) -> bool:
    """Whether it was approved before a restore, which has lost what was sent since (SAG-09)."""
    restored_at = trading.last_restore_at()
    if restored_at is None:
        return False
    moves = PassageMove.objects.filter(about=payout.withdrawal_id, what="approved")
    return moves.filter(happened_at__lte=restored_at).exists()


def _locks_withdrawal(payout_id: uuid.UUID) -> bool:
    """Lock the payout's withdrawal first, as every step does; not while another has it."""
    rows = Withdrawal.objects.select_for_update(skip_locked=True, of=("self",))
    return rows.filter(payouts__pk=payout_id).first() is not None


def _work(payout: Payout, *, is_look: bool, taken_s: float) -> _Work:
    instrument = payout.withdrawal.instrument
    source = payout.source
    return _Work(
        id=payout.pk,
        is_look=is_look,
        account=payout.account,
        key=PaymentKey(reference=payout.reference, provider_reference=payout.provider_reference),
        amount=payout.net,
        title=payout.withdrawal.number,
        source=PaymentKey(reference=source.reference, provider_reference=source.provider_reference)
        if source
        else None,
        destination=dict(instrument.details()) if instrument and not source else {},
        taken_s=taken_s,
    )


def _send(work: _Work) -> None:
    """Send it, once; what comes of it is recorded in a transaction of its own."""
    order = PayoutOrder(
        reference=work.key.reference,
        amount=work.amount,
        title=work.title,
        source=work.source,
        destination=work.destination,
    )
    if time.monotonic() > work.taken_s + GUARD_SECONDS:
        _record(work, partial(_record_not_sent, why="held up before sending"))
        return
    try:
        fact = provider_of(work.account).pay_out(order)
    except Unavailable as error:
        _record(work, partial(_record_not_sent, why=str(error)))
    except OutcomeUnknown as error:
        _record(work, partial(_record_unknown, why=error.why))
    except TechnicallyDeclined as error:
        _record(work, partial(_leave_to_hand, why=str(error)))
    except Refused as error:
        code = str(error.facts.get("code", error.code)) if error.facts else error.code
        _record(work, partial(_record_refused, "declined", str(error), code=code, by=US))
    else:
        _record(work, partial(_record_fact, fact=fact))


def _look(work: _Work) -> None:
    try:
        fact = provider_of(work.account).payout(work.key)
    except (Unavailable, FinallyDeclined, TechnicallyDeclined, OutcomeUnknown) as error:
        _record(work, partial(_look_failed, why=type(error).__name__))
        return
    if fact is None:
        _record(work, _record_missing)
    else:
        _record(work, partial(_record_fact, fact=fact))


def _record(work: _Work, what: Callable[[Payout], None]) -> None:
    """Record an outcome, unless another worker has recorded one that rules it out."""
    with transaction.atomic():
        payout = _locked(work.id)
        try:
            with transaction.atomic():
                what(payout)
        except NoSuchMove:
            logger.info("An outcome came too late", extra={"payout": work.key.reference})


def _record_fact(payout: Payout, *, fact: PayoutFact) -> None:
    payout.provider_reference = fact.provider_reference[:200]
    if fact.is_done:
        _record_done(payout, "paid", by=US)
    elif fact.is_refused:
        _record_refused("declined", fact.code, payout, code=fact.code, by=US)
    elif payout.state == PayoutState.UNDERWAY:
        payout.due_at = clock.now() + UNDERWAY_LOOK
        payout.save(update_fields=["due_at"])
    else:
        payout.due_at = clock.now() + UNDERWAY_LOOK
        tell(payout, "underway", to=PayoutState.UNDERWAY, by=US)


def _record_done(payout: Payout, what: str, *, by: Actor) -> None:
    if payout.sent_at is None:
        _capture(payout)
        payout.sent_at = clock.now()
    payout.due_at, payout.ended_at, payout.code = None, clock.now(), ""
    facts = {"reference": payout.provider_reference}
    tell(payout, what, to=PayoutState.DONE, by=by, facts=facts)
    wallets.post(
        EntryKind.PAYOUT,
        str(payout.pk),
        [Leg("payout_pending", -payout.net), Leg(clearing(payout.account.code), payout.net)],
        by=by,
        cause=about(payout.withdrawal),
    )
    withdrawals.conclude(payout.withdrawal_id, by=by)


def _record_refused(
    what: str, why: str, payout: Payout, *, by: Actor, code: str = "not_paid"
) -> None:
    payout.due_at, payout.ended_at = None, clock.now()
    payout.code, payout.reason = code[:60], why[:500]
    tell(payout, what, to=PayoutState.REFUSED, by=by, why=why)
    if payout.sent_at is not None:
        withdrawals.give_back(payout, f"refused:{payout.pk}", by=by)
    elif payout.hold_id is not None:
        wallets.release(payout.hold_id, by=by)
    payout.withdrawal.reason_code, payout.withdrawal.reason = code[:60], why[:500]
    payout.withdrawal.save(update_fields=["reason_code", "reason"])
    withdrawals.conclude(payout.withdrawal_id, by=by)


def _record_not_sent(payout: Payout, *, why: str) -> None:
    payout.due_at = _in(settings.CASHIER_LATER_SECONDS)
    tell(payout, "not_sent", to=PayoutState.READY, by=US, why=why)


def _record_unknown(payout: Payout, *, why: str) -> None:
    payout.due_at = _in(settings.CASHIER_LOOK_SECONDS)
    tell(payout, "unanswered", to=PayoutState.UNKNOWN, by=US, why=why)


def _leave_to_hand(payout: Payout, *, why: str) -> None:
    payout.due_at = None
    tell(payout, "left_to_hand", to=PayoutState.BY_HAND, by=US, why=why)


def _look_failed(payout: Payout, *, why: str) -> None:
    if payout.state in _LOOKED_UP:
        payout.due_at = _in(settings.CASHIER_LATER_SECONDS)
        payout.save(update_fields=["due_at"])
        note(payout, "look_failed", state=payout.state, by=US, why=why)


def _record_missing(payout: Payout) -> None:
    """The provider does not know it: after its time to settle, a person decides."""
    if payout.state not in _SENT:
        payout.due_at = None
        payout.save(update_fields=["due_at"])
        return
    payout.looks += 1
    since = payout.sent_at or clock.now()
    is_settled = clock.now() - since >= dt.timedelta(seconds=settings.CASHIER_SETTLE_SECONDS)
    if is_settled and payout.looks >= LOOKS:
        payout.due_at = None
        tell(payout, "left_to_person", to=PayoutState.MANUAL, by=US)
        return
    payout.due_at = _in(settings.CASHIER_LOOK_SECONDS)
    payout.save(update_fields=["looks", "due_at"])
    note(payout, "missed", state=payout.state, by=US)


def _in(seconds: float) -> dt.datetime:
    return clock.now() + dt.timedelta(seconds=seconds)


def _capture(payout: Payout) -> None:
    """Off the wallet, onto the way out: what was held for it. Repeating it is harmless."""
    row = payout.withdrawal
    if payout.hold_id is None:
        raise NoSuchMove(state=WithdrawalState(row.state).label)
    legs = [Leg(row.wallet_id, -payout.gross), Leg("payout_pending", payout.net)]
    if payout.fee_minor:
        legs.append(Leg("fees", Money(payout.fee_minor, payout.currency)))
    wallets.capture(
        payout.hold_id,
        EntryKind.WITHDRAWAL,
        f"payout:{payout.pk}",
        legs,
        by=US,
        cause=about(row),
    )


def _locked(payout_id: uuid.UUID) -> Payout:
    """A payout behind its withdrawal: every step locks in this order."""
    found = Payout.objects.filter(pk=payout_id).values_list("withdrawal_id", flat=True).first()
    if found is None:
        raise NoSuchPayout
    withdrawals.locked(found)
    rows = Payout.objects.select_for_update(of=("self",))
    return rows.select_related("account", "withdrawal").get(pk=payout_id)


def _refuse_own(payout: Payout, by: Actor) -> None:
    """Nobody pays himself, not even through a key of his."""
    if payout.withdrawal.client_id in {by.id, by.on_behalf_of}:
        raise OwnPayout
