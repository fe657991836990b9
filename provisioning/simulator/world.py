"""Everything a simulated server consists of, held together."""

from __future__ import annotations

import fnmatch
import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from sqlite3 import Row

from provisioning.simulator.catalogue import DIGITS, HOUSE, MANAGERS, PERMISSIONS, SECOND_HOUSE
from provisioning.simulator.clock import Clock
from provisioning.simulator.market import Market, Quote
from provisioning.simulator.options import Options
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.store import Store, dumps, loads

NETTING, HEDGING = "0", "2"
"""Margin modes of a group, as the protocol numbers them."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of accounts. ``commission`` is per lot and side in ``currency``."""

    name: str
    currency: str
    digits: int
    markup: int
    commission: Decimal
    margin_call: Decimal
    stop_out: Decimal
    leverage: int
    demo_deposit: Decimal
    is_netting: bool = False
    """One position per symbol, as on exchanges; otherwise every trade is a position of its own."""


OF_ACCOUNTS = ("users", "deals", "orders", "positions", "alarms", "archive", "traders")
"""The tables whose rows belong to accounts."""


@dataclass
class World:
    """One server: its book, its clock, its market, and what only memory holds."""

    options: Options
    store: Store
    clock: Clock
    market: Market
    awake: set[int] = field(default_factory=set)
    """Logins with activity since the last restart: only they have an ``account/get``."""
    bound: dict[int, float] = field(default_factory=dict)
    """By position what a lot of it binds without leverage, in minor units; roughly."""
    requests: int = 0
    """Last number given to a dealer request."""
    groups: dict[str, Group] = field(default_factory=dict)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do it all or nothing."""
        self.store.begin()
        try:
            yield
        except BaseException:
            self.store.rollback()
            raise
        self.store.commit()

    def user(self, login: int) -> Row:
        """An account's row.

        Raises:
            Retcode: 13, there is none.
        """
        row = self.store.one("select * from users where login = ?", login)
        if row is None:
            raise Retcode(13)
        return row

    def group_of(self, login: int) -> Group:
        """The group that an account is in."""
        return self.groups[str(self.user(login)["grp"]).lower()]

    def find_group(self, name: str) -> Group | None:
        """A group by its name, in any case of letters."""
        return self.groups.get(name.lower())

    def quote(self, symbol: str, group: Group | None = None, at_ms: int | None = None) -> Quote:
        """The price that accounts of a group see."""
        moment = self.clock.now_ms() if at_ms is None else at_ms
        return self.market.quote(symbol, moment, markup=group.markup if group else 0)

    def dice(self, *names: object) -> random.Random:
        """Luck that is the same whenever the same names are given."""
        seed = f"{self.options.seed}/" + "/".join(str(name) for name in names)
        return random.Random(seed)  # noqa: S311 - a market's luck, not a secret

    def wipe(self) -> None:
        """Forget every account and what happened on it."""
        with self.transaction():
            for table in OF_ACCOUNTS:
                self.store.run(f"delete from {table}")  # noqa: S608 - own names
        self.awake.clear()
        self.bound.clear()

    def load_groups(self) -> None:
        """Read the groups of the book."""
        self.groups = {
            str(row["name"]).lower(): _group(row) for row in self.store.all("select * from groups")
        }


def open_world(options: Options) -> World:
    """A server as its book says, or a new one."""
    store = Store(options.state)
    if store.get("seed") is None:
        _found(store, options)
    clock = Clock(store, speed=options.speed, utc_offset_minutes=options.utc_offset_minutes)
    market = Market(store, seed=options.seed, open_weekends=options.open_weekends)
    world = World(options=options, store=store, clock=clock, market=market)
    _add_missing_managers(world)
    world.load_groups()
    return world


def api_password(seed: int, login: int) -> str:
    """The first API password of a manager: follows from the seed, meets the password rule."""
    digest = hashlib.sha256(f"{seed}/{login}/api".encode()).hexdigest()
    return f"Sim!{digest[:10]}A"


def matches(name: str, masks: str) -> bool:
    """Whether a name fits comma-separated masks: ``*`` is any text, a leading ``!`` excludes."""
    wanted = [mask.strip().lower() for mask in masks.split(",") if mask.strip()]
    lower = name.lower()
    if any(mask[0] == "!" and _fits(lower, mask[1:]) for mask in wanted):
        return False
    return any(mask[0] != "!" and _fits(lower, mask) for mask in wanted)


def _fits(name: str, mask: str) -> bool:
    return fnmatch.fnmatchcase(name, mask.replace("[", "[[]").replace("?", "[?]"))


def _found(store: Store, options: Options) -> None:
    store.put("seed", str(options.seed))
    for spec in (*HOUSE, *SECOND_HOUSE):
        settings = {
            "markup": spec.markup,
            "commission": spec.commission,
            "margin_call": spec.margin_call,
            "stop_out": spec.stop_out,
            "leverage": spec.leverage,
            "demo_deposit": spec.demo_deposit,
        }
        store.insert(
            "groups",
            {
                "name": spec.name,
                "currency": spec.currency,
                "digits": DIGITS[spec.currency],
                "settings": dumps(settings),
            },
        )


def _add_missing_managers(world: World) -> None:
    for login, groups in MANAGERS[: world.options.managers]:
        if world.store.one("select 1 from managers where login = ?", login) is None:
            world.store.insert(
                "managers",
                {
                    "login": login,
                    "api_password": api_password(world.options.seed, login),
                    "is_enabled": 1,
                    "must_change": 0,
                    "permissions": ",".join(PERMISSIONS),
                    "groups": groups,
                },
            )


def _group(row: Row) -> Group:
    settings = loads(row["settings"])
    return Group(
        name=row["name"],
        currency=row["currency"],
        digits=row["digits"],
        markup=int(settings["markup"]),
        commission=Decimal(settings["commission"]),
        margin_call=Decimal(settings["margin_call"]),
        stop_out=Decimal(settings["stop_out"]),
        leverage=int(settings["leverage"]),
        demo_deposit=Decimal(settings["demo_deposit"]),
        is_netting=settings.get("margin_mode") == NETTING,
    )
