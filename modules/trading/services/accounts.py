"""What clients and colleagues do with trading accounts; the server hears of it later."""

from __future__ import annotations

import datetime as dt
import json
import uuid

from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from modules.clients import queries as clients
from modules.trading.errors import (
    LeverageNotOffered,
    NoSuchAccount,
    NoSuchType,
    NothingToShow,
    NotOpen,
    TooManyAccounts,
    TooManyTries,
)
from modules.trading.models import (
    AccountState,
    AccountType,
    Intent,
    IntentKind,
    IntentState,
    TradingAccount,
    Visibility,
)
from modules.trading.services.intending import forget_secret, intend, new_password
from modules.trading.types import Credentials
from provisioning.servers import queries as servers

_COUNTED = (
    AccountState.REQUESTED,
    AccountState.OPENING,
    AccountState.UNKNOWN,
    AccountState.OPEN,
)
TRIES_AN_HOUR = 5
CREDENTIALS_KEPT = dt.timedelta(days=3)
"""How long a password that nobody looked at is kept."""


@transaction.atomic
def open_account(
    client_id: uuid.UUID, type_id: uuid.UUID, *, leverage: int, nickname: str = "", by: Actor
) -> uuid.UUID:
    """Ask for a new account; return its id. Opens a transaction, asks no server.

    The account is opened by a task, or waits for a colleague where its type says so.

    Raises:
        ClientIsBlocked: The client may not act.
        NoSuchType: The type is not offered to the asker.
        LeverageNotOffered: Not with this type.
        TooManyAccounts: The client has as many of this type as he may.
    """
    clients.refuse_blocked(client_id)
    offered = _offered(type_id, by)
    if leverage not in offered.leverages:
        raise LeverageNotOffered
    held = offered.accounts.filter(client_id=client_id, state__in=_COUNTED).count()
    if held >= offered.accounts_max:
        raise TooManyAccounts(most=offered.accounts_max)
    waits = offered.needs_approval and not by.is_staff
    account = TradingAccount.objects.create(
        server_id=offered.server_id,
        type=offered,
        client_id=client_id,
        currency=offered.currency,
        leverage=leverage,
        is_live=offered.is_live,
        nickname=nickname,
        state=AccountState.REQUESTED if waits else AccountState.OPENING,
        asked_at=clock.now(),
    )
    if not waits:
        _intend_opening(account, by=by)
    audit.note("trading.account_asked", about=account, by=by, changes={"type": offered.name})
    return account.pk


@transaction.atomic
def approve_account(account_id: uuid.UUID, *, by: Actor) -> None:
    """Let a requested account be opened. Opens a transaction.

    Raises:
        NoSuchAccount: There is none.
        AlreadyDecided: It does not wait for approval.
    """
    account = _locked(account_id)
    account.move_to(AccountState.OPENING)
    _intend_opening(account, by=by)
    audit.note("trading.account_approved", about=account, by=by)


@transaction.atomic
def refuse_account(account_id: uuid.UUID, *, reason: str, by: Actor) -> None:
    """Turn a requested account down; the client reads the reason. Opens a transaction.

    Raises:
        NoSuchAccount: There is none.
        AlreadyDecided: It does not wait for approval.
    """
    account = _locked(account_id)
    account.move_to(AccountState.REFUSED, reason=reason)
    audit.note("trading.account_refused", about=account, by=by, reason=reason)


@transaction.atomic
def bind_account(
    client_id: uuid.UUID, *, server_id: uuid.UUID, login: int, password: str, by: Actor
) -> uuid.UUID:
    """Ask to connect an account that exists on the server; return the intent's id.

    A task proves the password there. Opens a transaction.

    Raises:
        ClientIsBlocked: The client may not act.
        TooManyTries: Too many logins were tried within an hour.
    """
    clients.refuse_blocked(client_id)
    hour_ago = clock.now() - dt.timedelta(hours=1)
    tries = Intent.objects.filter(client_id=client_id, kind=IntentKind.BIND, asked_at__gt=hour_ago)
    if tries.count() >= TRIES_AN_HOUR:
        raise TooManyTries
    intent = intend(
        IntentKind.BIND,
        client_id=client_id,
        server_id=server_id,
        payload={"login": login},
        secret=password,
        by=by,
    )
    audit.note("trading.binding_asked", about=intent, by=by, changes={"login": login})
    return intent.pk


@transaction.atomic
def change_password(
    account_id: uuid.UUID, *, client_id: uuid.UUID, password: str, is_investor: bool, by: Actor
) -> uuid.UUID:
    """Ask for a new main or investor password; return the intent's id. Opens a transaction.

    Raises:
        NoSuchAccount: It is not the client's.
        NotOpen: It is not on the server.
        StillBusy: An earlier change has not ended.
    """
    account = _of_client(account_id, client_id)
    kind = IntentKind.INVESTOR if is_investor else IntentKind.PASSWORD
    intent = intend(kind, account=account, by=by, secret=password)
    audit.note("trading.password_asked", about=account, by=by, changes={"kind": kind})
    return intent.pk


@transaction.atomic
def change_leverage(
    account_id: uuid.UUID, *, client_id: uuid.UUID, leverage: int, by: Actor
) -> uuid.UUID:
    """Ask for another leverage; return the intent's id. Opens a transaction.

    Raises:
        NoSuchAccount: It is not the client's.
        NotOpen: It is not on the server.
        LeverageNotOffered: Its type does not offer it.
        StillBusy: An earlier change has not ended.
    """
    account = _of_client(account_id, client_id)
    if leverage not in account.type.leverages:
        raise LeverageNotOffered
    intent = intend(IntentKind.LEVERAGE, account=account, by=by, payload={"leverage": leverage})
    changes = {"leverage": [account.leverage, leverage]}
    audit.note("trading.leverage_asked", about=account, by=by, changes=changes)
    return intent.pk


@transaction.atomic
def rename_account(
    account_id: uuid.UUID, *, client_id: uuid.UUID, nickname: str, by: Actor
) -> None:
    """Give an account a name of the client's own. Opens a transaction.

    Raises:
        NoSuchAccount: It is not the client's.
    """
    account = TradingAccount.objects.filter(pk=account_id, client_id=client_id).first()
    if account is None:
        raise NoSuchAccount
    account.nickname = nickname
    account.save(update_fields=["nickname"])
    audit.note("trading.account_renamed", about=account, by=by)


@transaction.atomic
def show_credentials(account_id: uuid.UUID, *, client_id: uuid.UUID, by: Actor) -> Credentials:
    """The passwords of a newly opened account, for this one time. Opens a transaction.

    Raises:
        NoSuchAccount: It is not the client's.
        NothingToShow: They were shown before, or forgotten.
    """
    account = _of_client(account_id, client_id)
    opened = account.intents.filter(kind=IntentKind.OPEN, state=IntentState.DONE)
    intent = opened.select_for_update(of=("self",)).exclude(sealed=None).first()
    if intent is None or account.login is None:
        raise NothingToShow
    words = json.loads(intent.secret())
    forget_secret(intent)
    audit.note("trading.credentials_shown", about=account, by=by)
    return Credentials(
        login=account.login,
        server_name=servers.server(account.server_id).name,
        password=words["main"],
        password_investor=words["investor"],
    )


def forget_credentials() -> int:
    """Wipe passwords that nobody looked at in :data:`CREDENTIALS_KEPT`; return how many."""
    old = Intent.objects.filter(decided_at__lt=clock.now() - CREDENTIALS_KEPT)
    return old.exclude(sealed=None).update(sealed=None)


def _offered(type_id: uuid.UUID, by: Actor) -> AccountType:
    """The type, locked so that two requests at once cannot exceed its limit."""
    row = AccountType.objects.select_for_update(no_key=True).filter(pk=type_id).first()
    seen = {Visibility.CLIENTS, Visibility.OFFICE} if by.is_staff else {Visibility.CLIENTS}
    if row is None or row.visibility not in seen:
        raise NoSuchType
    return row


def _intend_opening(account: TradingAccount, *, by: Actor) -> None:
    words = {"main": new_password(), "investor": new_password()}
    intend(IntentKind.OPEN, account=account, by=by, secret=json.dumps(words))


def _locked(account_id: uuid.UUID) -> TradingAccount:
    account = TradingAccount.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NoSuchAccount
    return account


def _of_client(account_id: uuid.UUID, client_id: uuid.UUID) -> TradingAccount:
    mine = TradingAccount.objects.select_related("type").filter(pk=account_id, client_id=client_id)
    account = mine.first()
    if account is None:
        raise NoSuchAccount
    clients.refuse_blocked(client_id)
    if account.state != AccountState.OPEN:
        raise NotOpen
    return account
