"""How well the trading servers are being read."""

from __future__ import annotations

from django.db.models import Count, Q

from modules.trading.models import Deal, ServerSync, TradingAccount
from modules.trading.types import SyncLine


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
        SyncLine(
            server_id=row.pk,
            is_caught_up=row.is_caught_up,
            pulled_at=row.pulled_at,
            took_ms=row.took_ms,
            failing_since_at=row.failing_since_at,
            failure=row.failure,
            deals=deals.get(row.pk, 0),
            accounts=accounts.get(row.pk, (0, 0))[0],
            uneven=accounts.get(row.pk, (0, 0))[1],
        )
        for row in ServerSync.objects.order_by("pk")
    )
