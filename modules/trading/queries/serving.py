"""What trading does with a server: how far it has read it, and what it keeps there."""

from __future__ import annotations

import datetime as dt
import uuid

from kernel import clock
from modules.trading.models import (
    AccountType,
    DailyResult,
    Deal,
    Position,
    ServerSync,
    TradingAccount,
)
from provisioning.servers.types import Gone, Pulse, Uses

LATELY = dt.timedelta(days=30)
"""What was traded within it is in use."""


def pulse_of(server_id: uuid.UUID) -> Pulse | None:
    """How far a server has been read; ``None`` before the first time. Three short queries.

    The lag counts from the last reading that worked. A server without account types is not read,
    so it has none.
    """
    sync = ServerSync.objects.filter(pk=server_id).first()
    if sync is None:
        return None
    newest = Deal.objects.filter(server_id=server_id).order_by("-deal_id").values_list("done_at")
    is_read = AccountType.objects.filter(server_id=server_id).exists()
    since = (sync.pulled_at or sync.failing_since_at) if is_read else None
    return Pulse(
        last_deal_at=next(iter(newest[:1]), (None,))[0],
        read_at=sync.pulled_at,
        is_caught_up=sync.is_caught_up,
        lag_s=int((clock.now() - since).total_seconds()) if since else None,
    )


def uses_of(server_id: uuid.UUID) -> Uses:
    """How many account types and accounts are on a server."""
    return Uses(
        account_types=AccountType.objects.filter(server_id=server_id).count(),
        accounts=TradingAccount.objects.filter(server_id=server_id).count(),
    )


def missed_of(server_id: uuid.UUID, gone: Gone) -> Gone:
    """Which of them are in use: groups that are mapped, symbols that are open or traded lately."""
    mapped = AccountType.objects.filter(server_id=server_id, group__in=gone.groups)
    here = {"account__server_id": server_id, "symbol__in": gone.symbols}
    since = clock.now().date() - LATELY
    symbols = set(Position.objects.filter(**here).values_list("symbol", flat=True).distinct())
    if symbols != set(gone.symbols):
        days = DailyResult.objects.filter(**here, day_on__gte=since)
        symbols |= set(days.values_list("symbol", flat=True).distinct())
    return Gone(
        groups=tuple(sorted(set(mapped.values_list("group", flat=True)))),
        symbols=tuple(sorted(symbols)),
    )
