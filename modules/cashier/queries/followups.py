"""Failed deposits as tasks, and money that is to be sent back, as finance sees them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from kernel.actor import Actor
from kernel.money import Money
from modules.cashier.models import Deposit, FollowUp, Repayment
from modules.cashier.types.followups import (
    REPAYMENT_TONES,
    FollowUpLine,
    FollowUpPage,
    FollowUpState,
    Outcome,
    RepaymentLine,
    RepaymentState,
    Trouble,
)
from modules.clients import queries as clients

PER_PAGE = 25
SEE = "cashier.see_deposits"
MINE, OPEN, CLOSED = "mine", "open", "closed"


def follow_ups(tab: str, *, by: Actor, page: int = 1) -> FollowUpPage:
    """Tasks within the asker's reach: those he took, all open ones, or closed ones."""
    rows = _of_tab(tab, by)
    found: Page[FollowUp] = Paginator(rows, PER_PAGE).get_page(page)
    return FollowUpPage(lines=_lines(found, by), page=found, total=found.paginator.count)


def open_follow_ups(*, by: Actor, limit: int) -> tuple[FollowUpLine, ...]:
    """Open tasks within the asker's reach, newest first."""
    return _lines(_of_tab(OPEN, by)[:limit], by)


def follow_up_counts(*, by: Actor) -> Mapping[str, int]:
    """How many there are of each."""
    return {tab: _of_tab(tab, by).count() for tab in (MINE, OPEN, CLOSED)}


def follow_up_rows(*, by: Actor) -> Iterator[tuple[object, ...]]:
    """Every task within the asker's reach, for an export; amounts in major units."""
    rows = _within(by).order_by("opened_at", "pk")
    for row in rows.iterator(chunk_size=500):
        yield (
            row.deposit.number,
            str(row.client_id),
            row.deposit.pay.amount,
            row.deposit.pay_currency,
            row.kind,
            row.state,
            row.opened_at.isoformat(),
            row.times,
            row.taken_by,
            row.outcome,
            row.reason,
            row.ended_at.isoformat() if row.ended_at else "",
        )


def follow_up_of(deposit: Deposit, *, by: Actor) -> FollowUpLine | None:
    """The task of a deposit, if there was ever one."""
    row = FollowUp.objects.select_related("deposit").filter(deposit=deposit).first()
    return _line(row, "", by) if row else None


def repayment_of(deposit: Deposit) -> RepaymentLine | None:
    """What of a deposit goes back, if anything does."""
    row = _repayments().filter(payment__deposit=deposit).first()
    return _repayment(row, "") if row else None


def repayments_owed(*, by: Actor, limit: int = 50) -> tuple[RepaymentLine, ...]:
    """Money that is to be sent back, within the asker's reach, oldest first."""
    rows = _repayments().filter(state=RepaymentState.OWED)
    reached = clients.ids_within_reach(SEE, by=by)
    if reached is not None:
        rows = rows.filter(client_id__in=reached)
    found = list(rows.order_by("owed_at")[:limit])
    names = clients.names(row.client_id for row in found)
    return tuple(_repayment(row, names.get(row.client_id, "")) for row in found)


def _of_tab(tab: str, by: Actor) -> QuerySet[FollowUp]:
    rows = _within(by)
    if tab == CLOSED:
        return rows.filter(state=FollowUpState.CLOSED).order_by("-ended_at", "-pk")
    rows = rows.filter(state=FollowUpState.OPEN).order_by("-opened_at", "-pk")
    return rows.filter(taken_by_id=by.id) if tab == MINE else rows


def _within(by: Actor) -> QuerySet[FollowUp]:
    rows = FollowUp.objects.select_related("deposit")
    if by.scope(SEE) is None:
        return rows.none()
    reached = clients.ids_within_reach(SEE, by=by)
    return rows if reached is None else rows.filter(client_id__in=reached)


def _lines(rows: Iterable[FollowUp], by: Actor) -> tuple[FollowUpLine, ...]:
    found = list(rows)
    names: Mapping[uuid.UUID, str] = clients.names(row.client_id for row in found)
    return tuple(_line(row, names.get(row.client_id, ""), by) for row in found)


def _line(row: FollowUp, name: str, by: Actor) -> FollowUpLine:
    return FollowUpLine(
        deposit_id=row.deposit_id,
        number=row.deposit.number,
        client_id=row.client_id,
        client_name=name,
        pay=row.deposit.pay,
        kind=row.kind,
        kind_label=Trouble(row.kind).label,
        is_open=row.state == FollowUpState.OPEN,
        taken_by=row.taken_by,
        is_mine=row.taken_by_id is not None and row.taken_by_id == by.id,
        outcome_label=Outcome(row.outcome).label if row.outcome else "",
        reason=row.reason,
        times=row.times,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
    )


def _repayments() -> QuerySet[Repayment]:
    return Repayment.objects.select_related("payment__deposit", "payment__account")


def _repayment(row: Repayment, name: str) -> RepaymentLine:
    state = RepaymentState(row.state)
    return RepaymentLine(
        deposit_id=row.payment.deposit_id,
        number=row.payment.deposit.number,
        client_id=row.client_id,
        client_name=name,
        provider_name=row.payment.account.name,
        amount=Money(row.amount_minor, row.currency),
        reference=row.reference,
        state=row.state,
        state_label=state.label,
        tone=REPAYMENT_TONES[state],
        reason=row.reason,
        decided_by=row.decided_by,
        decided_by_id=row.decided_by_id,
        sent_by=row.sent_by,
        provider_reference=row.provider_reference,
        owed_at=row.owed_at,
        sent_at=row.sent_at,
    )
