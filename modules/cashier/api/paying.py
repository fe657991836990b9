"""Deposits over JSON: what is offered, figures first, then the deposit; and its state."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import io
import uuid
from decimal import Decimal
from typing import Any

from django.http import Http404
from ninja import Field, Query, Router, Schema, Status

from kernel.api import ApiRequest, Page, Paging, Strict, api_needs, sliced
from kernel.ids import new_id
from modules.cashier import queries, services, tasks
from modules.cashier.errors import NoSuchDeposit, ProofDamaged
from modules.cashier.types.catalogue import Offer
from modules.cashier.types.deposits import DepositLine, DepositView, DepositWish, Figures, Quote
from modules.clients import queries as clients

router = Router()


class RangeOut(Schema):
    """What a method takes at once, in major units of `currency`."""

    currency: str
    least: Decimal
    most: Decimal


class MethodOut(Schema):
    """A way to pay in."""

    id: uuid.UUID
    title: str
    note: str
    icon: str
    logo_url: str = Field(description="On the broker's host; empty where the icon is shown.")
    level_needed: str = Field(
        description="The verification level to reach first; empty when he may use it."
    )
    ranges: list[RangeOut] = Field(description="With the limits of his own level.")


class TargetOut(Schema):
    """Where to: a wallet or a trading account of the client's own."""

    key: str = Field(description="To be named as `target` of a quote.")
    title: str
    currency: str
    login: int | None


class QuoteIn(Strict):
    """What the client wants to pay in."""

    method_id: uuid.UUID
    target: str = Field(max_length=60)
    amount: str = Field(max_length=30, description="In major units, such as `100.00`.")
    currency: str = Field(max_length=8)


class QuoteOut(Schema):
    """What it costs and what arrives; amounts in major units."""

    token: str = Field(description="Confirms these figures until `lasts_until`.")
    pay: Decimal
    pay_currency: str
    fees: Decimal
    arrives: Decimal
    arrives_currency: str
    rate: Decimal | None
    lasts_until: dt.datetime


class ProofIn(Strict):
    """A PDF or picture, up to about 2 MB this way."""

    name: str = Field(min_length=1, max_length=200)
    content: str = Field(max_length=2_800_000, description="In base64.")


class ConfirmIn(Strict):
    """The figures that were shown."""

    token: str = Field(max_length=2000)


class DepositOut(Schema):
    """A deposit; amounts in major units."""

    id: uuid.UUID
    number: str
    state: str
    reason: str
    pay: Decimal
    pay_currency: str
    arrives: Decimal
    arrives_currency: str
    asked_at: dt.datetime
    changed_at: dt.datetime


class DepositDetailOut(DepositOut):
    """A deposit and what the client does next."""

    sentence: str
    redirect_url: str = Field(description="The payment page; empty when there is none.")
    instructions: list[tuple[str, str]]
    invoice: dict[str, str]
    expires_at: dt.datetime | None


@router.get("/my/methods", response=list[MethodOut])
@api_needs("cashier.deposit")
def methods(request: ApiRequest) -> list[dict[str, Any]]:
    """Payment methods on offer to the client who asks."""
    return [_method(one) for one in _offers(request)]


@router.get("/my/targets", response=list[TargetOut])
@api_needs("cashier.deposit")
def targets(request: ApiRequest) -> list[dict[str, Any]]:
    """Where he can pay to."""
    codes = tuple(dict.fromkeys(code for one in _offers(request) for code in one.currencies))
    found = queries.targets(_own_id(request), codes)
    return [{name: getattr(one, name) for name in TargetOut.model_fields} for one in found]


@router.post("/my/quotes", response=QuoteOut)
@api_needs("cashier.deposit")
def quote(request: ApiRequest, wish: QuoteIn) -> dict[str, Any]:
    """Figures of a deposit, good for five minutes. Changes nothing."""
    told = DepositWish(
        method_id=wish.method_id,
        target=wish.target,
        amount=services.amount_of(wish.amount, wish.currency),
        key=str(new_id()),
    )
    return _quote(services.quote(_own_id(request), told))


@router.post("/my/deposits", response={202: DepositDetailOut})
@api_needs("cashier.deposit")
def ask_deposit(request: ApiRequest, confirmed: ConfirmIn) -> Status[dict[str, Any]]:
    """Begin a deposit; within seconds it names a page, an account or an address to pay to.

    Poll it. The same token is one deposit, however often it is sent.
    """
    client_id = _own_id(request)
    deposit_id = services.ask_deposit(client_id, confirmed.token, by=request.actor)
    tasks.begin.send(str(deposit_id))
    return Status(202, _detail(queries.own_deposit(deposit_id, client_id)))


@router.get("/my/deposits", response=Page[DepositOut])
@api_needs("cashier.deposit")
def deposits(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    """The deposits of the client who asks, newest first."""
    found = queries.recent_deposits(_own_id(request))
    return sliced([deposit_line(one) for one in found], paging)


@router.get("/my/deposits/{deposit_id}", response=DepositDetailOut)
@api_needs("cashier.deposit")
def deposit(request: ApiRequest, deposit_id: uuid.UUID) -> dict[str, Any]:
    """One deposit."""
    try:
        return _detail(queries.own_deposit(deposit_id, _own_id(request)))
    except NoSuchDeposit as error:
        raise Http404 from error


@router.post("/my/deposits/{deposit_id}/cancel", response=DepositDetailOut)
@api_needs("cashier.deposit")
def cancel(request: ApiRequest, deposit_id: uuid.UUID) -> dict[str, Any]:
    """Give up a deposit that is not paid."""
    client_id = _own_id(request)
    try:
        services.cancel_deposit(deposit_id, client_id=client_id, by=request.actor)
        return _detail(queries.own_deposit(deposit_id, client_id))
    except NoSuchDeposit as error:
        raise Http404 from error


@router.post("/my/deposits/{deposit_id}/proofs", response={201: DepositDetailOut})
@api_needs("cashier.deposit")
def hand_in_proof(
    request: ApiRequest, deposit_id: uuid.UUID, proof: ProofIn
) -> Status[dict[str, Any]]:
    """Hand in a proof of payment; a colleague looks at it."""
    client_id = _own_id(request)
    try:
        queries.own_deposit(deposit_id, client_id)
        services.hand_in_proof(
            deposit_id, _bytes(proof.content), name=proof.name, client_id=client_id,
            by=request.actor,
        )  # fmt: skip
        return Status(201, _detail(queries.own_deposit(deposit_id, client_id)))
    except NoSuchDeposit as error:
        raise Http404 from error


def _bytes(content: str) -> io.BytesIO:
    try:
        return io.BytesIO(base64.b64decode(content, validate=True))
    except binascii.Error as error:
        raise ProofDamaged from error


def _own_id(request: ApiRequest) -> uuid.UUID:
    if request.actor.id is None:
        raise Http404
    return request.actor.id


def _offers(request: ApiRequest) -> tuple[Offer, ...]:
    return queries.offers(clients.standing(_own_id(request)))


def _method(one: Offer) -> dict[str, Any]:
    ranges = [
        {"currency": least.currency, "least": least.amount, "most": most.amount}
        for least, most in one.ranges
    ]
    return {
        "id": one.id,
        "title": one.title,
        "note": one.note,
        "icon": one.icon,
        "logo_url": one.logo_url,
        "level_needed": one.level_needed,
        "ranges": ranges,
    }


def _quote(one: Quote) -> dict[str, Any]:
    figures: Figures = one.figures
    return {
        "token": one.token,
        "pay": figures.pay.amount,
        "pay_currency": figures.pay.currency,
        "fees": figures.fees.amount,
        "arrives": figures.arrives.amount,
        "arrives_currency": figures.arrives.currency,
        "rate": figures.rate,
        "lasts_until": one.lasts_until,
    }


def deposit_line(one: DepositLine) -> dict[str, Any]:
    """A deposit as JSON shows it."""
    plain = {name: getattr(one, name, None) for name in DepositOut.model_fields}
    return plain | {
        "pay": one.pay.amount,
        "pay_currency": one.pay.currency,
        "arrives": one.arrives.amount,
        "arrives_currency": one.arrives.currency,
    }


def _detail(view: DepositView) -> dict[str, Any]:
    return deposit_line(view.line) | {
        "sentence": view.sentence,
        "redirect_url": view.redirect_url,
        "instructions": list(view.instructions),
        "invoice": dict(view.invoice),
        "expires_at": view.expires_at,
    }
