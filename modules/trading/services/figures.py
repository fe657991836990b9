"""Recording what the server says stands now: balances, margin, open positions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from kernel import clock
from kernel.events import publish
from kernel.ids import new_id
from modules.trading.events import MarginCallEntered
from modules.trading.models import TradingAccount
from modules.trading.services.amounts import to_minor
from provisioning.servers.types import AccountState, Position

_STATES = """
    UPDATE trading_tradingaccount a SET
      balance_minor = s.balance, credit_minor = s.credit, equity_minor = s.equity,
      margin_minor = s.margin, free_margin_minor = s.free, floating_minor = s.floating,
      margin_level_percent = s.level, is_margin_called = s.called, state_at = s.at,
      uneven_at = CASE WHEN s.balance = a.deals_balance_minor
                        AND s.credit = a.deals_credit_minor THEN NULL
                       ELSE coalesce(a.uneven_at, s.at) END
    FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                %s::bigint[], %s::numeric[], %s::boolean[], %s::timestamptz[])
      AS s(id, balance, credit, equity, margin, free, floating, level, called, at)
    WHERE a.id = s.id
"""

_SNAPSHOTS = """
    INSERT INTO trading_accountsnapshot AS p
      (id, account_id, hour_at, balance_minor, credit_minor, equity_minor, margin_minor,
       free_margin_minor, margin_level_percent)
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::bigint[], %s::bigint[],
                         %s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[])
    ON CONFLICT (account_id, hour_at) DO UPDATE SET
      balance_minor = excluded.balance_minor, credit_minor = excluded.credit_minor,
      equity_minor = excluded.equity_minor, margin_minor = excluded.margin_minor,
      free_margin_minor = excluded.free_margin_minor,
      margin_level_percent = excluded.margin_level_percent
"""

_POSITIONS = """
    INSERT INTO trading_position AS p
      (id, account_id, position_id, symbol, is_buy, digits, lots, price_open, price_current,
       price_stop_loss, price_take_profit, profit_minor, swap_minor, opened_at, seen_at)
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::text[], %s::boolean[],
      %s::smallint[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[],
      %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
    ON CONFLICT (account_id, position_id) DO UPDATE SET
      lots = excluded.lots, price_open = excluded.price_open,
      price_current = excluded.price_current, price_stop_loss = excluded.price_stop_loss,
      price_take_profit = excluded.price_take_profit, profit_minor = excluded.profit_minor,
      swap_minor = excluded.swap_minor, seen_at = excluded.seen_at
"""

_GONE = """
    DELETE FROM trading_position p USING trading_tradingaccount a
    WHERE a.id = p.account_id AND a.server_id = %s AND p.seen_at <> %s
"""


@transaction.atomic
def record_states(
    states: Sequence[AccountState], *, accounts: Mapping[int, TradingAccount]
) -> None:
    """Record what accounts hold now, and an hourly snapshot of those that moved.

    Opens a transaction; two statements however many accounts.
    """
    moment = clock.now()
    known = [(accounts[state.login], state) for state in states if state.login in accounts]
    if not known:
        return
    rows = [(account.pk, *_figures(account, state), moment) for account, state in known]
    moved = [
        row for row, (account, _s) in zip(rows, known, strict=True) if _has_moved(account, row)
    ]
    _send(_STATES, rows)
    hour = moment.replace(minute=0, second=0, microsecond=0)
    _send(_SNAPSHOTS, [(new_id(), r[0], hour, *r[1:6], r[7]) for r in moved])
    for account, state in known:
        _tell_margin_call(account, state)


@transaction.atomic
def record_positions(
    server_id: uuid.UUID,
    positions: Sequence[Position],
    *,
    accounts: Mapping[int, TradingAccount],
) -> None:
    """Make the open positions of a server those given: all of the mapped groups'.

    Opens a transaction; two statements however many positions.
    """
    moment = clock.now()
    rows = [
        _position(position, accounts[position.login], moment)
        for position in positions
        if position.login in accounts
    ]
    _send(_POSITIONS, rows)
    with connection.cursor() as cursor:
        cursor.execute(_GONE, [server_id, moment])


def _figures(account: TradingAccount, state: AccountState) -> tuple[Any, ...]:
    money = (
        state.balance,
        state.credit,
        state.equity,
        state.margin,
        state.free_margin,
        state.floating_profit,
    )
    minor = tuple(to_minor(amount, account.currency) for amount in money)
    return (*minor, state.margin_level_percent, state.is_margin_called)


def _has_moved(account: TradingAccount, row: tuple[Any, ...]) -> bool:
    """Whether balance or equity differ from what we had, or we had nothing."""
    return account.state_at is None or row[1:4:2] != (account.balance_minor, account.equity_minor)


def _position(position: Position, account: TradingAccount, moment: Any) -> tuple[Any, ...]:
    return (
        new_id(),
        account.pk,
        position.position_id,
        position.symbol,
        position.side == 0,
        position.digits,
        position.lots,
        position.price_open,
        position.price_current,
        position.price_stop_loss,
        position.price_take_profit,
        to_minor(position.profit, account.currency),
        to_minor(position.swap, account.currency),
        position.opened_at,
        moment,
    )


def _send(statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def _tell_margin_call(account: TradingAccount, state: AccountState) -> None:
    entered = state.is_margin_called and not account.is_margin_called
    if entered and account.client_id is not None:
        publish(
            MarginCallEntered(
                account_id=account.pk,
                client_id=account.client_id,
                login=state.login,
                is_live=account.is_live,
                margin_level_percent=state.margin_level_percent,
                entered_at=clock.now(),
            )
        )
