"""A large book at once: thousands of accounts, millions of deals, all made from one seed.

Chance is thrown in Python, one small row per trade; the deals themselves are made by SQL, so that
nothing but a page of them is ever in memory. As elsewhere prices are those that the market had,
and balances are what the deals add up to.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from provisioning.simulator import bulk_sql
from provisioning.simulator.clock import DAY_MS
from provisioning.simulator.margin import to_minor
from provisioning.simulator.market import Market
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.store import Store, dumps
from provisioning.simulator.users import DEFAULT_RIGHTS, FIRST_LOGIN, details_of, hashed
from provisioning.simulator.world import Group, World, matches

SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "AUDUSD", "EURJPY", "XAUUSD", "USDCHF", "USDCAD")
MOST_MOMENTS, FEWEST_MOMENTS = 60_000, 50 * len(SYMBOLS)
MINUTE_MS, HOUR_MS = 60_000, 3_600_000
LARGEST_HUNDREDTHS = 20
MILLION = 1_000_000
DRAFT = ("moments", "worths", "accounts", "trades", "events", "sums")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How large a book. ``deals`` counts the deposits too; the past is ``days`` long."""

    accounts: int
    deals: int
    days: int = 90
    positions: int | None = None
    """Positions left open; by default one in 25 accounts has one, and no more than 5,000."""

    @property
    def open_positions(self) -> int:
        """Positions that stay open, so many that ``deals`` comes out exactly."""
        trading = self.deals - self.accounts
        wished = min(self.accounts // 25, 5_000) if self.positions is None else self.positions
        wished = min(wished, trading)
        return wished + (trading - wished) % 2

    @property
    def trades(self) -> int:
        """Positions ever opened: all have a first deal, the closed ones a second one."""
        return (self.deals - self.accounts + self.open_positions) // 2


@dataclass(frozen=True, slots=True)
class Book:
    """What was written."""

    accounts: int
    deals: int
    positions: int
    first_login: int


def parse(text: str) -> Wish:
    """A wish as the command line has it: ``accounts=50000,deals=5000000,days=90``.

    Raises:
        ValueError: It is not written like that, or makes no sense.
    """
    return wish_of(dict(part.strip().split("=", 1) for part in text.split(",")))


def wish_of(values: Mapping[str, object]) -> Wish:
    """A wish from named values.

    Raises:
        ValueError: A name is unknown or missing, or the numbers make no sense.
    """
    if not {"accounts", "deals"} <= set(values) <= {"accounts", "deals", "days", "positions"}:
        raise ValueError("accounts and deals are needed; days and positions may be given")
    wish = Wish(**{name: int(str(value)) for name, value in values.items()})
    if not (0 < wish.accounts <= wish.deals and wish.days > 0 and wish.open_positions >= 0):
        raise ValueError("there must be accounts, and a deposit for each of them")
    return wish


def load(world: World, wish: Wish) -> Book:
    """Write the accounts and deals of a wish, in one transaction.

    Raises:
        Retcode: 13, the first manager sees no group.
    """
    store = world.store
    first = max(FIRST_LOGIN, store.number("select max(login) from users") + 1)
    dice = random.Random(f"{world.options.seed}/bulk/{first}")  # noqa: S311 - a market's luck
    until = world.clock.now_ms() - 2 * MINUTE_MS
    begins = until - wish.days * DAY_MS
    with world.transaction():
        store.script(bulk_sql.DRAFT)
        moments = _write_moments(world, dice, wish, begins, until)
        _write_accounts(world, wish, first, begins)
        store.many("insert into temp.bulk_trades values (?, ?, ?, ?, ?, ?)",
                   _trades(dice, wish, first, moments))  # fmt: skip
        _write_deals(store, dice, wish, begins)
        for name in DRAFT:
            store.run(f"drop table temp.bulk_{name}")
    store.settle()
    return Book(wish.accounts, wish.deals, wish.open_positions, first)


def _write_moments(world: World, dice: random.Random, wish: Wish, begins: int, until: int) -> int:
    """The instants of trading with their prices; returns how many there are."""
    wanted = min(MOST_MOMENTS, max(FEWEST_MOMENTS, wish.trades * 2))
    market = world.market
    times: list[int] = []
    for _ in range(20):
        thrown = (dice.randrange(begins, until) for _ in range(wanted - len(times)))
        times += [moment for moment in thrown if market.is_open("EURUSD", moment)]
        if len(times) == wanted:
            break
    if len(times) < FEWEST_MOMENTS:
        raise Retcode(10018)
    times.sort()
    world.store.many(
        "insert into temp.bulk_moments values (?, ?, ?, ?, ?, ?, ?, ?)", _quotes(market, times)
    )
    groups = _groups(world)
    for currency, digits in {(group.currency, group.digits) for group in groups}:
        world.store.many(
            "insert into temp.bulk_worths values (?, ?, ?, ?)",
            _worths(market, times, currency, digits),
        )
    return len(times)


def _quotes(market: Market, times: list[int]) -> Iterator[tuple[object, ...]]:
    for number, moment in enumerate(times):
        spec = market.symbols[SYMBOLS[number % len(SYMBOLS)]]
        quote = market.quote(spec.name, moment)
        yield (
            number, spec.name, moment, quote.bid, quote.ask, spec.digits, spec.contract,
            spec.profit,
        )  # fmt: skip


def _worths(
    market: Market, times: list[int], currency: str, digits: int
) -> Iterator[tuple[object, ...]]:
    """What a point of 0.01 lot is worth at each instant, in millionths of a minor unit."""
    rates: dict[tuple[str, int], Decimal] = {}
    for number, moment in enumerate(times):
        spec = market.symbols[SYMBOLS[number % len(SYMBOLS)]]
        hour = (spec.profit, moment // HOUR_MS)
        if hour not in rates:
            rates[hour] = market.rate(spec.profit, currency, hour[1] * HOUR_MS)
        point = Decimal(spec.contract).scaleb(-spec.digits - 2)
        worth = to_minor(point * rates[hour] * MILLION, digits)
        yield number, currency, worth, str(rates[hour])


def _write_accounts(world: World, wish: Wish, first: int, begins: int) -> None:
    groups = _groups(world)
    registered_s = begins // 1000 - 3600
    rows = (
        (first + number, groups[number % len(groups)], number) for number in range(wish.accounts)
    )
    drafts: list[tuple[object, ...]] = []
    world.store.many(
        "insert into users (login, grp, rights, leverage, registered_s, main, investor, details)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        (_user(drafts, login, group, registered_s) for login, group, _ in rows),
    )
    world.store.many("insert into temp.bulk_accounts values (?, ?, ?, ?, ?)", drafts)


def _user(
    drafts: list[tuple[object, ...]], login: int, group: Group, registered_s: int
) -> tuple[object, ...]:
    """A row of an account; what its deals need to know goes to ``drafts``."""
    fee = to_minor(group.commission * MILLION / 100, group.digits)
    drafts.append((login, group.currency, group.digits, group.markup, fee))
    secret = hashed(login, password_of(login))
    names = {"Name": f"Client {login}", "Email": f"client{login}@example.com"}
    details = dumps(details_of(names))
    return (
        login, group.name, DEFAULT_RIGHTS, group.leverage, registered_s, secret, secret, details,
    )  # fmt: skip


def password_of(login: int) -> str:
    """Main and investor password of an account made in bulk."""
    return f"Bulk!a{login % 10**9}"


def _trades(
    dice: random.Random, wish: Wish, first: int, moments: int
) -> Iterator[tuple[int, int, int, int, int, int]]:
    """Number, login, first and last instant, side, hundredths of a lot.

    The product of two throws picks the account: a few trade a lot, many hardly ever.
    """
    step, last_open = len(SYMBOLS), moments - 1 - len(SYMBOLS)
    longest = max(1, min(moments // 40, 400))
    closed = wish.trades - wish.open_positions
    for number in range(wish.trades):
        luck = dice.getrandbits(64)
        who = (luck & 0xFFFF) * (luck >> 16 & 0xFFFF) * wish.accounts >> 32
        opens = number * last_open // wish.trades
        stays = 1 + (luck >> 32 & 0xFFF) * (luck >> 44 & 0xFFF) * longest // 2**24
        closes = opens + step * min(stays, (moments - 1 - opens) // step)
        lots = 1 + (luck >> 56 & 0x7F) * LARGEST_HUNDREDTHS // 128
        yield number, first + who, opens, closes if number < closed else -1, luck >> 63, lots


def _write_deals(store: Store, dice: random.Random, wish: Wish, begins: int) -> None:
    deal = store.number("select max(deal) from deals")
    order = store.number("select max(ord) from orders")
    indexes = store.all(
        "select name, sql from sqlite_master where type = 'index' and sql is not null"
        " and name in ('deals_by_login', 'deals_by_time', 'orders_done', 'orders_by_time')"
    )
    for row in indexes:
        store.run(f"drop index {row['name']}")
    values = {
        "deal": deal,
        "order": order,
        "accounts": wish.accounts,
        "trades": wish.trades,
        "since": begins - HOUR_MS,
        "luck": dice.randrange(1, 2**20),
    }
    for statement in bulk_sql.FILL:
        store.fill(statement, values)
    store.many("insert into temp.bulk_sums values (?, ?)", _results(store, deal).items())
    for statement in bulk_sql.SETTLE:
        store.fill(statement, values)
    for row in indexes:
        store.run(str(row["sql"]))


def _results(store: Store, deal: int) -> dict[int, int]:
    """What the accounts won or lost, in one pass over the new deals; sorting them takes longer."""
    results: dict[int, int] = defaultdict(int)
    for login, result in store.each(bulk_sql.RESULTS, deal):
        results[login] += result
    return results


def _groups(world: World) -> list[Group]:
    row = world.store.one("select groups from managers order by login limit 1")
    masks = str(row["groups"]) if row else ""
    found = [group for group in world.groups.values() if matches(group.name, masks)]
    if not found:
        raise Retcode(13)
    return sorted(found, key=lambda group: group.name)
