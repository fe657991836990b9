"""What every reading of a trading server shares: the lease, the groups, the accounts."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kernel import locks
from modules.trading.models import AccountType, TradingAccount
from modules.trading.services.finding import record_accounts
from provisioning.servers.port import TradingServer
from provisioning.servers.types import Deal

LEASE = dt.timedelta(seconds=15)
"""How long a reader that was killed keeps others out; a living one renews it step by step.

One that is slower than this at a single step may be replaced though it lives: then the lease's
number keeps it from writing, and what it had recorded before stands.
"""
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


def take_turn(server_id: uuid.UUID, groups: tuple[str, ...]) -> Look | None:
    """Begin a look, or nothing while another worker has the server."""
    held = locks.acquire(lease_of(server_id), lasts=LEASE)
    if held is None:
        return None
    until_s = time.monotonic() + LOOK_LASTS_S
    return Look(server_id=server_id, groups=groups, held=held, until_s=until_s)


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
