"""Pending orders of an account, read from its server when somebody looks."""

from __future__ import annotations

from modules.trading.types import AccountLine, OrderLine
from provisioning.servers.services import trading_server
from provisioning.servers.types import Order


def pending_orders(account: AccountLine) -> tuple[OrderLine, ...]:
    """The orders that wait on the server now, newest first. Talks over the network.

    Needs no transaction, and must not be in one.

    Raises:
        Unavailable: The server does not answer.
    """
    if account.login is None:
        return ()
    with trading_server(account.server_id) as server:
        found = server.orders_of([account.login])
    return tuple(_line(one) for one in sorted(found, key=lambda one: one.placed_at, reverse=True))


def _line(one: Order) -> OrderLine:
    return OrderLine(
        order_id=one.order_id,
        symbol=one.symbol,
        kind=one.type.name.lower().replace("_", " "),
        is_buy=one.type.name.startswith("BUY"),
        lots=one.lots_current,
        price=one.price,
        price_stop_loss=one.price_stop_loss,
        price_take_profit=one.price_take_profit,
        placed_at=one.placed_at,
        expires_at=one.expires_at,
    )
