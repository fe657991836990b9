"""Telling the house what happened on clients' accounts; needs the transaction that recorded it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from kernel.events import Event, publish_all
from modules.trading.events import DealClosed, MoneyMoved, PositionOpened
from modules.trading.models import TradingAccount
from modules.trading.services.amounts import to_minor
from provisioning.servers.types import Deal, DealEntry


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
        profit_minor=to_minor(deal.profit, account.currency),
        swap_minor=to_minor(deal.swap, account.currency),
        commission_minor=to_minor(deal.commission + deal.fee, account.currency),
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
        amount_minor=to_minor(deal.result, account.currency),
        currency=account.currency,
        moved_at=deal.done_at,
    )
