"""Trading accounts, deals and positions over JSON.

Colleagues and keys with ``trading.see_accounts`` reach the accounts within their scope; a client
with a session reaches his own.
"""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from django.http import Http404
from ninja import Field, Query, Router, Schema, Status

from kernel.api import ApiRequest, Page, Paging, Strict, api_needs, api_signed_in, keyed, sliced
from modules.trading import queries, services, tasks
from modules.trading.errors import NoSuchAccount
from modules.trading.types import AccountLine, DealLine, PositionLine, TypeLine

router = Router()


class AccountTypeOut(Schema):
    """What a client may choose; amounts in major units of `currency`."""

    id: uuid.UUID
    name: str
    summary: str
    is_live: bool
    currency: str
    leverages: list[int]
    leverage_default: int
    deposit_min: Decimal
    demo_amount: Decimal
    accounts_max: int
    is_swap_free: bool
    needs_approval: bool


class AccountOut(Schema):
    """A trading account; amounts in major units of `currency`, as of `state_at`."""

    id: uuid.UUID
    login: int | None
    client_id: uuid.UUID | None
    type_id: uuid.UUID
    type_name: str
    server_id: uuid.UUID
    group: str
    is_live: bool
    state: str
    currency: str
    leverage: int
    balance: Decimal
    credit: Decimal
    equity: Decimal
    margin: Decimal
    free_margin: Decimal
    floating: Decimal
    margin_level_percent: Decimal | None
    opened_at: dt.datetime | None
    state_at: dt.datetime | None


class PositionOut(Schema):
    """An open position; `lots` standard lots, amounts in the account's currency."""

    position_id: int
    login: int | None
    symbol: str
    side: str = Field(description="`buy` or `sell`.")
    lots: Decimal
    price_open: Decimal
    price_current: Decimal
    profit: Decimal
    swap: Decimal
    opened_at: dt.datetime


class DealOut(Schema):
    """A deal of the server's history; amounts in `currency`."""

    deal_id: int
    position_id: int
    login: int
    action: str = Field(description="`buy`, `sell`, `balance`, `credit`, ...")
    entry: str = Field(description="`in`, `out`, `inout` or `out_by`.")
    symbol: str
    lots: Decimal
    price: Decimal
    profit: Decimal
    swap: Decimal
    commission: Decimal
    currency: str
    done_at: dt.datetime


class OpenIn(Strict):
    """An account to be opened for the client who asks."""

    type_id: uuid.UUID
    leverage: int = Field(ge=1, le=5000)
    nickname: str = Field("", max_length=40)


@router.get("/account-types", response=list[AccountTypeOut])
@api_signed_in
def account_types(request: ApiRequest) -> list[dict[str, Any]]:
    """Account types on offer."""
    offered = queries.offered_types(for_staff=request.actor.is_staff)
    return [_type(one) for one in offered]


@router.get("/accounts", response=Page[AccountOut])
@api_needs("trading.see_accounts")
def accounts(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    """Accounts within the asker's reach, oldest first."""
    after = paging.after()
    rows = queries.accounts_after(_id(after), limit=paging.limit + 1, by=request.actor)
    return keyed([_account(one) for one in rows], paging, key=lambda one: str(one["id"]))


@router.get("/my/accounts", response=Page[AccountOut])
@api_needs("trading.own_accounts")
def my_accounts(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    """The accounts of the client who asks."""
    mine = queries.accounts_of(_own_id(request))
    return sliced([_account(one) for one in mine], paging)


@router.post("/my/accounts", response={202: AccountOut})
@api_needs("trading.own_accounts")
def open_account(request: ApiRequest, wish: OpenIn) -> Status[dict[str, Any]]:
    """Ask for a new account; it is opened on the server within seconds. Poll its `state`."""
    client_id = _own_id(request)
    account_id = services.open_account(
        client_id,
        wish.type_id,
        leverage=wish.leverage,
        nickname=wish.nickname,
        by=request.actor,
    )
    tasks.carry_out_due.send()
    return Status(202, _account(queries.own_account(account_id, client_id)))


@router.get("/accounts/{account_id}", response=AccountOut)
@api_signed_in
def account(request: ApiRequest, account_id: uuid.UUID) -> dict[str, Any]:
    """One account."""
    return _account(_reached(request, account_id))


@router.get("/accounts/{account_id}/positions", response=Page[PositionOut])
@api_signed_in
def positions(request: ApiRequest, account_id: uuid.UUID, paging: Query[Paging]) -> dict[str, Any]:
    """Open positions of an account, newest first."""
    reached = _reached(request, account_id)
    return sliced([_position(one) for one in queries.positions([reached.id])], paging)


@router.get("/accounts/{account_id}/deals", response=Page[DealOut])
@api_signed_in
def deals(request: ApiRequest, account_id: uuid.UUID, paging: Query[Paging]) -> dict[str, Any]:
    """Deals of an account in the order of their numbers."""
    reached = _reached(request, account_id)
    after = paging.after()
    number = after if isinstance(after, int) else 0
    rows = queries.deals_after(reached.id, number, limit=paging.limit + 1)
    return keyed([_deal(one) for one in rows], paging, key=lambda one: one["deal_id"])


def _own_id(request: ApiRequest) -> uuid.UUID:
    if request.actor.id is None:
        raise Http404
    return request.actor.id


def _reached(request: ApiRequest, account_id: uuid.UUID) -> AccountLine:
    """The account, if it is the asker's own or within his right.

    Raises:
        Http404: It is not, or there is none: one answer for both.
    """
    actor = request.actor
    try:
        if actor.may(queries.SEE):
            return queries.account(account_id, by=actor)
        return queries.own_account(account_id, _own_id(request))
    except NoSuchAccount as error:
        raise Http404 from error


def _id(after: Any) -> uuid.UUID | None:
    """The id that a cursor names; anything else is none of ours."""
    try:
        return uuid.UUID(after) if isinstance(after, str) else None
    except ValueError:
        return None


def _type(one: TypeLine) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in AccountTypeOut.model_fields}
    amounts = {"deposit_min": one.deposit_min.amount, "demo_amount": one.demo_amount.amount}
    return plain | amounts


def _account(one: AccountLine) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in AccountOut.model_fields}
    money = ("balance", "credit", "equity", "margin", "free_margin", "floating")
    return plain | {name: getattr(one, name).amount for name in money}


def _position(one: PositionLine) -> dict[str, Any]:
    return {
        "position_id": one.position_id,
        "login": one.login,
        "symbol": one.symbol,
        "side": "buy" if one.is_buy else "sell",
        "lots": one.lots,
        "price_open": one.price_open,
        "price_current": one.price_current,
        "profit": one.profit.amount,
        "swap": one.swap.amount,
        "opened_at": one.opened_at,
    }


def _deal(one: DealLine) -> dict[str, Any]:
    plain = {name: getattr(one, name, None) for name in DealOut.model_fields}
    money = {name: getattr(one, name).amount for name in ("profit", "swap", "commission")}
    return plain | money | {"currency": one.profit.currency}
