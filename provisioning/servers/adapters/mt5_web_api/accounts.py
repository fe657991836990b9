"""Accounts over the Web API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from provisioning.servers.adapters.mt5_web_api import translate
from provisioning.servers.adapters.mt5_web_api.answers import (
    in_our_words,
    in_our_words_of_change,
)
from provisioning.servers.adapters.mt5_web_api.context import Context
from provisioning.servers.adapters.mt5_web_api.failures import Answer
from provisioning.servers.adapters.mt5_web_api.session import BATCH_DEADLINE_S, Call
from provisioning.servers.errors import (
    AccountNotFound,
    ChangeIgnored,
    GroupNotAllowed,
    NotFound,
    NotPermitted,
)
from provisioning.servers.types import (
    AccountChanges,
    AccountRecord,
    AccountState,
    NewAccount,
    PasswordKind,
)

CHUNK = 100
"""Logins of one batch call: keeps the URL short and the answer small."""
WRONG_PASSWORD = 3006
TEXTS = {
    "first_name": "FirstName",
    "last_name": "LastName",
    "email": "Email",
    "phone": "Phone",
    "comment": "Comment",
}


def add(context: Context, new: NewAccount) -> AccountRecord:
    """``user/add``. Passwords travel in the body; a login of ours makes it decidable."""
    body = {
        "Login": str(new.login or 0),
        "PassMain": new.password_main,
        "PassInvestor": new.password_investor,
        "Rights": str(translate.RIGHTS_OF_NEW),
        "Group": new.group,
        "Name": f"{new.first_name} {new.last_name}".strip(),
        "FirstName": new.first_name,
        "LastName": new.last_name,
        "Leverage": str(new.leverage),
        "Email": new.email,
        "Phone": new.phone,
        "Country": new.country,
        "City": new.city,
        "Address": new.address,
        "Comment": new.comment,
        "ID": new.client_reference,
    }
    try:
        with in_our_words_of_change(new.login):
            call = Call("/api/user/add", body=body)
            payload = context.session.change(call, operation=new.login)
            return _record(context, payload["answer"])
    except NotPermitted as error:
        raise GroupNotAllowed(group=new.group) from error


def get(context: Context, login: int) -> AccountRecord:
    """``user/get``."""
    return _record(context, raw(context, login))


def raw(context: Context, login: int) -> Mapping[str, Any]:
    """The record as the server writes it.

    Raises:
        AccountNotFound: There is none that we may see.
    """
    try:
        with in_our_words():
            payload = context.session.read(Call("/api/user/get", {"login": login}))
    except NotFound as error:
        raise AccountNotFound(login=login) from error
    record: Mapping[str, Any] = payload["answer"]
    return record


def find(context: Context, login: int) -> AccountRecord | None:
    """``user/get``, or nothing."""
    try:
        return get(context, login)
    except AccountNotFound:
        return None


def in_groups(context: Context, groups: Sequence[str]) -> tuple[AccountRecord, ...]:
    """``user/get_batch`` by group masks."""
    return _batch(context, {"group": ",".join(groups)})


def logins(context: Context, groups: Sequence[str]) -> tuple[int, ...]:
    """``user/logins``."""
    call = Call("/api/user/logins", {"group": ",".join(groups)}, within_s=BATCH_DEADLINE_S)
    with in_our_words():
        found = context.rows(call)
    return tuple(sorted(int(str(login)) for login in found))


def change(context: Context, login: int, changes: AccountChanges) -> AccountRecord:
    """``user/update``, partial; read back, because bad values are ignored with retcode 0."""
    wanted = _wanted(raw(context, login), changes)
    if not wanted:
        return get(context, login)
    with in_our_words_of_change(login):
        call = Call("/api/user/update", body={"Login": str(login), **wanted})
        context.session.change(call, operation=login)
    after = raw(context, login)
    ignored = [name for name, value in wanted.items() if not _same(after, name, value)]
    if ignored:
        raise ChangeIgnored(fields=", ".join(ignored))
    return _record(context, after)


def delete(context: Context, login: int) -> None:
    """``user/delete``."""
    try:
        with in_our_words_of_change(login):
            context.session.change(Call("/api/user/delete", {"login": login}), operation=login)
    except NotFound as error:
        raise AccountNotFound(login=login) from error


def change_password(context: Context, login: int, kind: PasswordKind, password: str) -> None:
    """``user/change_password``, in the body: URLs end up in logs."""
    with in_our_words_of_change(login):
        call = Call("/api/user/change_password", body=_password(login, kind, password))
        context.session.change(call, operation=login)


def is_password(context: Context, login: int, kind: PasswordKind, password: str) -> bool:
    """``user/check_password``; wrong is 3006."""
    call = Call("/api/user/check_password", body=_password(login, kind, password))
    with in_our_words():
        try:
            context.session.read(call)
        except Answer as answer:
            if answer.retcode == WRONG_PASSWORD:
                return False
            raise
    return True


def state(context: Context, login: int) -> AccountState:
    """``user/account/get``, or the record of an idle account."""
    found = states(context, [login])
    if not found:
        raise AccountNotFound(login=login)
    return found[0]


def states(context: Context, wanted: Sequence[int]) -> tuple[AccountState, ...]:
    """``user/account/get_batch``; those without activity since the restart from their record."""
    found: dict[int, AccountState] = {}
    for part in _chunks(sorted(set(wanted))):
        query = {"login": ",".join(map(str, part))}
        with in_our_words():
            rows = context.rows(Call("/api/user/account/get_batch", query))
        awake = [row for row in rows if translate.whole(row, "Login") in part]
        names = [translate.whole(row, "Login") for row in awake]
        currencies = context.currencies_of(names)
        for row, login in zip(awake, names, strict=True):
            found[login] = translate.account_state(row, currency=currencies[login])
        missing = [login for login in part if login not in found]
        found.update(_idle(context, missing))
    return tuple(found[login] for login in sorted(found))


def _idle(context: Context, missing: Sequence[int]) -> dict[int, AccountState]:
    if not missing:
        return {}
    records = _batch(context, {"login": ",".join(map(str, missing))})
    return {record.login: translate.idle_state(record) for record in records}


def _batch(context: Context, query: Mapping[str, object]) -> tuple[AccountRecord, ...]:
    call = Call("/api/user/get_batch", query, within_s=BATCH_DEADLINE_S)
    with in_our_words():
        return tuple(_record(context, row) for row in context.rows(call))


def _record(context: Context, row: Mapping[str, Any]) -> AccountRecord:
    login = translate.whole(row, "Login")
    currency = context.currency_of_group(translate.text(row, "Group"))
    context.remember_currency(login, currency)
    offset: dt.timedelta = context.offset()
    return translate.account(row, currency=currency, offset=offset)


def _wanted(record: Mapping[str, Any], changes: AccountChanges) -> dict[str, str]:
    wanted = {
        name: str(getattr(changes, ours))
        for ours, name in TEXTS.items()
        if getattr(changes, ours) is not None
    }
    if changes.group is not None:
        wanted["Group"] = changes.group
    if changes.leverage is not None:
        wanted["Leverage"] = str(changes.leverage)
    if changes.is_enabled is not None or changes.may_trade is not None:
        wanted["Rights"] = str(_rights(translate.whole(record, "Rights"), changes))
    return wanted


def _rights(rights: int, changes: AccountChanges) -> int:
    """Rights after the change. Flag 4 *takes* the right to trade, it does not grant it."""
    if changes.is_enabled is not None:
        rights = _flag(rights, translate.RIGHT_CONNECT, is_set=changes.is_enabled)
    if changes.may_trade is not None:
        rights = _flag(rights, translate.RIGHT_TRADING_OFF, is_set=not changes.may_trade)
    return rights


def _flag(rights: int, flag: int, *, is_set: bool) -> int:
    return rights | flag if is_set else rights & ~flag


def _same(record: Mapping[str, Any], name: str, value: str) -> bool:
    held = translate.text(record, name)
    # The server cuts long text silently; group names compare without case.
    return held.lower() == value.lower() or (bool(held) and value.startswith(held))


def _password(login: int, kind: PasswordKind, password: str) -> dict[str, str]:
    return {"Login": str(login), "Type": kind.value, "Password": password}


def _chunks(wanted: Sequence[int]) -> Iterable[Sequence[int]]:
    for start in range(0, len(wanted), CHUNK):
        yield wanted[start : start + CHUNK]
