"""What the deals of an account say: positions that must be open, and sums at any moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from sqlite3 import Row

from provisioning.simulator.booking import (
    ENTRY_IN,
    ENTRY_IN_OUT,
)
from provisioning.simulator.money import CREDIT_DEALS
from provisioning.simulator.world import World

FIRST_MONEY = 2
"""Actions from here on move money; those before it trade."""


@dataclass
class Holding:
    """A position as deals make it: price in points, volume in 1e-8 lots."""

    position: int
    login: int
    symbol: str
    side: int
    volume: int
    price_open: int
    opened_ms: int
    updated_ms: int
    digits: int
    contract: int

    def columns(self) -> dict[str, object]:
        """The row of the position."""
        return dict(vars(self))


@dataclass
class Ledger:
    """The deals of one account, told one after the other; money in minor units."""

    balance: int = 0
    credit: int = 0
    holdings: dict[int, Holding] = field(default_factory=dict)

    def tell(self, deal: Row) -> None:
        """Take in the next deal."""
        if deal["action"] in CREDIT_DEALS:
            self.credit += deal["profit"]
        else:
            self.balance += deal["profit"] + deal["storage"] + deal["commission"]
        if deal["action"] < FIRST_MONEY:
            self._trade(deal)

    def _trade(self, deal: Row) -> None:
        held = self.holdings.get(deal["position"])
        if held is None:
            if deal["entry"] == ENTRY_IN:
                self.holdings[deal["position"]] = _opened(deal)
            return
        held.updated_ms = deal["time_ms"]
        if deal["entry"] == ENTRY_IN:
            whole = held.volume + deal["volume"]
            cost = held.price_open * held.volume + deal["price"] * deal["volume"]
            held.price_open, held.volume = (2 * cost + whole) // (2 * whole), whole
        elif deal["entry"] == ENTRY_IN_OUT:
            held.side, held.price_open = deal["action"], deal["price"]
            held.volume = deal["volume"] - held.volume
        else:
            held.volume -= deal["closed"]
            if held.volume <= 0:
                del self.holdings[deal["position"]]


def told(deals: Iterable[Row]) -> Ledger:
    """A ledger of all these deals."""
    ledger = Ledger()
    for deal in deals:
        ledger.tell(deal)
    return ledger


def deals_until(world: World, login: int, until_ms: int) -> list[Row]:
    """The deals of an account up to a moment, in order."""
    return world.store.all(
        "select * from deals where login = ? and time_ms <= ? order by time_ms, deal",
        login,
        until_ms,
    )


def _opened(deal: Row) -> Holding:
    return Holding(
        position=deal["position"],
        login=deal["login"],
        symbol=deal["symbol"],
        side=deal["action"],
        volume=deal["volume"],
        price_open=deal["price"],
        opened_ms=deal["time_ms"],
        updated_ms=deal["time_ms"],
        digits=deal["digits"],
        contract=deal["contract"],
    )
