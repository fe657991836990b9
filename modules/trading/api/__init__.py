"""Trading accounts, deals and positions over JSON.

Colleagues and keys with ``trading.see_accounts`` reach the accounts within their scope; a client
with a session reaches his own.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404
from ninja import Query, Router, Status

from kernel.api import ApiRequest, Page, Paging, api_needs, api_signed_in, keyed, sliced
from kernel.money import Money
from modules.trading import queries, services, tasks
from modules.trading.api.shapes import (
    AccountOut,
    AccountTypeOut,
    ArchiveIn,
    CreditIn,
    DealOut,
    LeverageIn,
    OpenIn,
    PositionOut,
    RightsIn,
    StartedOut,
    SwitchesIn,
    TypeIn,
)
from modules.trading.errors import NoSuchAccount, TooPrecise
from modules.trading.types import AccountLine, DealLine, PositionLine, Started, TypeLine

router = Router()


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


@router.post("/my/accounts/{account_id}/leverage", response={202: StartedOut})
@api_needs("trading.own_accounts")
def change_own_leverage(
    request: ApiRequest, account_id: uuid.UUID, wish: LeverageIn
) -> Status[Started]:
    """Choose another leverage: at once, or as a request, as the broker wants it."""
    return _own_change(request, account_id, services.change_leverage, leverage=wish.leverage)


@router.post("/my/accounts/{account_id}/type", response={202: StartedOut})
@api_needs("trading.own_accounts")
def change_own_type(request: ApiRequest, account_id: uuid.UUID, wish: TypeIn) -> Status[Started]:
    """Change to another account type."""
    return _own_change(request, account_id, services.change_type, type_id=wish.type_id)


@router.post("/my/accounts/{account_id}/archive", response={202: StartedOut})
@api_needs("trading.own_accounts")
def archive_own(request: ApiRequest, account_id: uuid.UUID, wish: ArchiveIn) -> Status[Started]:
    """Put an account away that holds nothing."""
    return _own_change(request, account_id, services.archive_account, reason=wish.reason)


@router.post("/accounts/{account_id}/leverage", response={202: StartedOut})
@api_needs("trading.change_accounts")
def change_leverage(
    request: ApiRequest, account_id: uuid.UUID, wish: LeverageIn
) -> Status[Started]:
    """Choose another leverage for a client's account."""
    account = _within(request, account_id, "trading.change_accounts")
    return _begun(services.change_leverage(account.id, leverage=wish.leverage, by=request.actor))


@router.post("/accounts/{account_id}/type", response={202: StartedOut})
@api_needs("trading.change_accounts")
def change_type(request: ApiRequest, account_id: uuid.UUID, wish: TypeIn) -> Status[Started]:
    """Change a client's account to another account type."""
    account = _within(request, account_id, "trading.change_accounts")
    return _begun(services.change_type(account.id, type_id=wish.type_id, by=request.actor))


@router.post("/accounts/{account_id}/rights", response={202: StartedOut})
@api_needs("trading.change_accounts")
def set_rights(request: ApiRequest, account_id: uuid.UUID, wish: RightsIn) -> Status[Started]:
    """Let a login sign in and trade, or not."""
    account = _within(request, account_id, "trading.change_accounts")
    rights = {"is_enabled": wish.is_enabled, "may_trade": wish.may_trade}
    return _begun(services.set_rights(account.id, rights, by=request.actor, reason=wish.reason))


@router.post("/accounts/{account_id}/switches", response=AccountOut)
@api_needs("trading.change_accounts")
def set_switches(request: ApiRequest, account_id: uuid.UUID, wish: SwitchesIn) -> dict[str, Any]:
    """Say what may be done with an account here."""
    account = _within(request, account_id, "trading.change_accounts")
    services.set_switches(account.id, wish.dict(), by=request.actor)
    return _account(_within(request, account_id, "trading.change_accounts"))


@router.post("/accounts/{account_id}/archive", response={202: StartedOut})
@api_needs("trading.change_accounts")
def archive(request: ApiRequest, account_id: uuid.UUID, wish: ArchiveIn) -> Status[Started]:
    """Put an account away that holds nothing."""
    account = _within(request, account_id, "trading.change_accounts")
    return _begun(services.archive_account(account.id, reason=wish.reason, by=request.actor))


@router.post("/accounts/{account_id}/restore", response={202: StartedOut})
@api_needs("trading.change_accounts")
def restore(request: ApiRequest, account_id: uuid.UUID) -> Status[Started]:
    """Bring an archived account back."""
    account = _within(request, account_id, "trading.change_accounts")
    return _begun(services.restore_account(account.id, by=request.actor))


@router.post("/accounts/{account_id}/credit", response={202: StartedOut})
@api_needs("trading.change_credit")
def move_credit(request: ApiRequest, account_id: uuid.UUID, wish: CreditIn) -> Status[Started]:
    """Give or take credit; it is kept apart from the balance and never withdrawn."""
    account = _within(request, account_id, "trading.change_credit")
    amount = Money.of(wish.amount, account.currency)
    if amount.amount != wish.amount:
        raise TooPrecise(currency=account.currency)
    return _begun(
        services.move_credit(account.id, amount=amount, comment=wish.comment, by=request.actor)
    )


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


def _own_change(
    request: ApiRequest, account_id: uuid.UUID, change: Callable[..., Started], **wish: Any
) -> Status[Started]:
    client_id = _own_id(request)
    try:
        queries.own_account(account_id, client_id)
    except NoSuchAccount as error:
        raise Http404 from error
    return _begun(change(account_id, client_id=client_id, by=request.actor, **wish))


def _begun(started: Started) -> Status[Started]:
    tasks.carry_out_due.send()
    return Status(202, started)


def _within(request: ApiRequest, account_id: uuid.UUID, code: str) -> AccountLine:
    """The account, if the right ``code`` of the asker reaches it.

    Raises:
        Http404: It does not, or there is none: one answer for both.
    """
    try:
        return queries.account(account_id, by=request.actor, code=code)
    except NoSuchAccount as error:
        raise Http404 from error


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
    money = ("balance", "credit", "equity", "margin", "free_margin", "floating",
             "worth", "worth_equity")  # fmt: skip
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
