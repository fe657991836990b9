"""Settlements of providers and what clients owe after chargebacks, over JSON."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, Literal

from django.http import Http404
from ninja import Field, Query, Schema, Status

from kernel.api import ApiRequest, Page, Paging, Strict, api_needs, sliced
from modules.cashier import services
from modules.cashier.api.finance import AmountOut, WhyIn, amount_out
from modules.cashier.api.paying import router
from modules.cashier.errors import NoSuchFile
from modules.cashier.queries import finance
from modules.cashier.types.finance import ClaimLine, FileLine, FileView, LineView


class ClaimOut(Schema):
    """A deposit that was taken back, and what is owed of it."""

    id: uuid.UUID
    deposit_id: uuid.UUID
    number: str
    client_id: uuid.UUID
    amount: AmountOut
    owed: AmountOut
    state: str
    opened_at: dt.datetime
    is_being_taken: bool


class SettlementOut(Schema):
    """A provider's file."""

    id: uuid.UUID
    name: str
    provider: str
    by: str
    uploaded_at: dt.datetime
    state: str
    lines: int
    matched: int
    differing: int


class SettlementLineOut(Schema):
    """One line of a file beside what we have."""

    id: uuid.UUID
    file_id: uuid.UUID
    number: int
    reference: str
    gross: AmountOut
    fee: AmountOut
    ours: AmountOut | None
    settled_on: dt.date | None
    state: str
    is_mismatch: bool
    reason: str


class SettlementDetailOut(SettlementOut):
    """A file with its lines, those that differ first."""

    total: int
    page: int
    items: list[SettlementLineOut]


class ColumnsIn(Strict):
    """What the file calls its columns."""

    reference: str = Field("reference", max_length=80)
    amount: str = Field("amount", max_length=80)
    currency: str = Field("currency", max_length=80)
    fee: str = Field("", max_length=80)
    kind: str = Field("", max_length=80)
    date: str = Field("", max_length=80)


class SettlementIn(Strict):
    """A provider's file of comma-separated values."""

    account_id: uuid.UUID
    name: str = Field(min_length=1, max_length=120)
    text: str = Field(min_length=1, max_length=2_000_000)
    columns: ColumnsIn = Field(default_factory=lambda: ColumnsIn.model_validate({}))


class TakenOut(Schema):
    """How many lines were posted."""

    posted: int


@router.get("/claims", response=Page[ClaimOut])
@api_needs("cashier.see_finance")
def claims(
    request: ApiRequest, paging: Query[Paging], state: Literal["open", "all"] = "open"
) -> dict[str, Any]:
    """What clients within reach owe, newest first."""
    found = finance.claims(by=request.actor, is_open=state == "open")
    return sliced([_claim(one) for one in found], paging)


@router.post("/claims/{claim_id}/take-from-wallet", response=AmountOut)
@api_needs("cashier.claim")
def take_from_wallet(request: ApiRequest, claim_id: uuid.UUID) -> dict[str, Any] | None:
    """Take what is free in the client's wallet; answers with what was taken."""
    _refuse_foreign(request, claim_id)
    return amount_out(services.take_from_wallet(claim_id, by=request.actor))


@router.post("/claims/{claim_id}/accounts/{account_id}/take", response={202: AmountOut})
@api_needs("cashier.claim")
def take_from_account(
    request: ApiRequest, claim_id: uuid.UUID, account_id: uuid.UUID
) -> Status[dict[str, Any] | None]:
    """Ask the trading server for what is free there; answers with what was asked for."""
    _refuse_foreign(request, claim_id)
    asked = services.take_from_account(claim_id, account_id, by=request.actor)
    return Status(202, amount_out(asked))


@router.post("/claims/{claim_id}/write-off", response={204: None})
@api_needs("cashier.claim")
def write_off(request: ApiRequest, claim_id: uuid.UUID, why: WhyIn) -> Status[None]:
    """Give it up."""
    _refuse_foreign(request, claim_id)
    services.write_off(claim_id, reason=why.reason, by=request.actor)
    return Status(204, None)


@router.get("/settlements", response=Page[SettlementOut])
@api_needs("cashier.settle")
def settlements(
    request: ApiRequest,  # noqa: ARG001 - an operation is handed it
    paging: Query[Paging],
) -> dict[str, Any]:
    """Files of providers, newest first."""
    return sliced([_file(one) for one in finance.settlement_files()], paging)


@router.post("/settlements", response={201: SettlementDetailOut})
@api_needs("cashier.settle")
def upload_settlement(request: ApiRequest, told: SettlementIn) -> Status[dict[str, Any]]:
    """Compare a file with what we have. Nothing is posted before it is taken over."""
    made = services.upload_settlement(
        told.account_id,
        told.name,
        told.text.encode(),
        told.columns.model_dump(),
        by=request.actor,
    )
    return Status(201, _detail(finance.settlement(made), 1))


@router.get("/settlements/{file_id}", response=SettlementDetailOut)
@api_needs("cashier.settle")
def settlement(
    request: ApiRequest,  # noqa: ARG001 - an operation is handed it
    file_id: uuid.UUID,
    page: Query[int] = 1,
) -> dict[str, Any]:
    """One file with a page of its lines."""
    return _detail(_found(file_id, page), page)


@router.post("/settlements/{file_id}/take", response=TakenOut)
@api_needs("cashier.settle")
def take_settlement(request: ApiRequest, file_id: uuid.UUID) -> dict[str, int]:
    """Post every line that matches."""
    _found(file_id)
    return {"posted": services.take_settlement(file_id, by=request.actor)}


@router.post("/settlements/{file_id}/drop", response={204: None})
@api_needs("cashier.settle")
def drop_settlement(request: ApiRequest, file_id: uuid.UUID) -> Status[None]:
    """Forget a file that was only looked at."""
    _found(file_id)
    services.drop_settlement(file_id, by=request.actor)
    return Status(204, None)


@router.post("/settlement-lines/{line_id}/resolve", response={204: None})
@api_needs("cashier.settle")
def resolve_line(request: ApiRequest, line_id: uuid.UUID, why: WhyIn) -> Status[None]:
    """Say why a line differs."""
    if not finance.has_line(line_id):
        raise Http404
    services.resolve_line(line_id, reason=why.reason, by=request.actor)
    return Status(204, None)


def _refuse_foreign(request: ApiRequest, claim_id: uuid.UUID) -> None:
    if claim_id not in {one.id for one in finance.claims(by=request.actor, is_open=False)}:
        raise Http404


def _found(file_id: uuid.UUID, page: int = 1) -> FileView:
    try:
        return finance.settlement(file_id, page=page)
    except NoSuchFile as error:
        raise Http404 from error


def _claim(one: ClaimLine) -> dict[str, Any]:
    names = ("id", "deposit_id", "number", "client_id", "state", "opened_at", "is_being_taken")
    plain = {name: getattr(one, name) for name in names}
    return plain | {"amount": amount_out(one.amount), "owed": amount_out(one.owed)}


def _file(one: FileLine) -> dict[str, Any]:
    return {name: getattr(one, name) for name in SettlementOut.model_fields}


def _detail(found: FileView, page: int) -> dict[str, Any]:
    items = [_line(one) for one in found.lines]
    return _file(found.line) | {"total": found.total, "page": page, "items": items}


def _line(one: LineView) -> dict[str, Any]:
    sums = ("gross", "fee", "ours")
    plain = {
        name: getattr(one, name) for name in SettlementLineOut.model_fields if name not in sums
    }
    return plain | {name: amount_out(getattr(one, name)) for name in sums}
