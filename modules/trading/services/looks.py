"""One function per kind of operation: whether the trading server shows that it was done.

Looks only read. What a look cannot decide it says by an error, never by a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from modules.trading.models import IntentKind
from modules.trading.services.work import Absent, Booked, Doubled, Verdict, Work
from provisioning.servers.port import TradingServer
from provisioning.servers.types import AccountRecord, PasswordKind


def look(server: TradingServer, work: Work) -> Verdict:
    """What the server shows of ``work``.

    Raises:
        Refused: The server would not tell.
        Unavailable: It cannot be asked.
    """
    return _LOOKS[work.kind](server, work)


def facts_of(record: AccountRecord) -> dict[str, Any]:
    """What is kept of an account's record."""
    return {
        "login": record.login,
        "group": record.group,
        "leverage": record.leverage,
        "is_enabled": record.is_enabled,
        "may_trade": record.may_trade,
    }


def ours(server: TradingServer, work: Work, login: int | None) -> AccountRecord | None:
    """The account under ``login`` if this operation opened it: the tag leads its comment."""
    there = server.find_account(login) if login is not None else None
    return there if there is not None and there.comment.startswith(work.tag) else None


def _money(server: TradingServer, work: Work) -> Verdict:
    """By the tag, in a window of days: time never decides."""
    deals = server.find_operation(work.operation, since=work.asked_at)
    if not deals:
        return Absent()
    numbers = tuple(deal.deal_id for deal in deals)
    return Booked({"deal_id": numbers[0]}) if len(numbers) == 1 else Doubled(numbers)


def _opened(server: TradingServer, work: Work) -> Verdict:
    there = ours(server, work, work.login)
    if there is None:
        everyone = server.accounts_in([work.group])
        mine = [one for one in everyone if one.comment.startswith(work.tag)]
        if len(mine) > 1:
            return Doubled(tuple(one.login for one in mine))
        there = mine[0] if mine else None
    return Booked(facts_of(there)) if there else Absent()


def _password(server: TradingServer, work: Work) -> Verdict:
    kind = PasswordKind.MAIN if work.kind == IntentKind.PASSWORD else PasswordKind.INVESTOR
    return Booked({}) if server.is_password(work.number, kind, work.secret) else Absent()


def _changed(server: TradingServer, work: Work) -> Verdict:
    facts = facts_of(server.account(work.number))
    wanted = {name: value for name, value in work.payload.items() if name in facts}
    is_so = all(_same(facts[name], value) for name, value in wanted.items())
    return Booked(facts) if is_so else Absent()


def _deleted(server: TradingServer, work: Work) -> Verdict:
    return Absent() if server.find_account(work.number) else Booked({})


def _read_only(_server: TradingServer, _work: Work) -> Verdict:
    """It changes nothing on the server, so it may simply be done again."""
    return Absent()


def _same(held: object, wanted: object) -> bool:
    # Group names compare without case on the server.
    return str(held).lower() == str(wanted).lower()


_LOOKS: Mapping[str, Callable[[TradingServer, Work], Verdict]] = {
    IntentKind.OPEN: _opened,
    IntentKind.FUND: _money,
    IntentKind.PASSWORD: _password,
    IntentKind.INVESTOR: _password,
    IntentKind.LEVERAGE: _changed,
    IntentKind.BIND: _read_only,
    IntentKind.BALANCE: _money,
    IntentKind.CREDIT: _money,
    IntentKind.GROUP: _changed,
    IntentKind.RIGHTS: _changed,
    IntentKind.ARCHIVE: _changed,
    IntentKind.RESTORE: _changed,
    IntentKind.DELETE: _deleted,
}
