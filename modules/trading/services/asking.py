"""Asking for changes on trading servers: money, credit, groups, rights, the end of an account.

Each function needs a transaction of its caller, so that what it is asked for and the asking are
kept or lost together. It writes the operation down and returns its id; a worker carries it out,
and ``OperationDone``, ``OperationRefused`` or ``OperationStuck`` tells what came of it. Asking
again with the same ``key`` returns the same operation.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.db import connection

from kernel import audit
from kernel.actor import Actor
from kernel.money import Money
from modules.trading.errors import (
    CurrencyDiffers,
    MoneyFrozen,
    NoSuchAccount,
    NothingToMove,
    NotOpen,
    OperationsPending,
    WrongGroup,
)
from modules.trading.models import (
    AccountState,
    AccountType,
    IntentKind,
    MoneyFreeze,
    TradingAccount,
)
from modules.trading.models.intents import MONEY_KINDS, OPEN_STATES, RECOUNTS
from modules.trading.services.guards import refuse_new_meaning
from modules.trading.services.intending import intend


def ask_balance(
    account_id: uuid.UUID, amount: Money, *, by: Actor, cause: str, key: str
) -> uuid.UUID:
    """Ask for money to be moved into the account (+) or out of it (-), exactly once.

    ``amount`` is real money: on a cent account the server moves a hundred times of it. Out of
    the account goes only what is free of margin. Operations of one account happen in the order
    in which they were asked for, one at a time.

    Raises:
        NoSuchAccount: There is none.
        NotOpen: It is not on the server, or archived.
        CurrencyDiffers: The account is kept in another currency.
        NothingToMove: The amount is zero.
        MoneyFrozen: A person has to clear up an earlier operation first.
        OperationsPending: The account is changing to a type that counts in another way.
        KeyReused: The key named another operation.
    """
    return _ask_money(IntentKind.BALANCE, account_id, amount, by=by, cause=cause, key=key)


def ask_credit(
    account_id: uuid.UUID, amount: Money, *, by: Actor, cause: str, key: str
) -> uuid.UUID:
    """The same for credit, which can be traded with and not be withdrawn.

    Raises:
        NoSuchAccount: There is none.
        NotOpen: It is not on the server, or archived.
        CurrencyDiffers: The account is kept in another currency.
        NothingToMove: The amount is zero.
        MoneyFrozen: A person has to clear up an earlier operation first.
        OperationsPending: The account is changing to a type that counts in another way.
        KeyReused: The key named another operation.
    """
    return _ask_money(IntentKind.CREDIT, account_id, amount, by=by, cause=cause, key=key)


def ask_group(
    account_id: uuid.UUID, type_id: uuid.UUID, *, by: Actor, cause: str, key: str
) -> uuid.UUID:
    """Ask for the account to move to the group of another account type.

    Raises:
        NoSuchAccount: There is none.
        NotOpen: It is not on the server, or archived.
        WrongGroup: The type is gone, or of another server, kind or currency.
        CentsHoldMoney: It counts in another way, and there is something on the account.
        OperationsPending: It counts in another way, and money is on its way.
        StillBusy: An earlier change of the group has not ended.
        KeyReused: The key named another operation.
    """
    account = _open(account_id)
    wanted = AccountType.objects.filter(
        pk=type_id,
        server_id=account.server_id,
        currency=account.currency,
        environment=account.type.environment,
    ).first()
    if wanted is None:
        raise WrongGroup
    payload: dict[str, Any] = {"group": wanted.group, "type_id": str(wanted.pk)}
    if wanted.cent_factor != account.cent_factor:
        _refuse_money_underway(account, wanted)
        payload[RECOUNTS] = True
    return _ask(IntentKind.GROUP, account, payload, by=by, cause=cause, key=key)


def ask_rights(
    account_id: uuid.UUID, rights: dict[str, bool], *, by: Actor, cause: str, key: str
) -> uuid.UUID:
    """Ask for what the login may do: ``rights`` names ``is_enabled``, ``may_trade`` or both.

    Raises:
        NoSuchAccount: There is none.
        NotOpen: It is not on the server, or archived.
        StillBusy: An earlier change of the rights has not ended.
        KeyReused: The key named another operation.
        ValueError: ``rights`` names nothing, or something else.
    """
    if not rights or not set(rights) <= {"is_enabled", "may_trade"}:
        raise ValueError(f"no rights of a login: {sorted(rights)}")
    return _ask(IntentKind.RIGHTS, _open(account_id), rights, by=by, cause=cause, key=key)


def ask_leverage(
    account_id: uuid.UUID, leverage: int, *, by: Actor, cause: str, key: str
) -> uuid.UUID:
    """Ask for another leverage, whether or not the account's type offers it to clients.

    Raises:
        NoSuchAccount: There is none.
        NotOpen: It is not on the server, or archived.
        StillBusy: An earlier change of the leverage has not ended.
        KeyReused: The key named another operation.
    """
    payload = {"leverage": leverage}
    return _ask(IntentKind.LEVERAGE, _open(account_id), payload, by=by, cause=cause, key=key)


def ask_archive(
    account_id: uuid.UUID, *, by: Actor, cause: str, key: str, reason: str = ""
) -> uuid.UUID:
    """Ask for the account to be put away: it stays on the server, without any right.

    What is on it stays on it: whoever asks makes sure that this is nothing.

    Raises:
        NoSuchAccount: There is none.
        NotOpen: It is not on the server, or archived.
        StillBusy: The same has been asked for.
        KeyReused: The key named another operation.
    """
    payload = {"is_enabled": False, "may_trade": False, "reason": reason[:300]}
    return _ask(IntentKind.ARCHIVE, _open(account_id), payload, by=by, cause=cause, key=key)


def ask_restore(account_id: uuid.UUID, *, by: Actor, cause: str, key: str) -> uuid.UUID:
    """Ask for an archived account to be brought back, with its rights.

    Raises:
        NoSuchAccount: There is none.
        NotOpen: It is not archived.
        StillBusy: The same has been asked for.
        KeyReused: The key named another operation.
    """
    account = _in_state(account_id, AccountState.ARCHIVED)
    payload = {"is_enabled": True, "may_trade": True}
    return _ask(IntentKind.RESTORE, account, payload, by=by, cause=cause, key=key)


def ask_deletion(account_id: uuid.UUID, *, by: Actor, cause: str, key: str) -> uuid.UUID:
    """Ask for the account to be deleted on the server, for good; here it stays as archived.

    It is refused while there is money, credit or a position on it.

    Raises:
        NoSuchAccount: There is none.
        NotOpen: It is not on the server, or archived.
        StillBusy: The same has been asked for.
        KeyReused: The key named another operation.
    """
    return _ask(IntentKind.DELETE, _open(account_id), {}, by=by, cause=cause, key=key)


def _ask_money(
    kind: IntentKind, account_id: uuid.UUID, amount: Money, *, by: Actor, cause: str, key: str
) -> uuid.UUID:
    account = _open(account_id)
    if amount.currency != account.currency:
        raise CurrencyDiffers(currency=account.currency)
    if not amount.minor:
        raise NothingToMove
    _lock(account)
    recounting = account.intents.filter(kind=IntentKind.GROUP, state__in=OPEN_STATES)
    if recounting.filter(**{f"payload__{RECOUNTS}": True}).exists():
        raise OperationsPending
    if MoneyFreeze.objects.filter(account=account, lifted_at__isnull=True).exists():
        raise MoneyFrozen
    intent = intend(kind, account=account, by=by, amount=amount, cause=cause, key=key)
    changes = {
        "amount_minor": amount.minor,
        "currency": amount.currency,
        "tag": intent.tag,
        "cause": cause,
    }
    audit.note(f"trading.{kind}_asked", about=account, by=by, changes=changes)
    return intent.pk


def _ask(
    kind: IntentKind,
    account: TradingAccount,
    payload: dict[str, Any],
    *,
    by: Actor,
    cause: str,
    key: str,
) -> uuid.UUID:
    intent = intend(kind, account=account, by=by, payload=payload, cause=cause, key=key)
    audit.note(f"trading.{kind}_asked", about=account, by=by, changes={**payload, "cause": cause})
    return intent.pk


def _refuse_money_underway(account: TradingAccount, wanted: AccountType) -> None:
    """Nothing may be on the account, or on its way there, when its amounts get another meaning."""
    _lock(account)
    if account.intents.filter(kind__in=MONEY_KINDS, state__in=OPEN_STATES).exists():
        raise OperationsPending
    refuse_new_meaning(account, wanted)


def _lock(account: TradingAccount) -> None:
    """Money and a change of what amounts mean are asked for one after the other."""
    TradingAccount.objects.select_for_update(no_key=True).filter(pk=account.pk).first()


def _open(account_id: uuid.UUID) -> TradingAccount:
    return _in_state(account_id, AccountState.OPEN)


def _in_state(account_id: uuid.UUID, state: AccountState) -> TradingAccount:
    if not connection.in_atomic_block:
        raise RuntimeError("ask inside the transaction that gives the reason")
    account = TradingAccount.objects.select_related("type").filter(pk=account_id).first()
    if account is None:
        raise NoSuchAccount
    if account.state != state or account.login is None:
        raise NotOpen
    return account
