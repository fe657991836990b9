"""The finance desk over JSON: figures, deposits and payouts that people decide, transfers.

Every change takes an `Idempotency-Key`. Amounts are in major units of their currency, days and
today's figures in the broker's time zone.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.http import Http404
from ninja import Field, Query, Schema

from kernel.api import ApiRequest, Page, Paging, Strict, api_needs, keyed
from kernel.money import Money
from modules.cashier import queries, services, tasks
from modules.cashier.api.outgoing import (
    PassageDetailOut,
    PassageOut,
    passage_line,
    passage_view,
    uuid_after,
)
from modules.cashier.api.paying import DepositOut, deposit_line, router
from modules.cashier.errors import (
    NoSuchDeposit,
    NoSuchPayout,
    NoSuchTransfer,
    NoSuchWithdrawal,
)
from modules.cashier.queries import finance, passages
from modules.cashier.types.deposits import CaseView


class AmountOut(Schema):
    """An amount."""

    amount: Decimal
    currency: str


class FiguresOut(Schema):
    """Today, and what waits."""

    deposits: list[AmountOut]
    deposits_count: int
    withdrawals: list[AmountOut]
    withdrawals_count: int
    pending: list[AmountOut] = Field(description="Withdrawals that are not over.")
    pending_count: int
    unpaid_count: int = Field(description="Deposits whose money has not come.")
    failed_count: int = Field(description="Deposits that failed today.")
    by_hand_count: int = Field(description="Payouts that a person pays.")
    stuck_count: int
    mismatch_count: int = Field(description="Lines of settlements that nobody explained.")
    claim_count: int
    is_stopped: bool = Field(description="Whether all payouts are stopped.")


class CasePaymentOut(Schema):
    """One payment at one provider."""

    id: uuid.UUID
    provider: str
    reference: str
    provider_reference: str
    state: str
    code: str
    received: AmountOut | None


class CaseOut(DepositOut):
    """A deposit as finance decides it."""

    client_id: uuid.UUID
    received: AmountOut | None
    needs_two: bool
    can_approve: bool
    next_step: str
    payments: list[CasePaymentOut]


class ReceivedIn(Strict):
    """What came, in the deposit's own currency."""

    received: str = Field(max_length=30, description="In major units, such as `100.00`.")


class WhyIn(Strict):
    """Why; the client reads it."""

    reason: str = Field(min_length=1, max_length=500)


@router.get("/figures", response=FiguresOut)
@api_needs("cashier.see_finance")
def figures(request: ApiRequest) -> dict[str, Any]:
    """Today in figures, and what waits for people, within reach."""
    found = finance.desk(by=request.actor)
    sums = {"deposits", "withdrawals", "pending"}
    plain = {name: getattr(found, name) for name in FiguresOut.model_fields if name not in sums}
    return plain | {name: _amounts(getattr(found, name)) for name in sorted(sums)}


@router.get("/deposits", response=Page[DepositOut])
@api_needs("cashier.see_deposits")
def office_deposits(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Deposits within reach, in the order of their ids."""
    after = uuid_after(paging)
    rows = queries.deposits_after(after, limit=paging.limit + 1, by=request.actor)
    return keyed([deposit_line(one) for one in rows], paging, key=lambda one: str(one["id"]))


@router.get("/deposits/{deposit_id}", response=CaseOut)
@api_needs("cashier.see_deposits")
def office_deposit(request: ApiRequest, deposit_id: uuid.UUID) -> dict[str, Any]:
    """One deposit with its payments, and what to do about it."""
    return _case(_found(request, deposit_id))


@router.post("/deposits/{deposit_id}/approve", response=CaseOut)
@api_needs("cashier.decide_deposits")
def approve_deposit(request: ApiRequest, deposit_id: uuid.UUID, told: ReceivedIn) -> dict[str, Any]:
    """Put what was received on the client's wallet; from the method's limit on it takes two."""
    pay = _found(request, deposit_id).view.line.pay
    received = services.amount_of(told.received, pay.currency)
    services.approve_deposit(deposit_id, received, by=request.actor)
    return _case(_found(request, deposit_id))


@router.post("/deposits/{deposit_id}/reject", response=CaseOut)
@api_needs("cashier.decide_deposits")
def reject_deposit(request: ApiRequest, deposit_id: uuid.UUID, why: WhyIn) -> dict[str, Any]:
    """Turn a deposit down."""
    _found(request, deposit_id)
    services.reject_deposit(deposit_id, why.reason, by=request.actor)
    return _case(_found(request, deposit_id))


@router.post("/deposits/{deposit_id}/correct", response=CaseOut)
@api_needs("cashier.decide_deposits")
def correct_deposit(request: ApiRequest, deposit_id: uuid.UUID, why: WhyIn) -> dict[str, Any]:
    """Send a deposit back to the client, who hands in another proof."""
    _found(request, deposit_id)
    services.ask_correction(deposit_id, why.reason, by=request.actor)
    return _case(_found(request, deposit_id))


@router.get("/withdrawals/{withdrawal_id}", response=PassageDetailOut)
@api_needs("cashier.see_finance")
def office_withdrawal(request: ApiRequest, withdrawal_id: uuid.UUID) -> dict[str, Any]:
    """One withdrawal within reach."""
    try:
        return passage_view(passages.withdrawal(withdrawal_id, by=request.actor))
    except NoSuchWithdrawal as error:
        raise Http404 from error


@router.get("/transfers", response=Page[PassageOut])
@api_needs("cashier.see_finance")
def office_transfers(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Transfers within reach, in the order of their ids."""
    after = uuid_after(paging)
    rows = passages.transfers_after(after, limit=paging.limit + 1, by=request.actor)
    return keyed([passage_line(one) for one in rows], paging, key=lambda one: str(one["id"]))


@router.get("/transfers/{transfer_id}", response=PassageDetailOut)
@api_needs("cashier.see_finance")
def office_transfer(request: ApiRequest, transfer_id: uuid.UUID) -> dict[str, Any]:
    """One transfer within reach."""
    try:
        return passage_view(passages.transfer(transfer_id, by=request.actor))
    except NoSuchTransfer as error:
        raise Http404 from error


@router.post("/payouts/{payout_id}/not-paid", response=PassageDetailOut)
@api_needs("cashier.pay_out")
def not_paid(request: ApiRequest, payout_id: uuid.UUID, why: WhyIn) -> dict[str, Any]:
    """It was not, and will not be, paid: back into the client's wallet."""
    withdrawal_id = _withdrawal_of(request, payout_id)
    services.record_not_paid(payout_id, reason=why.reason, by=request.actor)
    tasks.pay_due.send()
    return passage_view(passages.withdrawal(withdrawal_id, by=request.actor))


@router.post("/payouts/{payout_id}/came-back", response=PassageDetailOut)
@api_needs("cashier.pay_out")
def came_back(request: ApiRequest, payout_id: uuid.UUID, why: WhyIn) -> dict[str, Any]:
    """What was paid came back: into the client's wallet again."""
    withdrawal_id = _withdrawal_of(request, payout_id)
    services.record_returned(payout_id, reason=why.reason, by=request.actor)
    return passage_view(passages.withdrawal(withdrawal_id, by=request.actor))


def amount_out(amount: Money | None) -> dict[str, Any] | None:
    """An amount as JSON shows it."""
    return None if amount is None else {"amount": amount.amount, "currency": amount.currency}


def _amounts(amounts: Iterable[Money]) -> list[dict[str, Any] | None]:
    return [amount_out(one) for one in amounts]


def _found(request: ApiRequest, deposit_id: uuid.UUID) -> CaseView:
    try:
        return queries.case(deposit_id, by=request.actor)
    except NoSuchDeposit as error:
        raise Http404 from error


def _withdrawal_of(request: ApiRequest, payout_id: uuid.UUID) -> uuid.UUID:
    try:
        return passages.payout(payout_id, by=request.actor).withdrawal_id
    except NoSuchPayout as error:
        raise Http404 from error


def _case(found: CaseView) -> dict[str, Any]:
    names = ("needs_two", "can_approve", "next_step")
    plain = {name: getattr(found, name) for name in names}
    payments = [
        {
            "id": one.id,
            "provider": one.provider_name,
            "reference": one.reference,
            "provider_reference": one.provider_reference,
            "state": one.state,
            "code": one.code,
            "received": amount_out(one.received),
        }
        for one in found.payments
    ]
    return (
        deposit_line(found.view.line)
        | plain
        | {
            "client_id": found.view.line.client_id,
            "received": amount_out(found.received),
            "payments": payments,
        }
    )
