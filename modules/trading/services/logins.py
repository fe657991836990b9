"""Which login a new account gets: out of its type's range, or behind the highest of its server."""

from __future__ import annotations

import uuid

from django.db import transaction

from modules.trading.errors import LoginsUsedUp
from modules.trading.models import AccountType, LoginCounter, LoginPool, TradingAccount
from modules.trading.services.work import Work
from provisioning.servers import queries as servers
from provisioning.servers.port import TradingServer


def choose_login(server: TradingServer, work: Work) -> int | None:
    """Take the next login and keep it on the account; ``None`` leaves it to the server.

    Asks the server which logins are taken, the first time. Opens a transaction.

    Raises:
        LoginsUsedUp: The type's range has come to its end.
    """
    if work.login_from is not None and work.login_to is not None:
        return _out_of_range(server, work, work.login_from, work.login_to)
    return _behind_all(server, work)


def is_used_up(offered: AccountType) -> bool:
    """Whether every login of a type's range was given; without a range there is no end."""
    if offered.login_from is None or offered.login_to is None:
        return False
    pools = LoginPool.objects.filter(server_id=offered.server_id, login_from=offered.login_from)
    return pools.filter(next_login__gt=offered.login_to).exists()


def used_up(offered: AccountType) -> LoginsUsedUp:
    """The sentence for colleagues."""
    return LoginsUsedUp(type=offered.name, first=offered.login_from, last=offered.login_to)


def _out_of_range(server: TradingServer, work: Work, first: int, last: int) -> int:
    """The next of the range: types with the same one share it.

    Raises:
        LoginsUsedUp: There is none.
    """
    pools = LoginPool.objects.filter(server_id=work.server_id, login_from=first)
    start = first
    if not pools.exists():
        start = max([first - 1, *(one for one in _seen(server, work) if first <= one <= last)]) + 1
    with transaction.atomic():
        pool, _is_new = LoginPool.objects.select_for_update().get_or_create(
            server_id=work.server_id, login_from=first, defaults={"next_login": start}
        )
        login = pool.next_login
        # The server may have chosen one of the range when it was asked to choose.
        while TradingAccount.objects.filter(server_id=work.server_id, login=login).exists():
            login += 1
        pool.next_login = min(login, last) + 1
        pool.save(update_fields=["next_login"])
        if login <= last:
            _keep(work, login)
    if login > last:
        raise LoginsUsedUp(type=_name(work), first=first, last=last)
    return login


def _behind_all(server: TradingServer, work: Work) -> int | None:
    """The next of the server's counter, outside of every range.

    The counter starts behind the highest login that we see, or behind the ranges when we see
    none; ``None`` without either and when nobody said where to begin: only the server knows
    which logins are its own.
    """
    start = work.login_from or 0
    ranges = _ranges(work.server_id)
    if not LoginCounter.objects.filter(pk=work.server_id).exists():
        free = [one for one in _seen(server, work) if _outside(one, ranges) == one]
        start = max([start - 1, *(free or [last for _first, last in ranges])]) + 1
        if not start:
            return None
    with transaction.atomic():
        counter, _is_new = LoginCounter.objects.select_for_update().get_or_create(
            pk=work.server_id, defaults={"next_login": start}
        )
        login = _outside(max(counter.next_login, start), ranges)
        counter.next_login = login + 1
        counter.save(update_fields=["next_login"])
        _keep(work, login)
    return login


def _seen(server: TradingServer, work: Work) -> list[int]:
    groups = [group.name for group in servers.groups(work.server_id)]
    return list(server.logins_in(groups))


def _ranges(server_id: uuid.UUID) -> list[tuple[int, int]]:
    rows = AccountType.objects.filter(server_id=server_id).values_list("login_from", "login_to")
    return sorted({(first, last) for first, last in rows if first is not None and last is not None})


def _outside(login: int, ranges: list[tuple[int, int]]) -> int:
    """``login``, or the first behind the ranges in which it lies."""
    for first, last in ranges:
        if first <= login <= last:
            login = last + 1
    return login


def _keep(work: Work, login: int) -> None:
    if work.account_id is not None:
        TradingAccount.objects.filter(pk=work.account_id).update(login=login)


def _name(work: Work) -> str:
    if work.account_id is None:
        raise ValueError("an account is opened for a client")
    return TradingAccount.objects.select_related("type").get(pk=work.account_id).type.name
