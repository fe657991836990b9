"""Withdrawals, transfers and what clients are paid to, over JSON: figures first, then the deed.

Every change takes an `Idempotency-Key`; a token confirmed twice is one withdrawal or transfer too.
"""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from django.http import Http404
from ninja import Field, Query, Schema, Status

from kernel.api import ApiRequest, Page, Paging, Strict, api_needs, keyed, sliced
from kernel.ids import new_id
from modules.cashier import services, tasks
from modules.cashier.api.paying import router
from modules.cashier.errors import (
    NoSuchInstrument,
    NoSuchPayout,
    NoSuchTransfer,
    NoSuchWithdrawal,
)
from modules.cashier.queries import outgoing, passages
from modules.cashier.types.outgoing import (
    InstrumentLine,
    InstrumentWish,
    PassageLine,
    PassageView,
    Plan,
    TransferPlan,
    TransferWish,
    WithdrawalWish,
)


class TokenIn(Strict):
    """The plan that was shown."""

    token: str = Field(max_length=2000)


class WithdrawalIn(Strict):
    """What the client wants to take out."""

    method_id: uuid.UUID
    source: str = Field(max_length=60, description="`wallet:USD` or `account:<id>`.")
    amount: str = Field(max_length=30, description="In major units, such as `100.00`.")
    currency: str = Field(max_length=8)
    instrument_id: uuid.UUID | None = None


class PartOut(Schema):
    """One place that it is paid to."""

    provider: str
    amount: Decimal
    is_return: bool


class PlanOut(Schema):
    """What it costs, what arrives and where; amounts in major units."""

    token: str
    amount: Decimal
    fee: Decimal
    arrives: Decimal
    currency: str
    expected_hours: int
    parts: list[PartOut]


class TransferIn(Strict):
    """What the client wants to move; a beneficiary is named by number and last name."""

    source: str = Field(max_length=60, description="`wallet:USD` or `account:<id>`.")
    target: str = Field("", max_length=60)
    amount: str = Field(max_length=30, description="In major units, such as `100.00`.")
    currency: str = Field(max_length=8)
    beneficiary_number: int | None = Field(None, ge=1, le=999_999_999)
    beneficiary_name: str = Field("", max_length=80)


class TransferPlanOut(Schema):
    """What would arrive; amounts in major units."""

    token: str
    amount: Decimal
    currency: str
    arrives: Decimal
    arrives_currency: str
    rate: Decimal | None
    beneficiary: str


class PassageOut(Schema):
    """A withdrawal or transfer; `amount` in major units of `currency`."""

    id: uuid.UUID
    number: str
    client_id: uuid.UUID
    amount: Decimal
    currency: str
    source: str
    target: str
    state: str
    reason: str
    is_stuck: bool
    asked_at: dt.datetime
    changed_at: dt.datetime


class PassageDetailOut(PassageOut):
    """The same with what arrives."""

    arrives: Decimal
    arrives_currency: str
    can_cancel: bool


class InstrumentIn(Strict):
    """What the client wants to be paid to."""

    kind: str = Field(pattern="^(bank|crypto)$")
    currency: str = Field(max_length=8)
    holder: str = Field(min_length=1, max_length=120)
    number: str = Field(min_length=1, max_length=120)
    bank: str = Field("", max_length=50)
    bic: str = Field("", max_length=11)


class InstrumentOut(Schema):
    """Something that the client can be paid to."""

    id: uuid.UUID
    kind: str
    currency: str
    title: str
    state: str
    is_usable: bool
    usable_from_at: dt.datetime | None


class PaidIn(Strict):
    """Where a payment by hand can be found."""

    reference: str = Field(min_length=1, max_length=200)


@router.post("/my/withdrawals/plan", response=PlanOut)
@api_needs("cashier.withdraw")
def plan_withdrawal(request: ApiRequest, wish: WithdrawalIn) -> dict[str, Any]:
    """What a withdrawal costs and where it goes; the token holds for five minutes."""
    told = WithdrawalWish(
        method_id=wish.method_id,
        source=wish.source,
        amount=services.amount_of(wish.amount, wish.currency),
        key=str(new_id()),
        instrument_id=wish.instrument_id,
    )
    return _plan(services.plan_withdrawal(_own_id(request), told))


@router.post("/my/withdrawals", response={202: PassageDetailOut})
@api_needs("cashier.withdraw")
def ask_withdrawal(request: ApiRequest, confirmed: TokenIn) -> Status[dict[str, Any]]:
    """Begin the withdrawal that a plan showed."""
    made = services.ask_withdrawal(_own_id(request), confirmed.token, by=request.actor)
    return Status(202, passage_view(passages.own_withdrawal(made, _own_id(request))))


@router.get("/my/withdrawals", response=Page[PassageOut])
@api_needs("cashier.see_withdrawals")
def my_withdrawals(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    """The client's newest withdrawals."""
    found = passages.withdrawals_of(_own_id(request))
    return sliced([passage_line(one) for one in found.lines], paging)


@router.get("/my/withdrawals/{withdrawal_id}", response=PassageDetailOut)
@api_needs("cashier.see_withdrawals")
def my_withdrawal(request: ApiRequest, withdrawal_id: uuid.UUID) -> dict[str, Any]:
    """One withdrawal of the client who asks."""
    return passage_view(_own_withdrawal(request, withdrawal_id))


@router.post("/my/withdrawals/{withdrawal_id}/cancel", response=PassageDetailOut)
@api_needs("cashier.see_withdrawals")
def cancel_withdrawal(request: ApiRequest, withdrawal_id: uuid.UUID) -> dict[str, Any]:
    """Take it back while it waits."""
    _own_withdrawal(request, withdrawal_id)
    services.cancel_withdrawal(withdrawal_id, client_id=_own_id(request), by=request.actor)
    return passage_view(_own_withdrawal(request, withdrawal_id))


@router.get("/my/instruments", response=list[InstrumentOut])
@api_needs("cashier.see_withdrawals")
def instruments(request: ApiRequest) -> list[dict[str, Any]]:
    """What the client can be paid to."""
    return [_instrument(one) for one in outgoing.instruments(_own_id(request))]


@router.post("/my/instruments", response={201: InstrumentOut})
@api_needs("cashier.withdraw")
def add_instrument(request: ApiRequest, wish: InstrumentIn) -> Status[dict[str, Any]]:
    """Add one; it waits for approval."""
    told = InstrumentWish(**wish.model_dump())
    made = services.add_instrument(_own_id(request), told, by=request.actor)
    return Status(201, _instrument(outgoing.instrument(made, _own_id(request))))


@router.delete("/my/instruments/{instrument_id}", response={204: None})
@api_needs("cashier.see_withdrawals")
def remove_instrument(request: ApiRequest, instrument_id: uuid.UUID) -> Status[None]:
    """Take one off the list."""
    try:
        outgoing.instrument(instrument_id, _own_id(request))
    except NoSuchInstrument as error:
        raise Http404 from error
    services.remove_instrument(instrument_id, _own_id(request), by=request.actor)
    return Status(204, None)


@router.post("/my/transfers/plan", response=TransferPlanOut)
@api_needs("cashier.transfer")
def plan_transfer(request: ApiRequest, wish: TransferIn) -> dict[str, Any]:
    """What would arrive; the token holds for a minute."""
    told = TransferWish(
        source=wish.source,
        target=wish.target,
        amount=services.amount_of(wish.amount, wish.currency),
        key=str(new_id()),
        beneficiary_number=wish.beneficiary_number,
        beneficiary_name=wish.beneficiary_name,
    )
    return _transfer_plan(services.plan_transfer(_own_id(request), told))


@router.post("/my/transfers", response={202: PassageDetailOut})
@api_needs("cashier.transfer")
def ask_transfer(request: ApiRequest, confirmed: TokenIn) -> Status[dict[str, Any]]:
    """Begin the transfer that a plan showed."""
    made = services.ask_transfer(_own_id(request), confirmed.token, by=request.actor)
    return Status(202, passage_view(passages.own_transfer(made, _own_id(request))))


@router.get("/my/transfers/{transfer_id}", response=PassageDetailOut)
@api_needs("cashier.transfer")
def my_transfer(request: ApiRequest, transfer_id: uuid.UUID) -> dict[str, Any]:
    """One transfer of the client who asks."""
    return passage_view(_own_transfer(request, transfer_id))


@router.post("/my/transfers/{transfer_id}/cancel", response=PassageDetailOut)
@api_needs("cashier.transfer")
def cancel_transfer(request: ApiRequest, transfer_id: uuid.UUID) -> dict[str, Any]:
    """Take it back while it waits."""
    _own_transfer(request, transfer_id)
    services.cancel_transfer(transfer_id, client_id=_own_id(request), by=request.actor)
    return passage_view(_own_transfer(request, transfer_id))


@router.get("/withdrawals", response=Page[PassageOut])
@api_needs("cashier.see_finance")
def withdrawals(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Withdrawals within reach, in the order of their ids."""
    after = uuid_after(paging)
    rows = passages.withdrawals_after(after, limit=paging.limit + 1, by=request.actor)
    return keyed([passage_line(one) for one in rows], paging, key=lambda one: str(one["id"]))


@router.post("/payouts/{payout_id}/paid", response=PassageDetailOut)
@api_needs("cashier.pay_out")
def paid(request: ApiRequest, payout_id: uuid.UUID, told: PaidIn) -> dict[str, Any]:
    """Record that a payout was paid by hand."""
    try:
        line = passages.payout(payout_id, by=request.actor)
    except NoSuchPayout as error:
        raise Http404 from error
    services.record_paid_by_hand(payout_id, reference=told.reference, by=request.actor)
    tasks.pay_due.send()
    return passage_view(passages.withdrawal(line.withdrawal_id, by=request.actor))


def _own_id(request: ApiRequest) -> uuid.UUID:
    if request.actor.id is None:
        raise Http404
    return request.actor.id


def _own_withdrawal(request: ApiRequest, withdrawal_id: uuid.UUID) -> PassageView:
    try:
        return passages.own_withdrawal(withdrawal_id, _own_id(request))
    except NoSuchWithdrawal as error:
        raise Http404 from error


def _own_transfer(request: ApiRequest, transfer_id: uuid.UUID) -> PassageView:
    try:
        return passages.own_transfer(transfer_id, _own_id(request))
    except NoSuchTransfer as error:
        raise Http404 from error


def uuid_after(paging: Paging) -> uuid.UUID | None:
    """The id that a cursor names; anything else is none of ours."""
    after = paging.after()
    try:
        return uuid.UUID(after) if isinstance(after, str) else None
    except ValueError:
        return None


def _plan(found: Plan) -> dict[str, Any]:
    return {
        "token": found.token,
        "amount": found.wish.amount.amount,
        "fee": found.fee.amount,
        "arrives": found.arrives.amount,
        "currency": found.spot.currency,
        "expected_hours": found.expected_hours,
        "parts": [
            {
                "provider": one.account_name,
                "amount": one.net.amount,
                "is_return": one.payment_id is not None,
            }
            for one in found.parts
        ],
    }


def _transfer_plan(found: TransferPlan) -> dict[str, Any]:
    return {
        "token": found.token,
        "amount": found.wish.amount.amount,
        "currency": found.wish.amount.currency,
        "arrives": found.arrives.amount,
        "arrives_currency": found.arrives.currency,
        "rate": found.rate,
        "beneficiary": found.beneficiary,
    }


def passage_line(one: PassageLine) -> dict[str, Any]:
    """A withdrawal or transfer as JSON shows it."""
    names = ("id", "number", "client_id", "state", "reason", "is_stuck", "asked_at", "changed_at")
    plain = {name: getattr(one, name) for name in names}
    return plain | {
        "amount": one.amount.amount,
        "currency": one.amount.currency,
        "source": one.source_title,
        "target": one.target_title,
    }


def passage_view(one: PassageView) -> dict[str, Any]:
    """The same with what arrives."""
    return passage_line(one.line) | {
        "arrives": one.arrives.amount,
        "arrives_currency": one.arrives.currency,
        "can_cancel": one.can_cancel,
    }


def _instrument(one: InstrumentLine) -> dict[str, Any]:
    return {name: getattr(one, name) for name in InstrumentOut.model_fields}
