"""Deciding: level by level, never by whoever asked, never twice by one person."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from kernel.errors import Refused
from kernel.events import publish
from modules.requests.errors import (
    AlreadyDecided,
    AnswerNeeded,
    NoSuchRequest,
    NotYours,
    ReasonNeeded,
)
from modules.requests.events import (
    InformationAsked,
    InformationGiven,
    LevelReached,
    RequestApproved,
    RequestCancelled,
    RequestRefused,
)
from modules.requests.models import (
    OPEN,
    Decision,
    DecisionKind,
    Outcome,
    RefusalCode,
    Request,
    State,
)
from modules.requests.queries.deciders import (
    hands_of,
    person_of,
    refuse_decider,
    refuse_without_right,
    within_reach,
)
from modules.requests.queries.lines import reason_of, title
from modules.requests.services import letters
from modules.requests.services.asking import enter_level, facts_of
from modules.requests.services.remarks import add_remark
from modules.requests.types import BulkOutcome, Upload


@transaction.atomic
def approve(request_id: uuid.UUID, *, by: Actor, reason: str = "") -> bool:
    """Approve the level that decides now; return whether the request is approved with it.

    Opens a transaction.

    Raises:
        NoSuchRequest: There is none within reach.
        AlreadyDecided, NotWaiting: It waits for no decision.
        MayNotDecide, OwnRequest, DecidedOneLevel, NotYourLevel: Somebody else decides.
    """
    row = _locked(request_id, by)
    refuse_decider(row, by=by, approves=True)
    _decide(row, DecisionKind.APPROVE, by=by, reason=reason)
    is_last = row.level >= len(row.levels)
    if is_last:
        row.move_to(State.APPROVED)
        row.ended_at = clock.now()
        publish(RequestApproved(**facts_of(row)))
        letters.tell(row, "approved")
    else:
        enter_level(row)
        publish(LevelReached(**facts_of(row)))
    row.save()
    changes = {"kind": row.kind, "is_last": is_last}
    audit.note("requests.approved", about=row, by=by, changes=changes, reason=reason)
    return is_last


def approve_many(request_ids: Iterable[uuid.UUID], *, by: Actor) -> tuple[BulkOutcome, ...]:
    """Approve several requests, each checked and decided by itself; say what became of each.

    Opens a transaction for each, so that one that is refused leaves the others alone.
    """
    return tuple(_approve_one(one, by) for one in dict.fromkeys(request_ids))


@transaction.atomic
def refuse(request_id: uuid.UUID, *, by: Actor, reason: str = "", code: str = "") -> None:
    """Turn a request down; the client reads why. Opens a transaction.

    ``code`` is one of the usual reasons, which he reads in his language; ``reason`` is said
    beside it, or alone.

    Raises:
        ReasonNeeded: There is neither, or no such code.
        NoSuchRequest: There is none within reach.
        AlreadyDecided: It is decided.
        MayNotDecide, OwnRequest, NotYourLevel: Somebody else decides.
    """
    row = _locked(request_id, by)
    refuse_decider(row, by=by, approves=False)
    if code and code not in RefusalCode.values:
        raise ReasonNeeded
    row.reason_code = code
    row.reason = reason.strip()[:500] if code else _needed(reason)
    row.move_to(State.REFUSED)
    row.ended_at = clock.now()
    row.save(update_fields=["state", "reason", "reason_code", "ended_at"])
    why = reason_of(code, row.reason)[:500]
    _decide(row, DecisionKind.REFUSE, by=by, reason=why)
    publish(RequestRefused(**facts_of(row), code=code, reason=letters.reason_for_client(row)))
    letters.tell(row, "refused")
    audit.note("requests.refused", about=row, by=by, changes={"kind": row.kind}, reason=why)


@transaction.atomic
def ask_for_more(request_id: uuid.UUID, *, reason: str, by: Actor) -> None:
    """Ask whoever asked for what is missing; it waits for the answer. Opens a transaction.

    Raises:
        ReasonNeeded: The question is empty.
        NoSuchRequest: There is none within reach.
        AlreadyDecided: It does not wait for a decision.
        MayNotDecide: The right is missing.
    """
    row = _locked(request_id, by)
    refuse_without_right(row, by=by)
    row.reason = _needed(reason)
    row.move_to(State.NEEDS_INFORMATION)
    row.save(update_fields=["state", "reason"])
    _decide(row, DecisionKind.ASK_FOR_MORE, by=by, reason=row.reason)
    publish(InformationAsked(**facts_of(row)))
    letters.tell(row, "question")
    audit.note("requests.asked_for_more", about=row, by=by, reason=reason)


@transaction.atomic
def answer(
    request_id: uuid.UUID, *, text: str = "", files: Sequence[Upload] = (), by: Actor
) -> None:
    """Answer a question; the request waits for a decision again. Opens a transaction.

    Whoever answers has prepared the request, and does not decide it.

    Raises:
        NoSuchRequest: There is none that is his, or within reach.
        AlreadyDecided: Nothing was asked.
        AnswerNeeded: It says nothing.
        FileNotTaken, FileTooLarge, TooManyFiles: The files are not kept, nor is the answer.
    """
    row = _locked(request_id, by)
    if row.state != State.NEEDS_INFORMATION:
        raise AlreadyDecided(state=str(State(row.state).label).lower())
    if not text.strip() and not files:
        raise AnswerNeeded
    row.move_to(State.WAITING)
    row.reason = ""
    row.hands = sorted({*row.hands, *hands_of(by)})
    row.save(update_fields=["state", "reason", "hands"])
    _decide(row, DecisionKind.ANSWER, by=by, reason="")
    add_remark(row, text=text, files=files, is_inner=False, by=by)
    publish(InformationGiven(**facts_of(row)))
    audit.note("requests.answered", about=row, by=by)


@transaction.atomic
def cancel(request_id: uuid.UUID, *, by: Actor) -> None:
    """Take a request back: only who asked can. Opens a transaction.

    Raises:
        NoSuchRequest: There is none that is his, or within reach.
        NotYours: Somebody else asked.
        AlreadyDecided: It is decided.
    """
    row = _locked(request_id, by)
    if by.id is None or row.asked_by_id not in hands_of(by):
        raise NotYours
    _end_cancelled(row, by=by, reason="")


@transaction.atomic
def withdraw(subject: str, *, kind: str, reason: str, by: Actor) -> int:
    """Cancel the open requests of a kind about one thing, for it is gone; return how many.

    For the module that owns the kind. Opens a transaction.
    """
    rows = Request.objects.filter(subject=subject, kind=kind, state__in=OPEN)
    found = list(rows.order_by("pk").select_for_update())
    for row in found:
        row.reason = reason[:500]
        _end_cancelled(row, by=by, reason=reason)
    return len(found)


@transaction.atomic
def record_outcome(request_id: uuid.UUID, *, is_done: bool, sentence: str = "") -> None:
    """Record what became of an approved request where it was carried out. Opens a transaction.

    For the module that owns the kind; recording twice is harmless.
    """
    outcome = Outcome.DONE if is_done else Outcome.FAILED
    approved = Request.objects.filter(pk=request_id, state=State.APPROVED)
    approved.update(outcome=outcome, outcome_sentence=sentence[:300])


def _approve_one(request_id: uuid.UUID, by: Actor) -> BulkOutcome:
    row = within_reach(by).filter(pk=request_id).first()
    shown = title(row) if row else str(request_id)
    try:
        is_last = approve(request_id, by=by)
    except Refused as refusal:
        return BulkOutcome(title=shown, refused=str(refusal))
    return BulkOutcome(title=shown, refused="", is_last=is_last)


def _locked(request_id: uuid.UUID, by: Actor) -> Request:
    """The request, if it is within the right of ``by`` or he asked for it himself."""
    row = Request.objects.select_for_update().filter(pk=request_id).first()
    if row is None:
        raise NoSuchRequest
    is_own = row.is_asked_by_client and row.client_id is not None and row.client_id == by.id
    if not is_own and not within_reach(by).filter(pk=request_id).exists():
        raise NoSuchRequest
    return row


def _decide(row: Request, decision: DecisionKind, *, by: Actor, reason: str) -> None:
    Decision.objects.create(
        request=row,
        level=row.level,
        decision=decision,
        actor_id=person_of(by),
        actor_name=by.name[:200],
        reason=reason[:500],
        decided_at=clock.now(),
    )


def _end_cancelled(row: Request, *, by: Actor, reason: str) -> None:
    row.move_to(State.CANCELLED)
    row.ended_at = clock.now()
    row.save(update_fields=["state", "reason", "ended_at"])
    _decide(row, DecisionKind.CANCEL, by=by, reason=reason)
    publish(RequestCancelled(**facts_of(row)))
    audit.note("requests.cancelled", about=row, by=by, reason=reason)


def _needed(reason: str) -> str:
    if not reason.strip():
        raise ReasonNeeded
    return reason.strip()[:500]
