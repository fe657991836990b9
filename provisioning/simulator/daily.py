"""Daily reports: what an account was worth at the end of each of the server's days.

Nothing is kept for them. Deals say what an account held at any moment and the market what that was
worth, so the report of any day is worked out when it is asked for, a made-up past included.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from sqlite3 import Row

from provisioning.simulator.clock import DAY_MS, MS, day_of
from provisioning.simulator.ledger import Holding, Ledger, deals_until
from provisioning.simulator.margin import BUY, margin_of, money_of_points
from provisioning.simulator.risk import nights, swap_points
from provisioning.simulator.world import Group, World

CLOSES_MS = DAY_MS - MS
"""Reports are made in the last second of a day."""


@dataclass(frozen=True, slots=True)
class Open:
    """An open position at the end of a day; money in minor units, price in points."""

    holding: Holding
    price: int
    profit: int
    storage: int
    margin: int


@dataclass(frozen=True, slots=True)
class Report:
    """The end of one day of one account, in minor units."""

    day: int
    balance: int
    credit: int
    balance_before: int
    equity_before: int
    opens: tuple[Open, ...]
    deals: tuple[Row, ...]
    """The deals of the day."""

    @property
    def at_ms(self) -> int:
        """Platform time of the report."""
        return self.day * DAY_MS + CLOSES_MS

    @property
    def profit(self) -> int:
        """Open profit without swaps."""
        return sum(one.profit for one in self.opens)

    @property
    def storage(self) -> int:
        """Swaps of open positions."""
        return sum(one.storage for one in self.opens)

    @property
    def margin(self) -> int:
        """What the open positions bind."""
        return sum(one.margin for one in self.opens)

    @property
    def equity(self) -> int:
        """What the account was worth."""
        return self.balance + self.credit + self.profit + self.storage


def days_between(world: World, user: Row, since_s: int, until_s: int) -> range:
    """The days whose reports were made in a window: none before the account, none of today."""
    first = max(day_of(user["registered_s"] * MS), day_of(since_s * MS + DAY_MS - CLOSES_MS - 1))
    last = min(day_of(until_s * MS - CLOSES_MS), day_of(world.clock.now_ms()) - 1)
    return range(first, last + 1)


def reports(world: World, user: Row, days: range) -> Iterator[Report]:
    """The reports of an account for consecutive days, oldest first."""
    if not days:
        return
    group = world.groups[str(user["grp"]).lower()]
    deals = deals_until(world, user["login"], days[-1] * DAY_MS + CLOSES_MS)
    ledger, told = Ledger(), 0
    before = _Before()
    for day in range(days[0] - 1, days[-1] + 1):
        since = told
        while told < len(deals) and deals[told]["time_ms"] <= day * DAY_MS + CLOSES_MS:
            ledger.tell(deals[told])
            told += 1
        opens = tuple(
            _valued(world, group, user["leverage"], held, day) for held in ledger.holdings.values()
        )
        report = Report(
            day, ledger.balance, ledger.credit, before.balance, before.equity, opens,
            tuple(deals[since:told]),
        )  # fmt: skip
        if day in days:
            yield report
        before = _Before(report.balance, report.equity)


@dataclass(frozen=True, slots=True)
class _Before:
    balance: int = 0
    equity: int = 0


def _valued(world: World, group: Group, leverage: int, held: Holding, day: int) -> Open:
    at_ms = day * DAY_MS + CLOSES_MS
    quote = world.quote(held.symbol, group, at_ms)
    price = quote.bid if held.side == BUY else quote.ask
    points = (price - held.price_open) * (1 if held.side == BUY else -1)
    paid = sum(nights(one) for one in range(day_of(held.opened_ms) + 1, day + 1))
    swap = money_of_points(
        world,
        group,
        symbol=held.symbol,
        points=swap_points(world, held.symbol, held.side) * paid,
        volume=held.volume,
        at_ms=at_ms,
    )
    return Open(
        holding=Holding(**vars(held)),
        price=price,
        profit=money_of_points(
            world, group, symbol=held.symbol, points=points, volume=held.volume, at_ms=at_ms
        ),
        storage=swap // 10,
        margin=margin_of(
            world,
            group,
            symbol=held.symbol,
            volume=held.volume,
            leverage=leverage,
            at_ms=held.opened_ms,
        ),
    )
