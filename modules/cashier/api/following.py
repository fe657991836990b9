"""Failed deposits as tasks, and money that is sent back, over JSON."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, Literal

from django.http import Http404
from ninja import Field, Query, Schema

from kernel.api import ApiRequest, Page, Paging, Strict, api_needs, sliced
from modules.cashier import queries, services
from modules.cashier.api.finance import AmountOut, amount_out
from modules.cashier.api.paying import router
from modules.cashier.errors import NoSuchDeposit
from modules.cashier.queries import followups
from modules.cashier.types.deposits import CaseView
from modules.cashier.types.followups import FollowUpLine, Outcome, RepaymentLine


class FollowUpOut(Schema):
    """A failed deposit that somebody looks after."""

    deposit_id: uuid.UUID
    number: str
    client_id: uuid.UUID
    pay: AmountOut
    kind: str
    is_open: bool
    taken_by: str
    reason: str
    times: int = Field(description="How often it was opened.")
    opened_at: dt.datetime
    ended_at: dt.datetime | None


class OutcomeIn(Strict):
    """What came of it, and why."""

    outcome: Literal["contacted", "retried", "written_off", "nothing"]
    reason: str = Field(min_length=1, max_length=500)


class SendBackIn(Strict):
    """What came, in the deposit's own currency, and why it goes back; the client reads it."""

    received: str = Field(max_length=30, description="In major units, such as `100.00`.")
    reason: str = Field(min_length=1, max_length=500)


class SentIn(Strict):
    """Where the payment can be found."""

    reference: str = Field(min_length=1, max_length=200)


class RepaymentOut(Schema):
    """Money of a deposit that was turned down, on its way back."""

    deposit_id: uuid.UUID
    number: str
    client_id: uuid.UUID
    amount: AmountOut
    reference: str = Field(description="Ours: what the payment names.")
    state: str
    reason: str
    decided_by: str
    sent_by: str
    provider_reference: str
    owed_at: dt.datetime
    sent_at: dt.datetime | None


@router.get("/follow-ups", response=Page[FollowUpOut])
@api_needs("cashier.see_deposits")
def follow_ups(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Open tasks within reach, newest first, at most 500."""
    rows = followups.open_follow_ups(by=request.actor, limit=500)
    return sliced([_task(one) for one in rows], paging)


@router.post("/deposits/{deposit_id}/task/take", response=FollowUpOut)
@api_needs("cashier.follow_up")
def take_follow_up(request: ApiRequest, deposit_id: uuid.UUID) -> dict[str, Any]:
    """Look after it from now on."""
    _task(_found(request, deposit_id).follow_up)
    services.take_follow_up(deposit_id, by=request.actor)
    return _task(_found(request, deposit_id).follow_up)


@router.post("/deposits/{deposit_id}/task/close", response=FollowUpOut)
@api_needs("cashier.follow_up")
def close_follow_up(request: ApiRequest, deposit_id: uuid.UUID, told: OutcomeIn) -> dict[str, Any]:
    """Say what came of it; news opens it again."""
    _task(_found(request, deposit_id).follow_up)
    outcome = Outcome(told.outcome)
    services.close_follow_up(deposit_id, outcome, reason=told.reason, by=request.actor)
    return _task(_found(request, deposit_id).follow_up)


@router.post("/deposits/{deposit_id}/send-back", response=RepaymentOut)
@api_needs("cashier.decide_deposits")
def send_back(request: ApiRequest, deposit_id: uuid.UUID, told: SendBackIn) -> dict[str, Any]:
    """Turn a deposit down whose money has come: it is owed, and another colleague sends it."""
    pay = _found(request, deposit_id).view.line.pay
    received = services.amount_of(told.received, pay.currency)
    services.send_back_deposit(deposit_id, received, told.reason, by=request.actor)
    return _repayment(_found(request, deposit_id).repayment)


@router.post("/deposits/{deposit_id}/sent-back", response=RepaymentOut)
@api_needs("cashier.pay_out")
def sent_back(request: ApiRequest, deposit_id: uuid.UUID, told: SentIn) -> dict[str, Any]:
    """It was sent back outside."""
    if _found(request, deposit_id).repayment is None:
        raise Http404
    services.record_sent_back(deposit_id, reference=told.reference, by=request.actor)
    return _repayment(_found(request, deposit_id).repayment)


def _found(request: ApiRequest, deposit_id: uuid.UUID) -> CaseView:
    try:
        return queries.case(deposit_id, by=request.actor)
    except NoSuchDeposit as error:
        raise Http404 from error


def _task(one: FollowUpLine | None) -> dict[str, Any]:
    if one is None:
        raise Http404
    plain = {name: getattr(one, name) for name in FollowUpOut.model_fields if name != "pay"}
    return plain | {"pay": amount_out(one.pay)}


def _repayment(one: RepaymentLine | None) -> dict[str, Any]:
    if one is None:
        raise Http404
    plain = {name: getattr(one, name) for name in RepaymentOut.model_fields if name != "amount"}
    return plain | {"amount": amount_out(one.amount)}
