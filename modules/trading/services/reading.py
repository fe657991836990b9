"""What every reading of a trading server shares: the lease, the groups, the accounts."""

from __future__ import annotations

import contextvars
import datetime as dt
import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from kernel import locks
from modules.trading.models import AccountType, TradingAccount
from modules.trading.services.finding import record_accounts
from provisioning.servers.port import TradingServer
from provisioning.servers.types import Deal

LEASE = dt.timedelta(seconds=15)
"""How long a reader that was killed keeps others out; a living one renews it beside its work."""
BEAT_S = 5.0
"""After so long, again and again, a reader that waits for a slow server renews its lease."""
LOOK_LASTS_S = 20.0
"""After this long a reader lets others have the worker; what is left waits for the next look."""


@dataclass(slots=True, kw_only=True)
class Look:
    """One worker's turn at one server."""

    server_id: uuid.UUID
    groups: tuple[str, ...]
    held: locks.Held
    until_s: float
    """When to stop, on the clock that never goes back."""
    ended: threading.Event
    """Set when the turn is over, so that nothing renews the lease any more."""

    @property
    def has_time(self) -> bool:
        """Whether another portion may be begun."""
        return time.monotonic() < self.until_s

    def renew(self) -> None:
        """Keep the lease.

        Raises:
            LeaseLost: It ran out: write nothing more.
        """
        self.held = locks.renew(self.held, lasts=LEASE)

    def end(self) -> None:
        """Give the server to others; harmless when they have it already."""
        self.ended.set()
        locks.release(self.held)


def take_turn(server_id: uuid.UUID, groups: tuple[str, ...]) -> Look | None:
    """Begin a look, or nothing while another worker has the server.

    The lease is kept beside the work, for one answer of a server may take longer than it lasts. A
    process that is killed or stopped keeps nothing; the caller calls ``end``.
    """
    held = locks.acquire(lease_of(server_id), lasts=LEASE)
    if held is None:
        return None
    until_s = time.monotonic() + LOOK_LASTS_S
    ended = threading.Event()
    look = Look(server_id=server_id, groups=groups, held=held, until_s=until_s, ended=ended)
    keeping = contextvars.copy_context()  # the thread belongs to the same tenant
    threading.Thread(target=keeping.run, args=(_keep, held, ended), daemon=True).start()
    return look


def _keep(held: locks.Held, ended: threading.Event) -> None:
    try:
        while not ended.wait(BEAT_S):
            locks.renew(held, lasts=LEASE)
    except locks.LeaseLost:
        pass  # the reader learns it at its next step
    finally:
        connection.close()  # this thread's own, if it needed one


def lease_of(server_id: uuid.UUID) -> str:
    """The name under which one reader at a time has a server."""
    return f"trading.pull:{server_id}"


def mapped_groups(server_id: uuid.UUID) -> tuple[str, ...]:
    """Groups of a server that account types map, each once, by name."""
    mapped = AccountType.objects.filter(server_id=server_id).values_list("group", flat=True)
    return tuple(sorted(set(mapped)))


def accounts_by_login(server_id: uuid.UUID, logins: Iterable[int]) -> dict[int, TradingAccount]:
    """Accounts that are here, by login."""
    rows = TradingAccount.objects.filter(server_id=server_id, login__in=list(logins))
    return {row.login: row for row in rows if row.login is not None}


def accounts_of(
    server: TradingServer, server_id: uuid.UUID, deals: Sequence[Deal]
) -> dict[int, TradingAccount]:
    """Accounts of some deals; those we have never seen are read from the server first."""
    logins = {deal.login for deal in deals}
    accounts = accounts_by_login(server_id, logins)
    unknown = logins - accounts.keys()
    if unknown:
        there = (server.find_account(login) for login in sorted(unknown))
        record_accounts(server_id, [record for record in there if record is not None])
        accounts = accounts_by_login(server_id, logins)
    return accounts
