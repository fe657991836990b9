"""What closed trades add up to, with their share of what opening the positions cost."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from decimal import Decimal

from django.db import connection

from kernel.money import Money
from modules.trading.queries.history import midnight
from modules.trading.types import HistoryFilter, TradeTotals

_TOTALS = """
    WITH closing AS (
      SELECT d.account_id, d.position_id, d.symbol, d.lots_closed, d.profit_minor, d.swap_minor,
             d.commission_minor, a.currency, a.cent_factor
      FROM trading_deal d JOIN trading_tradingaccount a ON a.id = d.account_id
      WHERE d.account_id = ANY(%(ids)s) AND d.action IN (0, 1) AND d.entry IN (1, 2, 3)
        AND (%(symbol)s::text = '' OR d.symbol = %(symbol)s)
        AND (%(since)s::timestamptz IS NULL OR d.done_at >= %(since)s)
        AND (%(until)s::timestamptz IS NULL OR d.done_at < %(until)s)),
    opening AS (
      SELECT account_id, position_id,
             sum(swap_minor + commission_minor)::numeric / nullif(sum(lots), 0) AS per_lot
      FROM trading_deal
      WHERE account_id = ANY(%(ids)s) AND action IN (0, 1) AND entry = 0 GROUP BY 1, 2),
    trades AS (
      SELECT c.*, c.commission_minor + coalesce(round(o.per_lot * c.lots_closed), 0) AS costs
      FROM closing c LEFT JOIN opening o USING (account_id, position_id)),
    nets AS (SELECT *, profit_minor + swap_minor + costs AS net FROM trades)
    SELECT currency, symbol, count(*), count(*) FILTER (WHERE net > 0), sum(lots_closed),
           round(sum(net / cent_factor))::bigint,
           round(coalesce(sum(net / cent_factor) FILTER (WHERE net > 0), 0))::bigint,
           round(sum(costs / cent_factor))::bigint,
           round(sum(swap_minor::numeric / cent_factor))::bigint
    FROM nets GROUP BY 1, 2 ORDER BY 1, 2
"""


def symbol_totals(wanted: HistoryFilter) -> tuple[TradeTotals, ...]:
    """What the closed trades add up to in real money, per currency and symbol.

    A partial close bears its part of the opening costs by lots, rounded to the minor unit.
    """
    after = wanted.to_on + dt.timedelta(days=1) if wanted.to_on else None
    facts = {
        "ids": list(wanted.account_ids),
        "symbol": wanted.symbol,
        "since": midnight(wanted.from_on, wanted.zone) if wanted.from_on else None,
        "until": midnight(after, wanted.zone) if after else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, facts)
        rows = cursor.fetchall()
    return tuple(
        TradeTotals(
            currency=currency,
            symbol=symbol,
            trades=count,
            won=won,
            lots=lots,
            net=Money(net, currency),
            gained=Money(gained, currency),
            commission=Money(costs, currency),
            swap=Money(swap, currency),
        )
        for currency, symbol, count, won, lots, net, gained, costs, swap in rows
    )


def trade_totals(wanted: HistoryFilter) -> tuple[TradeTotals, ...]:
    """The same per currency alone."""
    by_currency = itertools.groupby(symbol_totals(wanted), key=lambda one: one.currency)
    return tuple(_summed(currency, list(group)) for currency, group in by_currency)


def _summed(currency: str, parts: list[TradeTotals]) -> TradeTotals:
    def money(amounts: Iterable[Money]) -> Money:
        return sum(amounts, start=Money(0, currency))

    return TradeTotals(
        currency=currency,
        symbol="",
        trades=sum(one.trades for one in parts),
        won=sum(one.won for one in parts),
        lots=sum((one.lots for one in parts), Decimal(0)),
        net=money(one.net for one in parts),
        gained=money(one.gained for one in parts),
        commission=money(one.commission for one in parts),
        swap=money(one.swap for one in parts),
    )
