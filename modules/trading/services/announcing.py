"""Telling the house what happened on clients' accounts; needs the transaction that recorded it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal

from kernel.events import Event, publish_all, publish_selected
from kernel.ids import new_ids
from modules.trading.events import DealClosed, MoneyMoved, PositionOpened
from modules.trading.models import TradingAccount
from modules.trading.services.amounts import to_minor
from modules.trading.types.accounts import worth
from provisioning.servers.types import Deal, DealAction, DealEntry


def announce(deals: Sequence[Deal], *, accounts: Mapping[int, TradingAccount]) -> None:
    """Publish what the new ``deals`` mean, in the order they were done.

    Only for clients' accounts, and only from the moment we follow them: the history of an account
    that was bound is no news, and nobody may be paid for it again.
    """
    told: list[Event] = []
    for deal in sorted(deals, key=lambda one: one.deal_id):
        account = accounts[deal.login]
        since = account.followed_from_at
        if account.client_id is None or since is None or deal.done_at < since:
            continue
        told += _events(deal, account, account.client_id)
    publish_all(told)


def announce_rows(server_id: uuid.UUID, deals: Sequence[Deal]) -> int:
    """Publish the same of deals that stand in the table already; return how many events.

    One statement that makes them where the deals are: for pages of thousands. An event has the id
    of its deal; one that closes and opens at once has two, the second under an id of its own.
    """
    actions = [action.name.lower() for action in DealAction]
    numbers = [deal.deal_id for deal in deals]
    turned = [deal.deal_id for deal in deals if deal.entry == DealEntry.INOUT]
    parameters = [actions, server_id, numbers]
    return publish_selected(_NEWS, parameters) + (
        publish_selected(_CLOSED, [new_ids(len(turned)), turned, server_id]) if turned else 0
    )


def _worth(column: str) -> str:
    """The real money of an amount of the server, as ``types.accounts.worth`` counts it."""
    return (
        f"CASE a.cent_factor WHEN 1 THEN {column}"
        f" ELSE round({column}::numeric / a.cent_factor)::bigint END"
    )


_RESULT = "(d.profit_minor + d.swap_minor + d.commission_minor)"

# What ``_opened``, ``_closed`` and ``_moved`` say, said by the database; a test compares them.
# Text that is read as JSON costs half of what jsonb_build_object does.
_ABOUT = """
    '"account_id": "' || a.id || '", "client_id": "' || a.client_id || '", "login": ' || d.login
      || ', "deal_id": ' || d.deal_id
"""
_TRADE = """
    ', "position_id": ' || d.position_id || ', "symbol": ' || to_json(d.symbol)
      || ', "price": "' || trim_scale(d.price) || '"'
"""
_CLOSING = f"""
    {_ABOUT} || {_TRADE} || ', "server_id": "' || d.server_id || '", "is_live": ' || a.is_live::text
      || ', "lots": "' || trim_scale(d.lots_closed)
      || '", "contract_size": "' || trim_scale(d.contract_size)
      || '", "profit_minor": ' || ({_worth("d.profit_minor")})
      || ', "swap_minor": ' || ({_worth("d.swap_minor")})
      || ', "commission_minor": ' || ({_worth("d.commission_minor")})
      || ', "cent_factor": ' || a.cent_factor || ', "currency": "' || a.currency
      || '", "closed_at": "' || d.done_at || '"'
"""
_FOLLOWED = """
    FROM trading_deal d JOIN trading_tradingaccount a ON a.id = d.account_id
    {also}
    WHERE d.server_id = %s AND {which}
      AND a.client_id IS NOT NULL AND d.done_at >= a.followed_from_at
"""
_NEWS = f"""
    SELECT d.id, 'trading.TradingAccount:' || a.id AS aggregate,
      CASE WHEN d.action NOT IN (0, 1) THEN 'trading.MoneyMoved'
           WHEN d.entry IN (0, 2) THEN 'trading.PositionOpened' ELSE 'trading.DealClosed' END
        AS name,
      (CASE WHEN d.action NOT IN (0, 1) THEN
         '{{' || {_ABOUT} || ', "is_live": ' || a.is_live::text
           || ', "action": "' || (%s::text[])[d.action + 1]
           || '", "amount_minor": ' || ({_worth(_RESULT)})
           || ', "currency": "' || a.currency || '", "moved_at": "' || d.done_at || '"}}'
       WHEN d.entry IN (0, 2) THEN
         '{{' || {_ABOUT} || {_TRADE} || ', "is_buy": ' || (d.action = 0)::text
           || ', "lots": "' || trim_scale(d.lots - d.lots_closed)
           || '", "opened_at": "' || d.done_at || '"}}'
       ELSE '{{' || {_CLOSING} || '}}' END)::jsonb AS payload
    {_FOLLOWED.format(also="", which="d.deal_id = ANY(%s)")}
"""
_CLOSED = f"""
    SELECT n.id, 'trading.TradingAccount:' || a.id AS aggregate, 'trading.DealClosed' AS name,
      ('{{' || {_CLOSING} || '}}')::jsonb AS payload
    {
    _FOLLOWED.format(
        also="JOIN unnest(%s::uuid[], %s::bigint[]) AS n(id, deal_id) ON n.deal_id = d.deal_id",
        which="true",
    )
}
"""


def _events(deal: Deal, account: TradingAccount, client_id: uuid.UUID) -> tuple[Event, ...]:
    if not deal.is_trade:
        return (_moved(deal, account, client_id),)
    told: list[Event] = []
    if deal.entry in {DealEntry.IN, DealEntry.INOUT}:
        told.append(_opened(deal, account, client_id))
    if deal.entry != DealEntry.IN:
        told.append(_closed(deal, account, client_id))
    return tuple(told)


def _opened(deal: Deal, account: TradingAccount, client_id: uuid.UUID) -> PositionOpened:
    return PositionOpened(
        account_id=account.pk,
        client_id=client_id,
        login=deal.login,
        deal_id=deal.deal_id,
        position_id=deal.position_id,
        symbol=deal.symbol,
        is_buy=deal.action == 0,
        lots=deal.lots - deal.lots_closed,
        price=deal.price,
        opened_at=deal.done_at,
    )


def _closed(deal: Deal, account: TradingAccount, client_id: uuid.UUID) -> DealClosed:
    return DealClosed(
        account_id=account.pk,
        client_id=client_id,
        server_id=account.server_id,
        login=deal.login,
        is_live=account.is_live,
        deal_id=deal.deal_id,
        position_id=deal.position_id,
        symbol=deal.symbol,
        lots=deal.lots_closed,
        contract_size=deal.contract_size,
        price=deal.price,
        profit_minor=_real(deal.profit, account),
        swap_minor=_real(deal.swap, account),
        commission_minor=_real(deal.commission + deal.fee, account),
        cent_factor=account.cent_factor,
        currency=account.currency,
        closed_at=deal.done_at,
    )


def _moved(deal: Deal, account: TradingAccount, client_id: uuid.UUID) -> MoneyMoved:
    return MoneyMoved(
        account_id=account.pk,
        client_id=client_id,
        login=deal.login,
        is_live=account.is_live,
        deal_id=deal.deal_id,
        action=deal.action.name.lower(),
        amount_minor=_real(deal.result, account),
        currency=account.currency,
        moved_at=deal.done_at,
    )


def _real(amount: Decimal, account: TradingAccount) -> int:
    """An amount of the server in minor units of real money."""
    return worth(to_minor(amount, account.currency), account.cent_factor)
