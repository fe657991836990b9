"""Reading a trading server: its accounts, deals from a cursor, positions and figures."""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Q

from kernel import clock, locks
from kernel.errors import Refused, Unavailable
from modules.trading.models import AccountState, AccountType, ServerSync, TradingAccount
from modules.trading.services.figures import record_positions, record_states
from modules.trading.services.finding import record_accounts
from modules.trading.services.recording import Mark, Outrun, record_deals
from modules.trading.types import Pulled
from provisioning.servers.port import TradingServer
from provisioning.servers.services import trading_server
from provisioning.servers.types import DealCursor

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=2)
PAGES_A_LOOK = 40
"""Windows of deals read before somebody else may have a turn; the cursor stands between looks."""
ACTIVE, QUIET, IDLE = (dt.timedelta(seconds=s) for s in (2, 10, 30))
"""How long we wait between looks while things move, moved lately, or have not moved for long."""
LATELY, LONG = dt.timedelta(minutes=2), dt.timedelta(minutes=15)
ACCOUNTS_EVERY = dt.timedelta(minutes=5)
FIGURES_EVERY = dt.timedelta(minutes=1)
UNEVEN_PATIENCE = dt.timedelta(seconds=10)
"""A deal may be a moment late; balances that differ for longer are looked into."""
BACKFILL_AGAIN = dt.timedelta(hours=1)
BACKFILLS_A_LOOK = 5
IDLE_A_LOOK = 200
"""Accounts without positions whose figures are refreshed in one look."""
BEGINNING = dt.datetime(2005, 1, 1, tzinfo=dt.UTC)
"""Older than any history of the platform."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One worker's turn at one server."""

    server_id: uuid.UUID
    groups: tuple[str, ...]
    held: locks.Held


def pull(server_id: uuid.UUID) -> Pulled:
    """Read what is new on a server, if it is due and nobody else is reading it.

    Talks over the network, outside any transaction; what is read is recorded in transactions of
    its own, the cursor with the deals. May be killed at any moment and called by any number of
    workers: a lease lets one read, and its number keeps a late one from writing.
    """
    sync, _is_new = ServerSync.objects.get_or_create(pk=server_id)
    groups = mapped_groups(server_id)
    if not groups or (sync.due_at is not None and sync.due_at > clock.now()):
        return Pulled(was_due=False)
    held = locks.acquire(f"trading.pull:{server_id}", lasts=LEASE)
    if held is None:
        return Pulled(was_due=False)
    try:
        return _look(Look(server_id=server_id, groups=groups, held=held), sync)
    except (Outrun, locks.LeaseLost):
        logger.warning("Another worker reads this server by now", extra={"server": str(server_id)})
        return Pulled()
    finally:
        locks.release(held)


def mapped_groups(server_id: uuid.UUID) -> tuple[str, ...]:
    """Groups of a server that account types map, each once, by name."""
    mapped = AccountType.objects.filter(server_id=server_id).values_list("group", flat=True)
    return tuple(sorted(set(mapped)))


def followed_servers() -> tuple[uuid.UUID, ...]:
    """Servers that account types map and whose turn has come."""
    mapped = set(AccountType.objects.values_list("server_id", flat=True))
    waiting = ServerSync.objects.filter(pk__in=mapped, due_at__gt=clock.now())
    return tuple(sorted(mapped - set(waiting.values_list("pk", flat=True))))


def _look(look: Look, sync: ServerSync) -> Pulled:
    began = time.monotonic()
    try:
        with trading_server(look.server_id) as server:
            pulled = _read(server, look, sync)
    except (Refused, Unavailable) as failure:
        _note_failure(sync, str(failure))
        return Pulled()
    _note_success(sync, pulled, took=time.monotonic() - began)
    return pulled


def _read(server: TradingServer, look: Look, sync: ServerSync) -> Pulled:
    found = 0
    if sync.accounts_at is None or sync.accounts_at < clock.now() - ACCOUNTS_EVERY:
        found = record_accounts(look.server_id, server.accounts_in(look.groups))
        ServerSync.objects.filter(pk=look.server_id).update(accounts_at=clock.now())
    deals, touched, is_caught_up = _read_deals(server, look, sync)
    positions = server.positions_in(look.groups)
    due = touched | {one.login for one in positions} | _restless(look.server_id)
    accounts = _accounts(look.server_id, due)
    record_positions(look.server_id, positions, accounts=accounts)
    record_states(server.account_states(sorted(due)), accounts=accounts)
    _even_out(server, look)
    return Pulled(deals=deals, accounts=found, positions=len(positions), is_caught_up=is_caught_up)


def _read_deals(server: TradingServer, look: Look, sync: ServerSync) -> tuple[int, set[int], bool]:
    """Read windows of deals from the cursor on; return how many are new, whose, and if all."""
    cursor = DealCursor(server_s=sync.cursor_server_s)
    new, touched = 0, set[int]()
    held = look.held
    for _turn in range(PAGES_A_LOOK):
        page = server.deals_after(cursor, groups=look.groups)
        logins = {deal.login for deal in page.deals}
        touched |= logins
        accounts = _accounts_of(server, look, logins)
        held = locks.renew(held, lasts=LEASE)
        new += record_deals(
            look.server_id,
            [deal for deal in page.deals if deal.login in accounts],
            accounts=accounts,
            mark=Mark(cursor_server_s=page.cursor.server_s, fence=held.fence),
        )
        cursor = page.cursor
        if page.is_caught_up:
            return new, touched, True
    return new, touched, False


def _accounts(server_id: uuid.UUID, logins: Iterable[int]) -> dict[int, TradingAccount]:
    rows = TradingAccount.objects.filter(server_id=server_id, login__in=list(logins))
    return {row.login: row for row in rows if row.login is not None}


def _accounts_of(server: TradingServer, look: Look, logins: set[int]) -> dict[int, TradingAccount]:
    """Accounts by login; those we have never seen are read from the server first."""
    accounts = _accounts(look.server_id, logins)
    unknown = logins - accounts.keys()
    if unknown:
        there = (server.find_account(login) for login in sorted(unknown))
        record_accounts(look.server_id, [record for record in there if record is not None])
        accounts = _accounts(look.server_id, logins)
    return accounts


def _restless(server_id: uuid.UUID) -> set[int]:
    """Logins whose figures to read though they did nothing: open last time, uneven, or stale."""
    here = TradingAccount.objects.filter(server_id=server_id, state=AccountState.OPEN)
    here = here.exclude(login=None)
    moving = here.filter(~Q(margin_minor=0) | ~Q(floating_minor=0) | Q(uneven_at__isnull=False))
    long_ago = clock.now() - FIGURES_EVERY
    stale = here.filter(Q(state_at=None) | Q(state_at__lt=long_ago))
    oldest = stale.order_by(F("state_at").asc(nulls_first=True))
    chosen = {*moving.values_list("login", flat=True)}
    chosen |= {*oldest.values_list("login", flat=True)[:IDLE_A_LOOK]}
    return {login for login in chosen if login is not None}


def _even_out(server: TradingServer, look: Look) -> None:
    """Read anew the whole history of accounts whose deals do not add up to their balance."""
    moment = clock.now()
    uneven = TradingAccount.objects.filter(
        server_id=look.server_id, uneven_at__lt=moment - UNEVEN_PATIENCE
    ).exclude(backfilled_at__gt=moment - BACKFILL_AGAIN)
    for account in uneven.order_by("client_id", "uneven_at")[:BACKFILLS_A_LOOK]:
        if account.login is not None:
            locks.renew(look.held, lasts=LEASE)
            _backfill(server, account, account.login)


def _backfill(server: TradingServer, account: TradingAccount, login: int) -> int:
    until = clock.now() + dt.timedelta(days=2)
    deals = server.deals_of(login, since=BEGINNING, until=until)
    new = record_deals(account.server_id, deals, accounts={login: account})
    TradingAccount.objects.filter(pk=account.pk).update(backfilled_at=clock.now())
    record_states([server.account_state(login)], accounts={login: account})
    logger.info("Read a whole history", extra={"account": str(account.pk), "new": new})
    return new


def _note_success(sync: ServerSync, pulled: Pulled, *, took: float) -> None:
    moment = clock.now()
    moved_at = moment if pulled.deals or pulled.positions else sync.moved_at
    ServerSync.objects.filter(pk=sync.pk).update(
        due_at=moment + _rhythm(moved_at, is_caught_up=pulled.is_caught_up),
        pulled_at=moment,
        moved_at=moved_at,
        took_ms=int(took * 1000),
        is_caught_up=pulled.is_caught_up,
        failing_since_at=None,
        failure="",
    )


def _rhythm(moved_at: dt.datetime | None, *, is_caught_up: bool) -> dt.timedelta:
    if not is_caught_up:
        return dt.timedelta(0)
    still = clock.now() - moved_at if moved_at else LONG
    if still < LATELY:
        return ACTIVE
    return QUIET if still < LONG else IDLE


def _note_failure(sync: ServerSync, why: str) -> None:
    moment = clock.now()
    since = sync.failing_since_at or moment
    wait = min(max((moment - since) / 2, QUIET), dt.timedelta(minutes=2))
    ServerSync.objects.filter(pk=sync.pk).update(
        failing_since_at=since, failure=why[:200], due_at=moment + wait
    )


def backfill(account_id: uuid.UUID) -> int:
    """Read an account's whole history anew; return how many deals were missing.

    Takes the server's lease, so that nobody else writes meanwhile; 0 while another reads.
    """
    account = TradingAccount.objects.get(pk=account_id)
    held = locks.acquire(f"trading.pull:{account.server_id}", lasts=LEASE)
    if held is None or account.login is None:
        return 0
    try:
        with trading_server(account.server_id) as server:
            return _backfill(server, account, account.login)
    finally:
        locks.release(held)
