"""Rebuilding daily results from the deals, to compare them with what was kept along the way."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.db import connection, transaction

from kernel import audit
from kernel.actor import Actor
from modules.trading.models import TradingAccount
from modules.trading.services.recording import DAILY, DAY_SUMS
from modules.trading.types import DifferingDay, Rebuilt

_MONEY = (
    "profit_minor", "swap_minor", "commission_minor", "deposits_minor", "withdrawals_minor",
    "credits_minor",
)  # fmt: skip

# Composed of constants of this module; the accounts travel as parameters.
_DIFFERING = f"""
    SELECT coalesce(k.account_id, r.account_id), coalesce(k.day_on, r.day_on),
           coalesce(k.symbol, r.symbol),
           {" + ".join(f"k.{name}" for name in _MONEY)},
           {" + ".join(f"r.{name}" for name in _MONEY)}
    FROM (SELECT * FROM trading_dailyresult WHERE account_id = ANY(%s)) k
    FULL JOIN (
      {DAILY.format(source="(SELECT * FROM trading_deal WHERE account_id = ANY(%s)) x")}
    ) r ON r.account_id = k.account_id AND r.day_on = k.day_on AND r.symbol = k.symbol
    WHERE ({", ".join(f"k.{name}" for name in DAY_SUMS)})
      IS DISTINCT FROM ({", ".join(f"r.{name}" for name in DAY_SUMS)})
    ORDER BY 1, 2, 3
"""  # noqa: S608

_REBUILD = f"""
    INSERT INTO trading_dailyresult (id, account_id, day_on, symbol, {", ".join(DAY_SUMS)})
    SELECT id, account_id, day_on, symbol, {", ".join(DAY_SUMS)}
    FROM ({DAILY.format(source="(SELECT * FROM trading_deal WHERE account_id = %s) x")}) r
"""  # noqa: S608


def differing_days(account_id: uuid.UUID) -> tuple[Mapping[str, str], ...]:
    """Days and symbols whose kept result is not what the deals add up to."""
    lines = differing_results([account_id])
    return tuple({"day": line.day_on.isoformat(), "symbol": line.symbol} for line in lines)


def differing_results(account_ids: Sequence[uuid.UUID]) -> tuple[DifferingDay, ...]:
    """Daily results of some accounts that are not what the deals add up to; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERING, [list(account_ids), list(account_ids)])
        rows = cursor.fetchall()
    return tuple(
        DifferingDay(
            account_id=account_id,
            day_on=day_on,
            symbol=symbol,
            kept_minor=int(kept or 0),
            rebuilt_minor=int(rebuilt or 0),
        )
        for account_id, day_on, symbol, kept, rebuilt in rows
    )


@transaction.atomic
def rebuild_days(account_id: uuid.UUID, *, by: Actor) -> Rebuilt:
    """Make an account's daily results and balances anew from its deals. Opens a transaction.

    Returns:
        How many days there are now, and which had differed.
    """
    account = TradingAccount.objects.select_for_update().get(pk=account_id)
    differing = differing_days(account_id)
    account.days.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_REBUILD, [account_id])
        days = cursor.rowcount
        cursor.execute(_SUMS, [account_id])
        account.deals_balance_minor, account.deals_credit_minor = cursor.fetchone()
    account.save(update_fields=["deals_balance_minor", "deals_credit_minor"])
    audit.note("trading.days_rebuilt", about=account, by=by, changes={"differing": len(differing)})
    return Rebuilt(days=days, differing=differing)


_SUMS = """
    SELECT coalesce(sum(profit_minor + swap_minor + commission_minor
                        + deposits_minor + withdrawals_minor), 0)::bigint,
           coalesce(sum(credits_minor), 0)::bigint
    FROM trading_dailyresult WHERE account_id = %s
"""
