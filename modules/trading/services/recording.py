"""Recording the server's deals: one statement for the rows, the daily results and the balances."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from kernel.ids import new_id
from modules.trading.models import ServerSync, TradingAccount
from modules.trading.services.amounts import to_minor
from modules.trading.services.announcing import announce
from provisioning.servers.types import Deal


class Outrun(RuntimeError):
    """Another worker has taken over reading this server: nothing more may be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a page of deals reads, and the number of the lease under which it was read."""

    cursor_server_s: int
    fence: int


_COLUMNS = (
    ("id", "uuid"),
    ("server_id", "uuid"),
    ("deal_id", "bigint"),
    ("account_id", "uuid"),
    ("login", "bigint"),
    ("action", "smallint"),
    ("entry", "smallint"),
    ("position_id", "bigint"),
    ("order_id", "bigint"),
    ("symbol", "text"),
    ("digits", "smallint"),
    ("lots", "numeric"),
    ("lots_closed", "numeric"),
    ("contract_size", "numeric"),
    ("price", "numeric"),
    ("price_position", "numeric"),
    ("profit_minor", "bigint"),
    ("swap_minor", "bigint"),
    ("commission_minor", "bigint"),
    ("comment", "text"),
    ("done_at", "timestamptz"),
    ("done_server_ms", "bigint"),
)

_NAMES = ", ".join(name for name, _kind in _COLUMNS)
_ARRAYS = ", ".join(f"%s::{kind}[]" for _name, kind in _COLUMNS)

DAILY = """
    SELECT (array_agg(id ORDER BY deal_id))[1] AS id, account_id,
           (timestamp 'epoch' + done_server_ms * interval '1 millisecond')::date AS day_on,
           CASE WHEN action IN (0, 1) THEN symbol ELSE '' END AS symbol,
           count(*) AS deals,
           count(*) FILTER (WHERE action IN (0, 1) AND entry > 0) AS closed,
           count(*) FILTER (WHERE action IN (0, 1) AND entry > 0
                            AND profit_minor + swap_minor + commission_minor > 0) AS won,
           coalesce(sum(lots_closed) FILTER (WHERE action IN (0, 1) AND entry > 0), 0)
             AS lots_closed,
           coalesce(sum(profit_minor) FILTER (WHERE action IN (0, 1)), 0) AS profit_minor,
           coalesce(sum(swap_minor), 0) AS swap_minor,
           coalesce(sum(commission_minor), 0)
             + coalesce(sum(profit_minor) FILTER (
                 WHERE action IN (4, 5, 7, 8, 9, 10, 11, 12, 15, 16, 17, 18, 19)), 0)
             AS commission_minor,
           coalesce(sum(profit_minor) FILTER (WHERE action = 2 AND profit_minor > 0), 0)
             AS deposits_minor,
           coalesce(sum(profit_minor) FILTER (WHERE action = 2 AND profit_minor < 0), 0)
             AS withdrawals_minor,
           coalesce(sum(profit_minor) FILTER (WHERE action IN (3, 6, 20)), 0) AS credits_minor
    FROM {source} GROUP BY account_id, 3, 4
"""
"""What deals add up to per account, day of the server's clock and symbol.

The id of a day is that of its first deal: made by the application, and of no other group. Charges,
corrections and the like stand beside commission; cancelled deals (13, 14) are booked back by
balance operations of their own.
"""

DAY_SUMS = (
    "deals", "closed", "won", "lots_closed", "profit_minor", "swap_minor", "commission_minor",
    "deposits_minor", "withdrawals_minor", "credits_minor",
)  # fmt: skip

# Composed of this file's own constants; the values travel as parameters.
_RECORD = f"""
    WITH fresh AS (
      INSERT INTO trading_deal ({_NAMES}) SELECT * FROM unnest({_ARRAYS})
      ON CONFLICT (server_id, deal_id) DO NOTHING RETURNING *),
    daily AS ({DAILY.format(source="fresh")}),
    kept AS (
      INSERT INTO trading_dailyresult AS d (id, account_id, day_on, symbol, {", ".join(DAY_SUMS)})
      SELECT id, account_id, day_on, symbol, {", ".join(DAY_SUMS)} FROM daily
      ON CONFLICT (account_id, day_on, symbol) DO UPDATE
      SET {", ".join(f"{name} = d.{name} + excluded.{name}" for name in DAY_SUMS)}),
    sums AS (
      UPDATE trading_tradingaccount a SET
        deals_balance_minor = a.deals_balance_minor + s.balance,
        deals_credit_minor = a.deals_credit_minor + s.credit
      FROM (SELECT account_id, sum(credits_minor) AS credit,
              sum(profit_minor + swap_minor + commission_minor
                  + deposits_minor + withdrawals_minor) AS balance
            FROM daily GROUP BY account_id) s
      WHERE a.id = s.account_id)
    SELECT deal_id FROM fresh
"""  # noqa: S608


@transaction.atomic
def record_deals(
    server_id: uuid.UUID,
    deals: Sequence[Deal],
    *,
    accounts: Mapping[int, TradingAccount],
    mark: Mark | None = None,
) -> int:
    """Record those of ``deals`` that are new, with what follows from them; return how many.

    Rows, daily results, balances, events and the cursor are one transaction. Recording a deal
    twice is harmless. ``accounts`` holds the account of every login among them.

    Raises:
        Outrun: Another worker reads this server by now; nothing was written.
    """
    if mark is not None:
        _advance(server_id, mark)
    if not deals:
        return 0
    rows = [_row(server_id, deal, accounts[deal.login]) for deal in deals]
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [list(column) for column in zip(*rows, strict=True)])
        fresh = {number for (number,) in cursor.fetchall()}
    announce([deal for deal in deals if deal.deal_id in fresh], accounts=accounts)
    return len(fresh)


def _advance(server_id: uuid.UUID, mark: Mark) -> None:
    mine = ServerSync.objects.filter(pk=server_id, fence__lte=mark.fence)
    if not mine.update(cursor_server_s=mark.cursor_server_s, fence=mark.fence):
        raise Outrun(str(server_id))


def _row(server_id: uuid.UUID, deal: Deal, account: TradingAccount) -> tuple[Any, ...]:
    currency = account.currency
    return (
        new_id(),
        server_id,
        deal.deal_id,
        account.pk,
        deal.login,
        int(deal.action),
        int(deal.entry),
        deal.position_id,
        deal.order_id,
        deal.symbol,
        deal.digits,
        deal.lots,
        deal.lots_closed,
        deal.contract_size,
        deal.price,
        deal.price_position,
        to_minor(deal.profit, currency),
        to_minor(deal.swap, currency),
        to_minor(deal.commission + deal.fee, currency),
        deal.comment[:64],
        deal.done_at,
        deal.done_server_ms,
    )
