"""Following a trading server: its accounts, deals from a cursor, positions and figures."""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Iterable

from django.db.models import F, Q, QuerySet

from kernel import clock, locks
from kernel.errors import Refused, Unavailable
from modules.trading.models import AccountState, AccountType, ServerSync, TradingAccount
from modules.trading.services.backfilling import (
    follow_from_now,
    has_past_to_read,
    is_reading_past,
    read_past,
)
from modules.trading.services.figures import record_positions, record_states
from modules.trading.services.finding import record_accounts
from modules.trading.services.reading import (
    Look,
    accounts_by_login,
    accounts_of,
    mapped_groups,
    take_turn,
)
from modules.trading.services.recording import Mark, Outrun, record_deals
from modules.trading.types import Pulled
from provisioning.servers.port import TradingServer
from provisioning.servers.services import trading_server
from provisioning.servers.types import Deal, DealCursor

logger = logging.getLogger(__name__)

ACTIVE, QUIET, IDLE = (dt.timedelta(seconds=s) for s in (2, 10, 30))
"""How long we wait between looks while things move, moved lately, or have not moved for long."""
LATELY, LONG = dt.timedelta(minutes=2), dt.timedelta(minutes=15)
ACCOUNTS_EVERY = dt.timedelta(minutes=5)
FIGURES_EVERY = dt.timedelta(minutes=1)
UNEVEN_PATIENCE = dt.timedelta(seconds=10)
"""A deal may be a moment late; balances that differ for longer are looked into."""
BACKFILL_AGAIN = dt.timedelta(hours=1)
BACKFILLS_A_LOOK = 5
IDLE_A_LOOK, UNEVEN_A_LOOK = 200, 50
"""Accounts that did nothing, or do not add up, whose figures are refreshed in one look."""
SENT_AGAIN = dt.timedelta(seconds=15)
"""A look that has not ended by then is put in the queue once more: its worker may be dead.

With the lease and the beat of three seconds, a killed reader is replaced within 20 seconds.
"""
BEGINNING = dt.datetime(2005, 1, 1, tzinfo=dt.UTC)
"""Older than any history of the platform."""


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
    look = take_turn(server_id, groups)
    if look is None:
        return Pulled(was_due=False)
    try:
        return _look(look, sync)
    except (Outrun, locks.LeaseLost):
        logger.warning("Another worker reads this server by now", extra={"server": str(server_id)})
        return Pulled()
    finally:
        look.end()


def followed_servers() -> tuple[uuid.UUID, ...]:
    """Servers that account types map, whether their turn has come or not."""
    mapped = AccountType.objects.order_by().values_list("server_id", flat=True)
    return tuple(sorted(set(mapped)))


def take_due_servers() -> tuple[uuid.UUID, ...]:
    """Servers whose turn has come, each once: those in the queue already are not among them.

    However slow one of them is, it holds one place in the queue, and never the others' turns.
    """
    taken = []
    for server_id in followed_servers():
        ServerSync.objects.get_or_create(pk=server_id)
        if _free_to_send(server_id).update(sent_at=clock.now()):
            taken.append(server_id)
    return tuple(taken)


def _free_to_send(server_id: uuid.UUID) -> QuerySet[ServerSync]:
    moment = clock.now()
    due = Q(due_at=None) | Q(due_at__lte=moment)
    lost = Q(sent_at=None) | Q(sent_at__lt=moment - SENT_AGAIN)
    return ServerSync.objects.filter(due & lost, pk=server_id)


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
        look.renew()
    follow_from_now(server, look, sync)
    deals, touched, is_caught_up = _read_deals(server, look, sync)
    positions = server.positions_in(look.groups)
    look.renew()
    due = touched | {one.login for one in positions} | _restless(look.server_id)
    accounts = accounts_by_login(look.server_id, due)
    record_positions(look.server_id, positions, accounts=accounts)
    record_states(server.account_states(sorted(due)), accounts=accounts)
    look.renew()
    past = read_past(server, look)
    if not is_reading_past(look.server_id):
        _even_out(server, look)
    return Pulled(
        deals=deals + past,
        accounts=found,
        positions=len(positions),
        is_caught_up=is_caught_up,
        has_more=not is_caught_up or has_past_to_read(look.server_id),
    )


def _read_deals(server: TradingServer, look: Look, sync: ServerSync) -> tuple[int, set[int], bool]:
    """Read windows of deals from the cursor on; return how many are new, whose, and if all."""
    cursor = DealCursor(server_s=sync.cursor_server_s)
    new, touched = 0, set[int]()
    while True:
        page = server.deals_after(cursor, groups=look.groups)
        touched |= {deal.login for deal in page.deals}
        accounts = accounts_of(server, look.server_id, page.deals)
        look.renew()
        new += record_deals(
            look.server_id,
            _of_accounts(page.deals, accounts),
            accounts=accounts,
            mark=Mark(cursor_server_s=page.cursor.server_s, fence=look.held.fence),
        )
        cursor = page.cursor
        if page.is_caught_up or not look.has_time:
            return new, touched, page.is_caught_up


def _of_accounts(deals: Iterable[Deal], accounts: dict[int, TradingAccount]) -> list[Deal]:
    return [deal for deal in deals if deal.login in accounts]


def _restless(server_id: uuid.UUID) -> set[int]:
    """Logins whose figures to read though they did nothing: open last time, uneven, or stale."""
    here = TradingAccount.objects.filter(server_id=server_id, state=AccountState.OPEN)
    here = here.exclude(login=None)
    oldest = F("state_at").asc(nulls_first=True)
    moving = here.filter(~Q(margin_minor=0) | ~Q(floating_minor=0))
    uneven = here.filter(uneven_at__isnull=False).order_by(oldest)[:UNEVEN_A_LOOK]
    long_ago = clock.now() - FIGURES_EVERY
    stale = here.filter(Q(state_at=None) | Q(state_at__lt=long_ago)).order_by(oldest)[:IDLE_A_LOOK]
    chosen = {login for rows in (moving, uneven, stale) for login in _logins(rows)}
    return {login for login in chosen if login is not None}


def _logins(rows: QuerySet[TradingAccount]) -> Iterable[int | None]:
    return rows.values_list("login", flat=True)


def _even_out(server: TradingServer, look: Look) -> None:
    """Read anew the whole history of accounts whose deals do not add up to their balance."""
    moment = clock.now()
    uneven = TradingAccount.objects.filter(
        server_id=look.server_id, uneven_at__lt=moment - UNEVEN_PATIENCE
    ).exclude(backfilled_at__gt=moment - BACKFILL_AGAIN)
    for account in uneven.order_by("client_id", "uneven_at")[:BACKFILLS_A_LOOK]:
        if account.login is not None and look.has_time:
            look.renew()
            read_whole(server, account, account.login)


def read_whole(server: TradingServer, account: TradingAccount, login: int) -> int:
    """Read one account's whole history anew; return how many deals were missing here.

    Talks over the network; the caller holds the server's lease.
    """
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
        due_at=moment + _rhythm(moved_at, has_more=pulled.has_more),
        sent_at=None,
        pulled_at=moment,
        moved_at=moved_at,
        took_ms=int(took * 1000),
        is_caught_up=pulled.is_caught_up,
        failing_since_at=None,
        failure="",
    )


def _rhythm(moved_at: dt.datetime | None, *, has_more: bool) -> dt.timedelta:
    if has_more:
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
        failing_since_at=since, failure=why[:200], due_at=moment + wait, sent_at=None
    )


def backfill(account_id: uuid.UUID) -> int:
    """Read an account's whole history anew; return how many deals were missing.

    Takes the server's lease, so that nobody else writes meanwhile; 0 while another reads.
    """
    account = TradingAccount.objects.get(pk=account_id)
    look = take_turn(account.server_id, ())
    if look is None or account.login is None:
        return 0
    try:
        with trading_server(account.server_id) as server:
            return read_whole(server, account, account.login)
    finally:
        look.end()
