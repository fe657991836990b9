"""Failed deposits as tasks: opened by what happened, taken and closed by colleagues."""

from __future__ import annotations

import uuid

from django.db import transaction

from kernel import clock
from kernel.actor import Actor
from modules.cashier.errors import NoSuchDeposit, ReasonNeeded
from modules.cashier.models import Deposit, FollowUp
from modules.cashier.services.story import tell
from modules.cashier.types.followups import BY_PEOPLE, FollowUpState, Outcome, Trouble


def open_follow_up(deposit: Deposit, kind: Trouble, *, by: Actor) -> None:
    """Have somebody look after a locked deposit; news reopens what was closed.

    Joins the caller's transaction. Whoever had it before has it again.
    """
    row = FollowUp.objects.select_for_update().filter(deposit=deposit).first()
    if row is None:
        FollowUp.objects.create(
            deposit=deposit, client_id=deposit.client_id, kind=kind, opened_at=clock.now()
        )
        return
    row.kind = kind
    if row.state == FollowUpState.CLOSED:
        row.move_to(FollowUpState.OPEN)
        row.times += 1
        row.outcome = row.reason = ""
        row.opened_at, row.ended_at = clock.now(), None
        tell(deposit, "follow_up_reopened", by=by, note=str(kind.label))
    row.save()


@transaction.atomic
def take_follow_up(deposit_id: uuid.UUID, *, by: Actor) -> None:
    """Look after it from now on; it may be another's until now. Opens a transaction.

    Raises:
        NoSuchDeposit: Nobody has to look after it.
    """
    deposit, row = _locked(deposit_id)
    if row.taken_by_id == by.id:
        return
    row.taken_by_id, row.taken_by = by.id, by.name[:200]
    row.save(update_fields=["taken_by_id", "taken_by"])
    tell(deposit, "follow_up_taken", by=by)


@transaction.atomic
def note_follow_up(deposit_id: uuid.UUID, text: str, *, by: Actor) -> None:
    """Write down what was found or said. Opens a transaction.

    Raises:
        NoSuchDeposit: Nobody has to look after it.
        ReasonNeeded: There are no words.
    """
    deposit, _row = _locked(deposit_id)
    if not text.strip():
        raise ReasonNeeded
    tell(deposit, "follow_up_note", by=by, note=text.strip())


@transaction.atomic
def close_follow_up(deposit_id: uuid.UUID, outcome: Outcome, *, reason: str, by: Actor) -> None:
    """Say what came of it; it is done unless there is news. Opens a transaction.

    Raises:
        NoSuchDeposit: Nobody has to look after it.
        NoSuchMove: It is closed.
        ReasonNeeded: There is none, or no outcome that a person may choose.
    """
    deposit, row = _locked(deposit_id)
    if not reason.strip() or outcome not in BY_PEOPLE:
        raise ReasonNeeded
    _close(deposit, row, outcome, reason.strip(), by=by)


def decide_follow_up(deposit: Deposit, reason: str, *, by: Actor) -> None:
    """A decision about the locked deposit ends its task; joins the caller's transaction."""
    row = FollowUp.objects.select_for_update().filter(deposit=deposit).first()
    if row is not None and row.state == FollowUpState.OPEN:
        _close(deposit, row, Outcome.DECIDED, reason, by=by)


def _close(deposit: Deposit, row: FollowUp, outcome: Outcome, reason: str, *, by: Actor) -> None:
    row.move_to(FollowUpState.CLOSED)
    if row.taken_by_id is None:
        row.taken_by_id, row.taken_by = by.id, by.name[:200]
    row.outcome, row.reason, row.ended_at = outcome, reason[:500], clock.now()
    row.save()
    tell(deposit, "follow_up_closed", by=by, note=f"{outcome.label}: {reason}")


def _locked(deposit_id: uuid.UUID) -> tuple[Deposit, FollowUp]:
    """The deposit and its task, locked in the order that everybody keeps."""
    deposit = Deposit.objects.select_for_update().filter(pk=deposit_id).first()
    row = FollowUp.objects.select_for_update().filter(deposit_id=deposit_id).first()
    if deposit is None or row is None:
        raise NoSuchDeposit
    return deposit, row
