"""One function per kind of operation: what is sent to the trading server, once per call.

Nothing here is inside a transaction, but for the login that is chosen and kept before it is used.
Each begins with a sign of life, so that opening a connection takes no time behind the guard.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from kernel.errors import OutcomeUnknown, Unavailable
from modules.clients import queries as clients
from modules.clients.types import Contact
from modules.trading.errors import NotEmpty, WrongPassword
from modules.trading.models import Intent, IntentKind
from modules.trading.models.intents import RECOUNTS
from modules.trading.services.logins import choose_login
from modules.trading.services.looks import facts_of, look, ours
from modules.trading.services.work import Booked, Doubled, Work
from provisioning.servers.errors import AccountNotFound, LoginTaken, ServerFull
from provisioning.servers.port import TradingServer
from provisioning.servers.types import (
    AccountChanges,
    AccountRecord,
    NewAccount,
    PasswordKind,
)

LOGINS_TRIED = 5
BY_SERVER = "login_by_server"
"""Payload: the server was asked to choose the login, so only the tag can find the account."""


def send(server: TradingServer, work: Work) -> dict[str, Any]:
    """Do on the server what ``work`` asks for, and return what it shows of it.

    Raises:
        Refused: The server said no; nothing of this attempt was done.
        Unavailable: It never left us.
        OutcomeUnknown: Nobody knows.
    """
    server.ping()
    work.refuse_late()
    return _SENDS[work.kind](server, work)


def _move_money(server: TradingServer, work: Work) -> dict[str, Any]:
    """Move it, unless an attempt of which the server said that it did nothing is there after all.

    Raises:
        OutcomeUnknown: It is there more than once, or nobody knows.
    """
    if work.attempt > 1 and not work.was_sent:
        verdict = look(server, work)
        if isinstance(verdict, Booked):
            return verdict.facts
        if isinstance(verdict, Doubled):
            raise OutcomeUnknown(work.tag, "found more than once")
    return {"deal_id": server.change_balance(work.operation)}


def _open_account(server: TradingServer, work: Work) -> dict[str, Any]:
    """Open an account under a login that we chose and kept first.

    A login taken by another is left alone and the next one tried; when there is none to go on
    from, or all were taken, the server chooses, and the account is known again by its tag. It
    never chooses for a type that has a range of its own.

    Raises:
        ServerFull: None was free.
        LoginsUsedUp: The type's range has come to its end.
    """
    if work.client_id is None:
        raise ValueError("an account is opened for a client")
    person = clients.contact(work.client_id)
    login = work.login
    for tried in range(LOGINS_TRIED):
        if login is None and (work.login_to is not None or tried < LOGINS_TRIED - 1):
            login = choose_login(server, work)
        if login is None:
            _say_that_server_chooses(work)
        work.refuse_late()
        try:
            record = _add(server, _new_account(work, login, person))
        except LoginTaken:
            # An earlier attempt of ours may have been booked late, under this very login.
            there = ours(server, work, login)
            if there is not None:
                return facts_of(there)
            login = None
        else:
            return facts_of(record)
    raise ServerFull


def _add(server: TradingServer, new: NewAccount) -> AccountRecord:
    """Add an account; without a login of ours a failure leaves the outcome open.

    The adapter may read after it has added, and that may fail.
    """
    try:
        return server.add_account(new)
    except Unavailable as failure:
        if new.login is None:
            raise OutcomeUnknown(new.comment, str(failure)) from failure
        raise


def _set_password(server: TradingServer, work: Work) -> dict[str, Any]:
    kind = PasswordKind.MAIN if work.kind == IntentKind.PASSWORD else PasswordKind.INVESTOR
    server.change_password(work.number, kind, work.secret)
    return {}


def _change(server: TradingServer, work: Work) -> dict[str, Any]:
    """Set what the payload names and read it back; setting it again is harmless.

    Raises:
        NotEmpty: Amounts would mean another thing, and there are some on the account.
        OutcomeUnknown: Also when the server could be reached before, but not read after.
    """
    if work.payload.get(RECOUNTS):
        _refuse_full(server, work)
    try:
        return facts_of(server.change_account(work.number, _changes(work)))
    except Unavailable as failure:
        raise OutcomeUnknown(work.tag, str(failure)) from failure


def _changes(work: Work) -> AccountChanges:
    names = ("group", "leverage", "is_enabled", "may_trade")
    return AccountChanges(**{name: work.payload[name] for name in names if name in work.payload})


def _delete(server: TradingServer, work: Work) -> dict[str, Any]:
    """Delete an account that holds nothing.

    Raises:
        NotEmpty: There is money on it.
    """
    _refuse_full(server, work)
    server.delete_account(work.number)
    return {}


def _refuse_full(server: TradingServer, work: Work) -> None:
    state = server.account_state(work.number)
    if state.balance or state.credit:
        raise NotEmpty
    work.refuse_late()


def _prove_password(server: TradingServer, work: Work) -> dict[str, Any]:
    """Read an existing account whose password the client knows; changes nothing there.

    Raises:
        WrongPassword: He does not, or there is no such account: the answer is the same.
    """
    try:
        is_his = server.is_password(work.number, PasswordKind.MAIN, work.secret)
    except AccountNotFound as error:
        raise WrongPassword from error
    if not is_his:
        raise WrongPassword
    record: AccountRecord = server.account(work.number)
    return {**facts_of(record), "record": record}


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


def _say_that_server_chooses(work: Work) -> None:
    """Written down before it is sent: from then on only the tag can find the account."""
    if not work.payload.get(BY_SERVER):
        Intent.objects.filter(pk=work.id).update(payload={**work.payload, BY_SERVER: True})


_SENDS: Mapping[str, Callable[[TradingServer, Work], dict[str, Any]]] = {
    IntentKind.OPEN: _open_account,
    IntentKind.FUND: _move_money,
    IntentKind.PASSWORD: _set_password,
    IntentKind.INVESTOR: _set_password,
    IntentKind.LEVERAGE: _change,
    IntentKind.BIND: _prove_password,
    IntentKind.BALANCE: _move_money,
    IntentKind.CREDIT: _move_money,
    IntentKind.GROUP: _change,
    IntentKind.RIGHTS: _change,
    IntentKind.ARCHIVE: _change,
    IntentKind.RESTORE: _change,
    IntentKind.DELETE: _delete,
}
