"""One function per kind of intent: what is asked of the trading server, looked up before repeated.

Nothing here is inside a transaction, but for the login that is chosen and kept before it is used.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from modules.clients import queries as clients
from modules.clients.types import Contact
from modules.trading.errors import WrongPassword
from modules.trading.models import Intent, IntentKind, LoginCounter, TradingAccount
from modules.trading.services.amounts import to_major
from provisioning.servers import queries as servers
from provisioning.servers.errors import AccountNotFound, LoginTaken, ServerFull
from provisioning.servers.port import TradingServer
from provisioning.servers.types import (
    AccountChanges,
    AccountRecord,
    BalanceKind,
    BalanceOperation,
    NewAccount,
    PasswordKind,
)

LOOKUPS_NEEDED = 3
"""How often money that may have moved must be missed before it is sent again."""
LOGINS_TRIED = 5


class NotSeenYet(Exception):
    """What may have happened cannot be seen; look again before deciding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An intent as it was taken: everything that the act needs, read before the network."""

    id: uuid.UUID
    kind: str
    tag: str
    server_id: uuid.UUID
    client_id: uuid.UUID
    was_sent: bool
    attempt: int
    lookups: int
    asked_at: dt.datetime
    payload: dict[str, Any]
    account_id: uuid.UUID | None
    login: int | None
    group: str
    leverage: int
    currency: str
    login_from: int | None
    secret: str = field(repr=False, default="")


def work_of(intent: Intent) -> Work:
    """What ``intent`` asks for, with the state before this attempt."""
    account = intent.account
    return Work(
        id=intent.pk,
        kind=intent.kind,
        tag=intent.tag,
        server_id=intent.server_id,
        client_id=intent.client_id,
        was_sent=intent.was_sent,
        attempt=intent.attempts + 1,
        lookups=intent.lookups,
        asked_at=intent.asked_at,
        payload=dict(intent.payload),
        account_id=account.pk if account else None,
        login=account.login if account else intent.payload.get("login"),
        group=account.type.group if account else "",
        leverage=account.leverage if account else 0,
        currency=account.currency if account else "",
        login_from=account.type.login_from if account else None,
        secret=intent.secret(),
    )


def open_account(server: TradingServer, work: Work) -> dict[str, Any]:
    """Open an account under a login that we chose and kept first.

    A login taken by another is left alone and the next one tried; when there is none to go on
    from, or all were taken, the server chooses, and the account is known again by its tag.

    Raises:
        ServerFull: None was free.
    """
    person = clients.contact(work.client_id)
    if work.was_sent:
        there = _find_ours(server, work)
        if there is not None:
            return {"login": _keep_login(work, there.login)}
    login = work.login
    for tried in range(LOGINS_TRIED):
        if login is None and tried < LOGINS_TRIED - 1:
            login = _choose_login(server, work)
        try:
            record = server.add_account(_new_account(work, login, person))
        except LoginTaken:
            login = None
        else:
            return {"login": _keep_login(work, record.login)}
    raise ServerFull


def fund(server: TradingServer, work: Work) -> dict[str, Any]:
    """Pay in a demo account's starting amount, exactly once.

    Raises:
        NotSeenYet: It may have been paid in and cannot be seen yet.
    """
    operation = BalanceOperation(
        login=_login(work),
        kind=BalanceKind.BALANCE,
        amount=to_major(int(work.payload["amount_minor"]), work.currency),
        tag=work.tag,
        is_margin_checked=False,
    )
    if work.was_sent:
        booked = server.find_operation(operation, since=work.asked_at)
        if booked:
            return {"deal_id": booked[0].deal_id, "booked": len(booked)}
        if work.lookups < LOOKUPS_NEEDED:
            raise NotSeenYet
    return {"deal_id": server.change_balance(operation), "booked": 1}


def set_password(server: TradingServer, work: Work) -> dict[str, Any]:
    """Set a password; setting it again is harmless."""
    is_main = work.kind == IntentKind.PASSWORD
    kind = PasswordKind.MAIN if is_main else PasswordKind.INVESTOR
    if not (work.was_sent and server.is_password(_login(work), kind, work.secret)):
        server.change_password(_login(work), kind, work.secret)
    return {}


def set_leverage(server: TradingServer, work: Work) -> dict[str, Any]:
    """Set the leverage and read it back; setting it again is harmless."""
    changes = AccountChanges(leverage=int(work.payload["leverage"]))
    return {"leverage": server.change_account(_login(work), changes).leverage}


def prove_password(server: TradingServer, work: Work) -> dict[str, Any]:
    """Read an existing account whose password the client knows.

    Raises:
        WrongPassword: He does not, or there is no such account: the answer is the same.
    """
    try:
        is_his = server.is_password(_login(work), PasswordKind.MAIN, work.secret)
    except AccountNotFound as error:
        raise WrongPassword from error
    if not is_his:
        raise WrongPassword
    record: AccountRecord = server.account(_login(work))
    return {"record": record}


def _login(work: Work) -> int:
    if work.login is None:
        raise ValueError(f"intent {work.tag} names no login")
    return work.login


def _find_ours(server: TradingServer, work: Work) -> AccountRecord | None:
    """The account that an earlier attempt opened, known by its tag, if it did."""
    there = server.find_account(work.login) if work.login is not None else None
    if there is not None and there.comment.startswith(work.tag):
        return there
    candidates = server.accounts_in([work.group])
    return next((one for one in candidates if one.comment.startswith(work.tag)), None)


def _new_account(work: Work, login: int | None, person: Contact) -> NewAccount:
    words: dict[str, str] = json.loads(work.secret)
    return NewAccount(
        login=login,
        group=work.group,
        first_name=person.first_name or person.name,
        last_name=person.last_name,
        email=person.email,
        phone=person.phone,
        country=person.country,
        city=person.city,
        leverage=work.leverage,
        password_main=words["main"],
        password_investor=words["investor"],
        comment=work.tag,
        client_reference=str(person.number),
    )


def _choose_login(server: TradingServer, work: Work) -> int | None:
    """Take the next login of the server's counter and keep it on the account.

    The counter starts behind the highest login that we see; ``None`` when we see none and
    nobody said where to begin: only the server knows which logins are its own.
    """
    start = work.login_from or 0
    if not LoginCounter.objects.filter(pk=work.server_id).exists():
        groups = [group.name for group in servers.groups(work.server_id)]
        start = max([start - 1, *server.logins_in(groups)]) + 1
        if not start:
            return None
    with transaction.atomic():
        counter, _is_new = LoginCounter.objects.select_for_update().get_or_create(
            pk=work.server_id, defaults={"next_login": start}
        )
        login = max(counter.next_login, start)
        counter.next_login = login + 1
        counter.save(update_fields=["next_login"])
    return _keep_login(work, login)


def _keep_login(work: Work, login: int) -> int:
    if work.account_id is not None:
        TradingAccount.objects.filter(pk=work.account_id).update(login=login)
    return login
