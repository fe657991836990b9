"""How well the trading servers are being read."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Count, Q

from modules.trading.models import Backfill, Deal, ServerSync, TradingAccount
from modules.trading.queries.types import account_types
from modules.trading.types import BackfillLine, SyncLine, TypeLine
from provisioning.servers import queries as servers

ENOUGH = 5
"""Per cent after which the rest of a history can be estimated."""


def syncs() -> tuple[SyncLine, ...]:
    """Every server that is read, with what is here of it; three queries however many."""
    deals = dict(Deal.objects.values_list("server_id").annotate(count=Count("pk")))
    uneven = Count("pk", filter=Q(uneven_at__isnull=False))
    accounts = {
        row["server_id"]: (row["count"], row["uneven"])
        for row in TradingAccount.objects.values("server_id").annotate(
            count=Count("pk"), uneven=uneven
        )
    }
    return tuple(
        _sync(row, deals.get(row.pk, 0), *accounts.get(row.pk, (0, 0)))
        for row in ServerSync.objects.order_by("pk")
    )


def find_sync(server_id: uuid.UUID) -> SyncLine | None:
    """The same of one server, if it was ever read."""
    row = ServerSync.objects.filter(pk=server_id).first()
    if row is None:
        return None
    here = TradingAccount.objects.filter(server_id=server_id)
    deals = Deal.objects.filter(server_id=server_id).count()
    return _sync(row, deals, here.count(), here.filter(uneven_at__isnull=False).count())


def newest_backfill(server_id: uuid.UUID) -> BackfillLine | None:
    """How far the newest reading of a server's history has come, if there was one."""
    row = Backfill.objects.filter(server_id=server_id).order_by("-began_at", "-pk").first()
    return _backfill(row) if row else None


def stranded_types(server_id: uuid.UUID) -> tuple[TypeLine, ...]:
    """Account types whose group the server does not show us any more."""
    here = {group.name.lower() for group in servers.groups(server_id)}
    return tuple(
        line
        for line in account_types()
        if line.server_id == server_id and line.group.lower() not in here
    )


def _sync(row: ServerSync, deals: int, accounts: int, uneven: int) -> SyncLine:
    return SyncLine(
        server_id=row.pk,
        is_caught_up=row.is_caught_up,
        pulled_at=row.pulled_at,
        took_ms=row.took_ms,
        failing_since_at=row.failing_since_at,
        failure=row.failure,
        deals=deals,
        accounts=accounts,
        uneven=uneven,
    )


def _backfill(row: Backfill) -> BackfillLine:
    whole = max(row.until_server_s - row.since_server_s, 1)
    read = min(max(row.cursor_server_s - row.since_server_s, 0), whole)
    percent = 100 if row.state == "done" else min(100 * read // whole, 99)
    seconds = row.worked_ms / 1000
    is_telling = percent >= ENOUGH and seconds > 1
    left = dt.timedelta(seconds=round(seconds * (100 - percent) / percent)) if is_telling else None
    has_begun = row.cursor_server_s > row.since_server_s
    return BackfillLine(
        state=row.state,
        state_label=row.get_state_display(),
        percent=percent,
        deals=row.deals,
        deals_expected=row.deals * 100 // percent if is_telling else None,
        deals_a_second=round(row.deals / seconds) if seconds > 1 else None,
        read_to=dt.datetime.fromtimestamp(row.cursor_server_s, dt.UTC) if has_begun else None,
        left=left if row.state != "done" else None,
        began_at=row.began_at,
        ended_at=row.ended_at,
    )
