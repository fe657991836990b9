"""Wallets, exchange and the ledger over JSON.

Amounts are in major units, exact to the currency's decimal places. Every mutation takes an
``Idempotency-Key``. Colleagues and keys reach the wallets within their scope; a client with a
session reaches his own.
"""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404
from ninja import Field, Query, Router, Schema

from kernel.api import ApiRequest, Page, Paging, Strict, api_needs, keyed, sliced
from kernel.money import CURRENCIES
from modules.wallets import queries, services
from modules.wallets.errors import (
    Inexact,
    KeyMissing,
    NoSuchAccount,
    NoSuchEntry,
    NoSuchQuote,
    TooMuch,
    UnknownCurrency,
)
from modules.wallets.forms import TOO_LARGE, exact
from modules.wallets.types import (
    EntryLine,
    ExchangeWish,
    QuoteLine,
    StatementFilter,
    StatementLine,
    WalletLine,
)

router = Router()
HEADER = "Idempotency-Key"


class WalletOut(Schema):
    """A wallet; amounts in major units of `currency`."""

    id: uuid.UUID
    client_id: uuid.UUID
    currency: str
    balance: Decimal
    held: Decimal
    available: Decimal
    moved_at: dt.datetime


class StatementOut(Schema):
    """A movement; `amount` and `balance_after` in major units of `currency`."""

    entry_id: uuid.UUID
    seq: int | None
    posted_at: dt.datetime
    kind: str
    note: str
    amount: Decimal
    currency: str
    balance_after: Decimal | None


class QuoteOut(Schema):
    """An offer to exchange; it stands until `valid_until_at`."""

    id: uuid.UUID
    pay: Decimal
    pay_currency: str
    receive: Decimal
    receive_currency: str
    rate: Decimal = Field(description="Units received for one paid, markup taken off.")
    middle_rate: Decimal
    markup_percent: Decimal
    spread: Decimal = Field(description="What the house keeps, in `receive_currency`.")
    rate_source: str = Field(description="`ecb`, `broker`, or both.")
    rate_at: dt.datetime
    valid_until_at: dt.datetime
    state: str = Field(description="`offered`, `waiting`, `done` or `refused`.")
    entry_id: uuid.UUID | None


class HouseOut(Schema):
    """An account of the house; negative is owed to the house, or held for it."""

    id: uuid.UUID
    code: str
    currency: str
    balance: Decimal


class LegOut(Schema):
    """One side of an entry."""

    account_id: uuid.UUID
    account: str
    amount: Decimal
    currency: str


class EntryOut(Schema):
    """An entry of the ledger with its sides, which sum to zero in every currency."""

    id: uuid.UUID
    kind: str
    key: str
    cause: str
    note: str
    actor_name: str
    reverses_id: uuid.UUID | None
    occurred_at: dt.datetime
    posted_at: dt.datetime
    legs: list[LegOut]


class ProofOut(Schema):
    """The newest check of the ledger."""

    checked_at: dt.datetime
    holds: bool
    payouts_allowed: bool
    entries: int
    postings: int
    findings: list[str]


class ExchangeIn(Strict):
    """What to exchange; `amount` is paid or received, as `side` says."""

    pay_currency: str
    receive_currency: str
    amount: Decimal = Field(gt=0, max_digits=20, decimal_places=8)
    side: str = Field("pay", pattern="^(pay|receive)$")


class CorrectionIn(Strict):
    """An amount to put on a wallet; negative to take it."""

    amount: Decimal = Field(max_digits=20, decimal_places=8)
    reason: str = Field(min_length=1, max_length=300)


class AskedOut(Schema):
    """What was asked for; another colleague decides it in the queue of requests."""

    id: uuid.UUID


@router.get("/wallets", response=Page[WalletOut])
@api_needs("wallets.see_wallets")
def wallets(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Wallets within reach, in the order of their ids."""
    rows = queries.wallets_after(_id(paging.after()), limit=paging.limit + 1, by=request.actor)
    return keyed([_wallet(one) for one in rows], paging, key=lambda one: str(one["id"]))


@router.get("/wallets/{wallet_id}", response=WalletOut)
@api_needs("wallets.see_wallets")
def wallet(request: ApiRequest, wallet_id: uuid.UUID) -> dict[str, Any]:
    """One wallet."""
    return _wallet(_reached(request, wallet_id))


@router.get("/wallets/{wallet_id}/statement", response=list[StatementOut])
@api_needs("wallets.see_wallets")
def statement(request: ApiRequest, wallet_id: uuid.UUID, page: int = 1) -> list[dict[str, Any]]:
    """A hundred movements of a wallet, newest first; `page` goes back in time."""
    return _statement(_reached(request, wallet_id), page)


@router.post("/wallets/{wallet_id}/corrections", response=AskedOut)
@api_needs("wallets.correct")
def correct(request: ApiRequest, wallet_id: uuid.UUID, wish: CorrectionIn) -> dict[str, Any]:
    """Ask for a correction by hand; it is posted once another colleague has approved it."""
    _refuse_without_key(request)
    found = _reached(request, wallet_id)
    amount = _exact(wish.amount, found.currency)
    asked = services.ask_correction(wallet_id, amount, reason=wish.reason, by=request.actor)
    return {"id": asked}


@router.get("/my/wallets", response=Page[WalletOut])
@api_needs("wallets.own_wallets")
def my_wallets(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    """The wallets of the client who asks."""
    return sliced([_wallet(one) for one in queries.wallets_of(_own_id(request))], paging)


@router.get("/my/wallets/{wallet_id}/statement", response=list[StatementOut])
@api_needs("wallets.own_wallets")
def my_statement(request: ApiRequest, wallet_id: uuid.UUID, page: int = 1) -> list[dict[str, Any]]:
    """A hundred movements of a wallet of one's own, newest first."""
    try:
        mine = queries.own_wallet(wallet_id, _own_id(request))
    except NoSuchAccount as error:
        raise Http404 from error
    return _statement(mine, page)


@router.post("/my/exchange/quotes", response=QuoteOut)
@api_needs("wallets.own_wallets")
def quote(request: ApiRequest, wish: ExchangeIn) -> dict[str, Any]:
    """Ask what an exchange would come to; nothing moves."""
    _refuse_without_key(request)
    currency = wish.pay_currency if wish.side == "pay" else wish.receive_currency
    for code in (wish.pay_currency, wish.receive_currency):
        _refuse_unknown(code)
    asked = ExchangeWish(
        pay_currency=wish.pay_currency,
        receive_currency=wish.receive_currency,
        amount=_exact(wish.amount, currency),
    )
    return _quote(services.quote(_own_id(request), asked))


@router.post("/my/exchange/quotes/{quote_id}/accept", response=QuoteOut)
@api_needs("wallets.own_wallets")
def accept(request: ApiRequest, quote_id: uuid.UUID) -> dict[str, Any]:
    """Take an offer within its seconds; taking it twice exchanges once."""
    _refuse_without_key(request)
    client_id = _own_id(request)
    try:
        return _quote(services.accept(quote_id, client_id=client_id, by=request.actor))
    except NoSuchQuote as error:
        raise Http404 from error


@router.get("/ledger/accounts", response=list[HouseOut])
@api_needs("wallets.see_ledger")
def house_accounts(
    request: ApiRequest,  # noqa: ARG001 - an operation is handed it
    at: dt.datetime | None = None,
) -> list[dict[str, Any]]:
    """The accounts of the house, now or as they stood at an instant."""
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=dt.UTC)
    return [
        {
            "id": line.id,
            "code": line.code,
            "currency": line.balance.currency,
            "balance": line.balance.amount,
        }
        for line in queries.house_balances(at)
    ]


@router.get("/ledger/entries/{entry_id}", response=EntryOut)
@api_needs("wallets.see_ledger")
def entry(request: ApiRequest, entry_id: uuid.UUID) -> dict[str, Any]:  # noqa: ARG001 - handed over
    """One entry of the ledger."""
    try:
        return _entry(queries.entry(entry_id))
    except NoSuchEntry as error:
        raise Http404 from error


@router.get("/ledger/proof", response=ProofOut)
@api_needs("wallets.see_ledger")
def proof(request: ApiRequest) -> dict[str, Any]:  # noqa: ARG001 - an operation is handed it
    """Whether the ledger held when it was last checked, and whether payouts may leave."""
    found = queries.last_proof()
    if found is None:
        raise Http404
    return {
        "checked_at": found.checked_at,
        "holds": found.holds,
        "payouts_allowed": queries.payouts_allowed(),
        "entries": found.entries,
        "postings": found.postings,
        "findings": [f"{one.rule}: {one.subject}: {one.detail}" for one in found.findings],
    }


def _refuse_without_key(request: ApiRequest) -> None:
    if HEADER not in request.headers:
        raise KeyMissing


def _refuse_unknown(currency: str) -> None:
    if currency not in CURRENCIES:
        raise UnknownCurrency


def _exact(amount: Decimal, currency: str) -> Any:
    _refuse_unknown(currency)
    try:
        return exact(amount, currency)
    except ValidationError as error:
        raise (TooMuch if error.code == TOO_LARGE else Inexact) from error


def _own_id(request: ApiRequest) -> uuid.UUID:
    if request.actor.id is None:
        raise Http404
    return request.actor.id


def _id(after: str | int | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(after)) if after else None
    except ValueError:
        return None


def _reached(request: ApiRequest, wallet_id: uuid.UUID) -> WalletLine:
    try:
        return queries.wallet(wallet_id, by=request.actor)
    except NoSuchAccount as error:
        raise Http404 from error


def _wallet(line: WalletLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "client_id": line.client_id,
        "currency": line.currency,
        "balance": line.balance.amount,
        "held": line.held.amount,
        "available": line.available.amount,
        "moved_at": line.moved_at,
    }


def _statement(wallet: WalletLine, page: int) -> list[dict[str, Any]]:
    found = queries.statement_page(wallet.id, StatementFilter(page=max(1, page)), per_page=100)
    return [_movement(line) for line in found.lines]


def _movement(line: StatementLine) -> dict[str, Any]:
    return {
        "entry_id": line.entry_id,
        "seq": line.seq,
        "posted_at": line.posted_at,
        "kind": line.kind,
        "note": line.note,
        "amount": line.amount.amount,
        "currency": line.amount.currency,
        "balance_after": line.balance_after.amount if line.balance_after is not None else None,
    }


def _quote(line: QuoteLine) -> dict[str, Any]:
    names = (
        "id",
        "rate",
        "middle_rate",
        "markup_percent",
        "rate_source",
        "rate_at",
        "valid_until_at",
        "state",
        "entry_id",
    )
    return {name: getattr(line, name) for name in names} | {
        "pay": line.pay.amount,
        "pay_currency": line.pay.currency,
        "receive": line.receive.amount,
        "receive_currency": line.receive.currency,
        "spread": line.spread.amount,
    }


def _entry(line: EntryLine) -> dict[str, Any]:
    names = (
        "id",
        "kind",
        "key",
        "cause",
        "note",
        "actor_name",
        "reverses_id",
        "occurred_at",
        "posted_at",
    )
    return {name: getattr(line, name) for name in names} | {
        "legs": [
            {
                "account_id": leg.account_id,
                "account": leg.account,
                "amount": leg.amount.amount,
                "currency": leg.amount.currency,
            }
            for leg in line.legs
        ]
    }
