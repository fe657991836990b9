"""The stages of a comparison: each compares a portion and says how far it came."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import QuerySet

from kernel import clock
from modules.trading.models import (
    AccountState,
    Deal,
    DifferenceKind,
    Position,
    Reconciliation,
    ServerSync,
    TradingAccount,
)
from modules.trading.services.comparing import (
    Found,
    compare_balances,
    compare_deals,
    foreign_money,
)
from modules.trading.services.reading import accounts_by_login
from provisioning.servers import queries as servers
from provisioning.servers.port import TradingServer
from provisioning.servers.types import AccountRecord, DealCursor
from provisioning.servers.types import Deal as Told

SPANS = (dt.timedelta(hours=6), dt.timedelta(days=90), dt.timedelta(days=20 * 365))
"""The shortest window of deals, the first one, the longest one."""
FEW, MANY = 2_000, 10_000
ACCOUNTS_A_PORTION = 500
LOOKED_INTO = 200
"""Single accounts or deals of one portion that the server is asked about."""
YOUNG = dt.timedelta(minutes=10)
"""An account that is younger may not have been listed yet."""
OVERLAP_S = 5 * 60
"""Windows of reading overlap by so much: a deal of the last minutes may still come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a stage works with."""

    run: Reconciliation
    groups: tuple[str, ...]
    until_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """What a stage found, and where it goes on."""

    found: Sequence[Found] = ()
    counted: Mapping[str, int] = field(default_factory=dict)
    cursor: int = 0
    end: int = 0
    is_last: bool = True


def groups(server: TradingServer, turn: Turn) -> Portion:
    """Mapped groups that the server has no more, and accounts in groups that nothing maps."""
    there = {group.name.lower() for group in server.groups()}
    found = [
        Found(
            kind=DifferenceKind.GROUP_GONE,
            key=name,
            facts={"group": name},
        )
        for name in turn.groups
        if name.lower() not in there
    ]
    mapped = {name.lower() for name in turn.groups}
    chosen = [one.name for one in servers.groups(turn.run.server_id)]
    found += [
        _unmapped(name, len(logins))
        for name in chosen
        if name.lower() in there - mapped and (logins := server.logins_in((name,)))
    ]
    return Portion(found=found, counted={"groups": len(turn.groups)})


def accounts(server: TradingServer, turn: Turn) -> Portion:
    """Accounts of the mapped groups, by login."""
    there = set(server.logins_in(turn.groups))
    rows = TradingAccount.objects.filter(server_id=turn.run.server_id).exclude(login=None)
    here = {
        row.login: row
        for row in rows.only("login", "state", "currency", "type_id")
        if row.login is not None
    }
    found = []
    for place, login in enumerate(sorted(there - here.keys())):
        record = server.find_account(login) if place < LOOKED_INTO else None
        found.append(_account_there(login, record))
    open_here = {login for login, row in here.items() if row.state == AccountState.OPEN}
    for place, login in enumerate(sorted(open_here - there)):
        record = server.find_account(login) if place < LOOKED_INTO else None
        found.append(_account_here(here[login], record))
    deciding = {AccountState.OPENING, AccountState.UNKNOWN}
    found += [
        _being_decided(here[login]) for login in sorted(there & here.keys())
        if here[login].state in deciding
    ]  # fmt: skip
    return Portion(found=found, counted={"accounts": len(there | open_here)})


def positions(server: TradingServer, turn: Turn) -> Portion:
    """Open positions: the server is asked twice, and ours are made new in between."""
    before = server.positions_in(turn.groups)
    known = accounts_by_login(turn.run.server_id, {one.login for one in before})
    held = _positions(turn.run.server_id)
    after = {one.position_id: one for one in server.positions_in(turn.groups)}
    steady = {one.position_id: one for one in before if one.position_id in after}
    read_at = _read_at(turn.run.server_id)
    found = [
        Found(
            kind=DifferenceKind.POSITION_ONLY_THERE,
            key=str(number),
            account=known[one.login],
            login=one.login,
            facts={"position": str(number), "symbol": one.symbol},
            hint="young" if one.opened_at >= read_at else "",
            is_explained=one.opened_at >= read_at,
        )
        for number, one in sorted(steady.items())
        if number not in held and one.login in known
    ]
    found += [
        Found(
            kind=DifferenceKind.POSITION_ONLY_HERE,
            key=str(number),
            account=row.account,
            login=row.account.login,
            facts={"position": str(number), "symbol": row.symbol},
        )
        for number, row in sorted(_vanished(turn.run.server_id, held, after).items())
        if number not in {one.position_id for one in before}
    ]
    return Portion(found=found, counted={"positions": len(steady)})


def deals(server: TradingServer, turn: Turn) -> Portion:
    """One window of deals, as far as they were read; young ones are seen by the balances."""
    run = turn.run
    end = run.end or _read_to_s(run.server_id) + 1
    page = server.deals_after(
        DealCursor(server_s=run.cursor), groups=turn.groups, span=_span(run.server_id, run.cursor)
    )
    reached = min(page.cursor.server_s, end)
    here = _deals_between(run.server_id, run.cursor, reached)
    there = [one for one in page.deals if run.cursor * 1000 <= one.done_server_ms < reached * 1000]
    logins = {one.login for one in there} | {row.login for row in here}
    known = accounts_by_login(run.server_id, logins)
    found = compare_deals(there, here, accounts=known)
    found = _confirmed(server, run.server_id, found, end=end)
    found += foreign_money(run.server_id, there, accounts=known)
    return Portion(
        found=found,
        counted={"deals": len(there)},
        cursor=reached,
        end=end,
        is_last=reached >= end or page.is_caught_up,
    )


def balances(server: TradingServer, turn: Turn) -> Portion:
    """Balances, credits and daily results of some accounts, in order of login."""
    run = turn.run
    rows = TradingAccount.objects.filter(server_id=run.server_id, state=AccountState.OPEN)
    rows = rows.exclude(login=None).order_by("login")
    end = run.end or rows.count()
    portion = list(rows.filter(login__gt=run.cursor)[:ACCOUNTS_A_PORTION])
    known = {row.login: row for row in portion if row.login is not None}
    states = server.account_states(sorted(known))
    return Portion(
        found=compare_balances(server, run.server_id, states, accounts=known),
        counted={"balances": len(states)},
        cursor=max(known, default=run.cursor),
        end=end,
        is_last=len(portion) < ACCOUNTS_A_PORTION,
    )


def _unmapped(name: str, number: int) -> Found:
    return Found(
        kind=DifferenceKind.GROUP_UNMAPPED,
        key=name,
        facts={"group": name, "accounts": str(number)},
        hint="unmapped",
        is_explained=True,
    )


def _account_there(login: int, record: AccountRecord | None) -> Found:
    opened = record.registered_at if record else None
    is_young = opened is not None and opened > clock.now() - YOUNG
    return Found(
        kind=DifferenceKind.ACCOUNT_ONLY_THERE,
        key=str(login),
        login=login,
        facts={"group": record.group} if record else {},
        hint="young" if is_young else "",
        is_explained=is_young,
    )


def _account_here(account: TradingAccount, record: AccountRecord | None) -> Found:
    return Found(
        kind=DifferenceKind.ACCOUNT_ONLY_HERE,
        key=str(account.login),
        account=account,
        login=account.login,
        facts={"group": record.group} if record else {},
        hint="moved" if record else "",
        is_explained=record is not None,
    )


def _being_decided(account: TradingAccount) -> Found:
    return Found(
        kind=DifferenceKind.ACCOUNT_ONLY_THERE,
        key=str(account.login),
        account=account,
        login=account.login,
        hint="deciding",
        is_explained=True,
    )


def _positions(server_id: uuid.UUID) -> dict[int, Position]:
    rows = Position.objects.filter(account__server_id=server_id).select_related("account")
    return {row.position_id: row for row in rows}


def _vanished(
    server_id: uuid.UUID, held: Mapping[int, Position], after: Mapping[int, object]
) -> dict[int, Position]:
    """Those of ours that the server does not have, unless a look has removed them meanwhile."""
    missing = {number: row for number, row in held.items() if number not in after}
    still = _positions(server_id) if missing else {}
    return {
        number: row
        for number, row in missing.items()
        if number in still and still[number].seen_at < clock.now() - YOUNG
    }


def _read_at(server_id: uuid.UUID) -> dt.datetime:
    """When a look last ended: what was opened since could not have been seen."""
    sync = ServerSync.objects.get(pk=server_id)
    took = dt.timedelta(milliseconds=sync.took_ms)
    return (sync.pulled_at or clock.now()) - took - dt.timedelta(seconds=5)


def _read_to_s(server_id: uuid.UUID) -> int:
    return ServerSync.objects.get(pk=server_id).cursor_server_s


def _span(server_id: uuid.UUID, cursor: int) -> dt.timedelta:
    """How long a window to take so that it holds a few thousand deals, as far as we know them."""
    shortest, span, longest = SPANS
    while span < longest and _many(server_id, cursor, span * 2) < FEW:
        span = min(span * 2, longest)
    while span > shortest and _many(server_id, cursor, span) > MANY:
        span = max(span / 2, shortest)
    return span


def _many(server_id: uuid.UUID, cursor: int, span: dt.timedelta) -> int:
    """How many deals are here in a window; counts no further than is of interest."""
    rows = _between(server_id, cursor, cursor + int(span.total_seconds()))
    return rows[: MANY + 1].count()


def _between(server_id: uuid.UUID, from_s: int, to_s: int) -> QuerySet[Deal]:
    return Deal.objects.filter(
        server_id=server_id, done_server_ms__gte=from_s * 1000, done_server_ms__lt=to_s * 1000
    )


def _deals_between(server_id: uuid.UUID, from_s: int, to_s: int) -> list[Deal]:
    return list(_between(server_id, from_s, to_s))


def _confirmed(
    server: TradingServer, server_id: uuid.UUID, found: Sequence[Found], *, end: int
) -> list[Found]:
    """Take out what only moved in time, and say which deals are too young to be here."""
    missing = [one.key for one in found if one.kind == DifferenceKind.DEAL_ONLY_THERE]
    known = Deal.objects.filter(server_id=server_id, deal_id__in=missing)
    elsewhere = {str(number) for number in known.values_list("deal_id", flat=True)}
    confirmed, asked = [], 0
    for one in found:
        if one.kind == DifferenceKind.DEAL_ONLY_THERE:
            confirmed.append(_placed(one, elsewhere, end))
            continue
        if one.kind == DifferenceKind.DEAL_ONLY_HERE and asked < LOOKED_INTO:
            asked += 1
            if _is_there(server, one):
                continue
        confirmed.append(one)
    return confirmed


def _placed(one: Found, elsewhere: set[str], end: int) -> Found:
    if one.key in elsewhere:
        return replace(one, kind=DifferenceKind.DEAL_DIFFERS, hint="moved_in_time")
    if int(one.facts["server_ms"]) >= (end - OVERLAP_S) * 1000:
        return replace(one, hint="young", is_explained=True)
    return one


def _is_there(server: TradingServer, one: Found) -> bool:
    """Whether the server has a deal after all, within some days of our time of it."""
    if one.login is None or "done" not in one.facts:
        return False
    done = dt.datetime.fromisoformat(one.facts["done"])
    around = dt.timedelta(days=3)
    deals_there: Sequence[Told] = server.deals_of(
        one.login, since=done - around, until=done + around
    )
    return any(str(deal.deal_id) == one.key for deal in deals_there)
