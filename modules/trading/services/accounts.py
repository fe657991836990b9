"""What clients and colleagues do with trading accounts; the server hears of it later."""

from __future__ import annotations

import datetime as dt
import json
import uuid

from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from modules.clients import queries as clients
from modules.requests import queries as requested
from modules.requests import services as requests
from modules.requests.types import Wish
from modules.trading.errors import (
    LeverageNotOffered,
    NoneAtTheMoment,
    NoSuchAccount,
    NoSuchType,
    TooManyAccounts,
    TooManyTries,
)
from modules.trading.models import (
    AccountState,
    AccountType,
    Intent,
    IntentKind,
    TradingAccount,
    Visibility,
)
from modules.trading.services.guards import COUNTED
from modules.trading.services.intending import intend, new_password
from modules.trading.services.logins import is_used_up, used_up

OPENING = "trading.opening"
"""The kind of request that an opening is."""
TRIES_AN_HOUR = 5


@transaction.atomic
def open_account(
    client_id: uuid.UUID, type_id: uuid.UUID, *, leverage: int, nickname: str = "", by: Actor
) -> uuid.UUID:
    """Ask for a new account; return its id. Opens a transaction, asks no server.

    The account is opened by a task, or waits in the queue of requests where its type or the
    broker's policy says so.

    Raises:
        ClientIsBlocked: The client may not act.
        NoSuchType: The type is not offered to the asker.
        LeverageNotOffered: Not with this type.
        TooManyAccounts: The client has as many of this type as he may.
        LoginsUsedUp, NoneAtTheMoment: Every login of the type is given; to a colleague, a client.
    """
    clients.refuse_blocked(client_id)
    offered = _offered(type_id, by)
    if leverage not in offered.leverages:
        raise LeverageNotOffered
    if is_used_up(offered):
        raise used_up(offered) if by.is_staff else NoneAtTheMoment()
    held = offered.accounts.filter(client_id=client_id, state__in=COUNTED).count()
    if held >= offered.accounts_max:
        raise TooManyAccounts(most=offered.accounts_max)
    waits = (offered.needs_approval and not by.is_staff) or requested.is_wanted(OPENING, by=by)
    account = TradingAccount.objects.create(
        server_id=offered.server_id,
        type=offered,
        client_id=client_id,
        currency=offered.currency,
        cent_factor=offered.cent_factor,
        leverage=leverage,
        is_live=offered.is_live,
        nickname=nickname,
        state=AccountState.REQUESTED if waits else AccountState.OPENING,
        asked_at=clock.now(),
    )
    if waits:
        requests.ask(opening_wish(account, held=held), key=str(account.pk), by=by)
    else:
        _intend_opening(account, by=by)
    audit.note("trading.account_asked", about=account, by=by, changes={"type": offered.name})
    return account.pk


@transaction.atomic
def approve_account(account_id: uuid.UUID, *, by: Actor, key: str = "") -> None:
    """Let a requested account be opened, as its request was approved. Opens a transaction.

    Raises:
        NoSuchAccount: There is none.
        AlreadyDecided: It does not wait for approval.
    """
    account = _locked(account_id)
    account.move_to(AccountState.OPENING)
    _intend_opening(account, by=by, key=key)
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


def opening_wish(account: TradingAccount, *, held: int = 0) -> Wish:
    """What is asked for when an account waits for approval; ``type`` must be loaded."""
    kind = account.type
    return Wish(
        kind=OPENING,
        client_id=account.client_id,
        subject=audit.reference(account),
        label=kind.name,
        words={"type": kind.name, "leverage": f"1:{account.leverage}"},
        facts={"type": kind.name, "group": kind.group, "held": held},
        asked_at=account.asked_at,
    )


def _offered(type_id: uuid.UUID, by: Actor) -> AccountType:
    """The type, locked so that two requests at once cannot exceed its limit."""
    row = AccountType.objects.select_for_update(no_key=True).filter(pk=type_id).first()
    seen = {Visibility.CLIENTS, Visibility.OFFICE} if by.is_staff else {Visibility.CLIENTS}
    if row is None or row.visibility not in seen:
        raise NoSuchType
    return row


def _intend_opening(account: TradingAccount, *, by: Actor, key: str = "") -> None:
    words = {"main": new_password(), "investor": new_password()}
    intend(IntentKind.OPEN, account=account, by=by, secret=json.dumps(words), key=key)


def _locked(account_id: uuid.UUID) -> TradingAccount:
    account = TradingAccount.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NoSuchAccount
    return account
