"""Open profit, margin and equity of simulated accounts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from sqlite3 import Row

from provisioning.simulator.world import Group, World

LOT = 100_000_000
BUY, SELL = 0, 1


@dataclass(frozen=True, slots=True)
class State:
    """Money of one account, in minor units of its currency."""

    login: int
    digits: int
    leverage: int
    balance: int
    credit: int
    profit: int
    storage: int
    margin: int
    positions: int

    @property
    def floating(self) -> int:
        """Open profit with swaps."""
        return self.profit + self.storage

    @property
    def equity(self) -> int:
        """What the account is worth now."""
        return self.balance + self.credit + self.floating

    @property
    def free(self) -> int:
        """What is not bound as margin."""
        return self.equity - self.margin

    @property
    def level(self) -> Decimal | None:
        """Equity over margin in per cent; nothing when nothing is bound."""
        if not self.margin:
            return None
        return Decimal(self.equity) * 100 / Decimal(self.margin)


def account_state(world: World, login: int) -> State:
    """The state of an account at the prices of now."""
    user = world.user(login)
    group = world.group_of(login)
    profit = storage = margin = 0
    rows = world.store.all("select * from positions where login = ?", login)
    for row in rows:
        profit += open_profit(world, row, group)
        storage += row["storage"]
        margin += margin_of(
            world,
            group,
            symbol=row["symbol"],
            volume=row["volume"],
            leverage=user["leverage"],
            at_ms=row["opened_ms"],
        )
    return State(
        login=login,
        digits=group.digits,
        leverage=user["leverage"],
        balance=user["balance"],
        credit=user["credit"],
        profit=profit,
        storage=storage,
        margin=margin,
        positions=len(rows),
    )


def open_profit(world: World, row: Row, group: Group) -> int:
    """What a position would bring if closed now, in minor units, without swap."""
    quote = world.quote(row["symbol"], group)
    price = quote.bid if row["side"] == BUY else quote.ask
    moment = world.clock.now_ms()
    return profit_of(world, row, group, price=price, volume=row["volume"], at_ms=moment)


def profit_of(world: World, row: Row, group: Group, *, price: int, volume: int, at_ms: int) -> int:
    """Profit of closing ``volume`` of a position at ``price``, in minor units of the group."""
    return money_of_points(
        world,
        group,
        symbol=row["symbol"],
        points=(price - row["price_open"]) * (1 if row["side"] == BUY else -1),
        volume=volume,
        at_ms=at_ms,
    )


def money_of_points(
    world: World, group: Group, *, symbol: str, points: int, volume: int, at_ms: int
) -> int:
    """What a move of ``points`` is worth, in minor units of the group's currency."""
    spec = world.market.symbols[symbol]
    rate = world.market.rate(spec.profit, group.currency, at_ms)
    in_profit_currency = (
        Decimal(points).scaleb(-spec.digits) * Decimal(volume) / LOT * spec.contract
    )
    return to_minor(in_profit_currency * rate, group.digits)


def margin_of(
    world: World,
    group: Group,
    *,
    symbol: str,
    volume: int,
    leverage: int,
    at_ms: int | None = None,
) -> int:
    """Margin that a position binds: lots x contract / leverage x rate of the base currency.

    The rate is the one of ``at_ms``: for an open position the moment it was opened, as the original
    keeps it, so that what is bound does not move with the market.
    """
    spec = world.market.symbols[symbol]
    lots = Decimal(volume) / LOT
    now = world.clock.now_ms() if at_ms is None else at_ms
    if spec.calc_mode == 0:
        value = lots * spec.contract * world.market.rate(spec.base, group.currency, now)
    else:
        price = Decimal(world.quote(symbol, group, now).ask).scaleb(-spec.digits)
        value = lots * spec.contract * price
        value *= world.market.rate(spec.profit, group.currency, now)
    return to_minor(value * spec.margin_rate / max(1, leverage), group.digits)


def to_minor(amount: Decimal, digits: int) -> int:
    """Whole minor units, rounded as trading servers round."""
    return int(amount.scaleb(digits).quantize(Decimal(1), rounding=ROUND_HALF_UP))
