"""Recording the server's deals: a few statements for rows, daily results, balances and events."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from django.db import connection, transaction
from django.db.utils import IntegrityError

from kernel.ids import new_ids
from modules.trading.models import ServerSync, TradingAccount
from modules.trading.services.amounts import to_minor
from modules.trading.services.announcing import announce, announce_rows
from provisioning.servers.types import Deal

MANY = 200
"""From so many deals on, COPY is faster than one statement with arrays."""


class Outrun(RuntimeError):
    """Another worker has taken over reading this server: nothing more may be written."""


class Advance(Protocol):
    """What remembers how far a page of deals reads; called in the transaction of the page."""

    def __call__(self, server_id: uuid.UUID, *, new: int) -> None:
        """Write it down.

        Raises:
            Outrun: Somebody else has taken over; the transaction is rolled back.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a page of deals reads, and the number of the lease under which it was read."""

    cursor_server_s: int
    fence: int

    def __call__(self, server_id: uuid.UUID, *, new: int) -> None:  # noqa: ARG002 - see Advance
        """Advance the server's cursor.

        Raises:
            Outrun: A later lease has written.
        """
        mine = ServerSync.objects.filter(pk=server_id, fence__lte=self.fence)
        if not mine.update(cursor_server_s=self.cursor_server_s, fence=self.fence):
            raise Outrun(str(server_id))


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
    SELECT min(id::text COLLATE "C")::uuid AS id, account_id,
           date '1970-01-01' + (done_server_ms / 86400000)::int AS day_on,
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

The id of a day is the smallest of its deals': made by the application, and of no other group.
Charges, corrections and the like stand beside commission; cancelled deals (13, 14) are booked
back by balance operations of their own.
"""

DAY_SUMS = (
    "deals", "closed", "won", "lots_closed", "profit_minor", "swap_minor", "commission_minor",
    "deposits_minor", "withdrawals_minor", "credits_minor",
)  # fmt: skip

# Composed of this file's own constants; the values travel as parameters.
_ADD_UP = f"""
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
"""  # noqa: S608

_RECORD = f"""
    WITH fresh AS (
      INSERT INTO trading_deal ({_NAMES}) SELECT * FROM unnest({_ARRAYS})
      ON CONFLICT (server_id, deal_id) DO NOTHING RETURNING *),
    {_ADD_UP}
    SELECT deal_id FROM fresh
"""  # noqa: S608

_COPY = f"COPY trading_deal ({_NAMES}) FROM STDIN"

_SUM = f"""
    WITH fresh AS (
      SELECT * FROM trading_deal WHERE server_id = %s AND deal_id = ANY(%s)),
    {_ADD_UP}
    SELECT count(*) FROM daily
"""  # noqa: S608


@transaction.atomic
def record_deals(
    server_id: uuid.UUID,
    deals: Sequence[Deal],
    *,
    accounts: Mapping[int, TradingAccount],
    mark: Advance | None = None,
) -> int:
    """Record those of ``deals`` that are new, with what follows from them; return how many.

    Rows, daily results, balances, events and the cursor are one transaction. Recording a deal
    twice is harmless. ``accounts`` holds the account of every login among them.

    Raises:
        Outrun: Another worker reads this server by now; nothing was written.
    """
    new: Sequence[Deal] = ()
    if deals:
        _lock_accounts({accounts[deal.login].pk for deal in deals})
        new = _recorded(server_id, deals, accounts)
    if mark is not None:
        mark(server_id, new=len(new))
    return len(new)


def _lock_accounts(ids: set[uuid.UUID]) -> None:
    """Two readers of the same accounts take turns, in an order that cannot deadlock."""
    rows = TradingAccount.objects.filter(pk__in=ids).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))


def _recorded(
    server_id: uuid.UUID, deals: Sequence[Deal], accounts: Mapping[int, TradingAccount]
) -> Sequence[Deal]:
    """The new ones, after they were written and told."""
    if len(deals) >= MANY:
        known = _known(server_id, deals)
        deals = [deal for deal in deals if deal.deal_id not in known]
        if len(deals) >= MANY:
            try:
                with transaction.atomic():
                    return _copy(server_id, deals, accounts)
            except IntegrityError:
                pass  # somebody recorded some of them meanwhile: the slower way can bear it
    return _insert(server_id, deals, accounts) if deals else ()


def _known(server_id: uuid.UUID, deals: Sequence[Deal]) -> set[int]:
    # An array, for a list of twenty thousand parameters costs more than the answer.
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [server_id, [deal.deal_id for deal in deals]])
        return {number for (number,) in cursor.fetchall()}


_KNOWN = "SELECT deal_id FROM trading_deal WHERE server_id = %s AND deal_id = ANY(%s)"


def _copy(
    server_id: uuid.UUID, deals: Sequence[Deal], accounts: Mapping[int, TradingAccount]
) -> Sequence[Deal]:
    with connection.wrap_database_errors, connection.cursor() as cursor:
        with cursor.copy(_COPY) as copy:
            for some in batched(lines_of(server_id, deals, accounts)):
                copy.write(some)
        cursor.execute(_SUM, [server_id, [deal.deal_id for deal in deals]])
        announce_rows(server_id, deals)
    return deals


def _insert(
    server_id: uuid.UUID, deals: Sequence[Deal], accounts: Mapping[int, TradingAccount]
) -> Sequence[Deal]:
    rows = rows_of(server_id, deals, accounts)
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [list(column) for column in zip(*rows, strict=True)])
        fresh = {number for (number,) in cursor.fetchall()}
    new = [deal for deal in deals if deal.deal_id in fresh]
    announce(new, accounts=accounts)
    return new


def rows_of(
    server_id: uuid.UUID, deals: Sequence[Deal], accounts: Mapping[int, TradingAccount]
) -> Iterator[tuple[Any, ...]]:
    """Deals as rows of ours, money in minor units of the account's currency.

    One by one: the database takes the ones before while the next are made.

    Raises:
        Inexact: An amount is finer than its currency.
    """
    for key, deal in zip(new_ids(len(deals)), deals, strict=True):
        account = accounts[deal.login]
        yield (key, server_id, deal.deal_id, account.pk, *told(deal, account))


def lines_of(
    server_id: uuid.UUID, deals: Sequence[Deal], accounts: Mapping[int, TradingAccount]
) -> Iterator[str]:
    """The same rows as lines of COPY's text format: half of what psycopg asks for each value.

    Raises:
        Inexact: An amount is finer than its currency.
    """
    places = {login: f"{account.pk}" for login, account in accounts.items()}
    server = str(server_id)
    for key, deal in zip(new_ids(len(deals)), deals, strict=True):
        values = told(deal, accounts[deal.login])
        if _SPECIAL.search(deal.symbol) or _SPECIAL.search(deal.comment):
            values = tuple(
                value.translate(_ESCAPES) if isinstance(value, str) else value for value in values
            )
        told_here = "\t".join(map(str, values))
        yield f"{key.hex}\t{server}\t{deal.deal_id}\t{places[deal.login]}\t{told_here}\n"


def batched(lines: Iterator[str]) -> Iterator[str]:
    """Some hundred lines at a time, so that the database works while the next are made."""
    while some := "".join(islice(lines, LINES_AT_ONCE)):
        yield some


LINES_AT_ONCE = 500
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
"""What has a meaning in COPY's text format (PostgreSQL manual, COPY, "Text Format")."""
_SPECIAL = re.compile(r"[\\\t\n\r]")
TOLD = tuple(name for name, _kind in _COLUMNS[4:])
"""The columns that the server tells, in the order of :func:`told`."""


def told(deal: Deal, account: TradingAccount) -> tuple[Any, ...]:
    """What the server says of a deal, in our units."""
    currency = account.currency
    return (
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
