"""Deals, positions and orders."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from provisioning.servers.types.codes import DealAction, DealEntry, OrderState, OrderType, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """An execution or a movement of money: the unit of all history."""

    deal_id: int
    login: int
    order_id: int
    position_id: int
    action: DealAction
    entry: DealEntry
    symbol: str
    digits: int
    lots: Decimal
    lots_closed: Decimal
    contract_size: Decimal
    price: Decimal
    price_position: Decimal
    """Open price of the position that an OUT deal closes; 0 otherwise."""
    price_stop_loss: Decimal
    price_take_profit: Decimal
    profit: Decimal
    swap: Decimal
    commission: Decimal
    fee: Decimal
    rate_profit: Decimal
    reason: int
    comment: str
    external_id: str
    dealer: int
    done_at: dt.datetime
    done_server_ms: int

    @property
    def is_trade(self) -> bool:
        """Whether something was bought or sold, as against money moved."""
        return self.action in {DealAction.BUY, DealAction.SELL}

    @property
    def result(self) -> Decimal:
        """What the deal did to the account, in its currency."""
        return self.profit + self.swap + self.commission + self.fee


@dataclass(frozen=True, slots=True, kw_only=True)
class DealCursor:
    """How far deals have been read, in seconds of the server's clock. Store the number."""

    server_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DealPage:
    """Deals of one window, oldest first, and where to go on.

    Windows overlap by some minutes, so keep deals by ``deal_id``: seeing one twice is normal.
    """

    deals: tuple[Deal, ...]
    cursor: DealCursor
    is_caught_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """An open exposure."""

    position_id: int
    login: int
    symbol: str
    side: Side
    digits: int
    lots: Decimal
    contract_size: Decimal
    price_open: Decimal
    price_current: Decimal
    price_stop_loss: Decimal
    price_take_profit: Decimal
    profit: Decimal
    swap: Decimal
    comment: str
    opened_at: dt.datetime
    opened_server_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An instruction that still waits."""

    order_id: int
    login: int
    symbol: str
    type: OrderType
    state: OrderState
    digits: int
    lots_initial: Decimal
    lots_current: Decimal
    price: Decimal
    price_trigger: Decimal
    price_stop_loss: Decimal
    price_take_profit: Decimal
    comment: str
    placed_at: dt.datetime
    placed_server_ms: int
    expires_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketOrder:
    """A trade at market on a client's behalf; ``closes_position`` names the position to close."""

    login: int
    symbol: str
    side: Side
    lots: Decimal
    closes_position: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """What became of a market order."""

    deal_id: int
    order_id: int
    price: Decimal
    lots: Decimal
