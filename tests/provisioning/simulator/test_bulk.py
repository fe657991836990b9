from __future__ import annotations

from dataclasses import replace

import pytest

from provisioning.simulator import bulk, users
from provisioning.simulator.bulk import Wish
from provisioning.simulator.margin import account_state
from provisioning.simulator.money import figures_of_deals
from provisioning.simulator.options import Options
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.world import open_world
from tests.support.simulator import running

pytestmark = pytest.mark.no_database

SMALL = Wish(accounts=40, deals=3_001, days=20, positions=6)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bulk")
    opened = open_world(Options(state=folder, seed=5, open_weekends=True))
    yield opened, bulk.load(opened, SMALL)
    opened.store.close()


@pytest.fixture
def book(loaded):
    return loaded[1]


@pytest.fixture
def full(loaded):
    return loaded[0]


def test_a_book_has_what_was_asked_for(full, book):
    counts = [
        full.store.number(f"select count(*) from {table}")
        for table in ("users", "deals", "orders", "positions")
    ]

    assert (book.accounts, book.deals, book.positions) == (40, 3_001, 7)
    assert counts == [40, 3_001, 2_961, 7]  # an odd deal more is one position more


def test_every_balance_is_what_the_deals_add_up_to(full, book):
    rows = full.store.all("select login, balance, credit from users")

    assert all(
        figures_of_deals(full, row["login"]) == (row["balance"], row["credit"]) for row in rows
    )
    assert min(row["balance"] for row in rows) > 0


def test_deals_are_made_at_the_prices_that_the_market_had(full, book):
    rows = full.store.all("select * from deals where action < 2 order by deal")

    for row in rows[::97]:
        group = full.group_of(row["login"])
        quote = full.quote(row["symbol"], group, row["time_ms"])
        assert row["price"] == (quote.bid if row["action"] else quote.ask)


def test_profits_follow_from_prices_within_a_minor_unit(full, book):
    rows = full.store.all("select * from deals where entry = 1")

    for row in rows[::53]:
        points = (row["price"] - row["price_position"]) * (1 if row["action"] else -1)
        lots = row["volume"] / 100_000_000
        exact = points / 10 ** row["digits"] * row["contract"] * lots * float(row["rate_profit"])
        assert abs(row["profit"] - exact * 10 ** row["currency_digits"]) <= 1
    assert {row["closed"] for row in rows} == {row["volume"] for row in rows} | {rows[0]["closed"]}


def test_tickets_run_along_the_time_and_every_deal_has_its_order(full, book):
    times = [row["time_ms"] for row in full.store.all("select time_ms from deals order by deal")]
    orphans = full.store.number(
        "select count(*) from deals d where action < 2 and not exists"
        " (select 1 from orders o where o.ord = d.ord and o.login = d.login"
        " and o.position = d.position)"
    )
    opened = full.store.number("select count(*) from deals where entry = 0 and action < 2")
    closed = full.store.number("select count(*) from deals where entry = 1")

    assert times == sorted(times)
    assert times[-1] < full.clock.now_ms()
    assert (orphans, opened - closed) == (0, book.positions)


def test_open_positions_are_carried_without_danger(full, book):
    logins = [row["login"] for row in full.store.all("select distinct login from positions")]

    levels = [account_state(full, login).level for login in logins]

    assert all(level > 100 for level in levels)


def test_a_few_trade_a_lot_and_all_groups_of_the_manager_have_accounts(full, book):
    busiest = full.store.number(
        "select count(*) as c from deals group by login order by c desc limit 1"
    )
    groups = {row["grp"] for row in full.store.all("select distinct grp from users")}

    assert busiest > 3 * SMALL.deals / SMALL.accounts
    assert groups == {name.name for name in full.groups.values() if "-two" not in name.name}


def test_the_password_of_a_bulk_account_is_known(full, book):
    users.check_password(full, book.first_login, "main", bulk.password_of(book.first_login))


def test_a_second_book_stands_beside_the_first(world):
    book = bulk.load(world, Wish(accounts=40, deals=400))
    again = bulk.load(world, Wish(accounts=5, deals=105))

    assert again.first_login == book.first_login + 40
    assert world.store.number("select count(*) from deals") == 505
    assert figures_of_deals(world, again.first_login)[0] == world.user(again.first_login)["balance"]


def test_the_same_seed_makes_the_same_book(options, tmp_path):
    shapes = []
    for name in ("one", "two"):
        world = open_world(replace(options, state=tmp_path / name))
        bulk.load(world, Wish(accounts=5, deals=205))
        shapes.append(
            [
                (row["login"], row["volume"], row["position"])
                for row in world.store.all("select * from deals order by deal")
            ]
        )
        world.store.close()

    assert shapes[0] == shapes[1]


def test_no_index_is_missing_afterwards(world):
    def names():
        return {
            row["name"]
            for row in world.store.all("select name from sqlite_master where type = 'index'")
        }

    before = names()
    bulk.load(world, Wish(accounts=2, deals=10))

    assert names() == before


@pytest.mark.parametrize(
    "text", ["accounts=5", "accounts=5,deals=4", "accounts=0,deals=9", "deals", "a=1,deals=2"]
)
def test_nonsense_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the words are for people
        bulk.parse(text)


def test_a_server_without_groups_has_nowhere_to_put_accounts(world):
    world.store.run("update managers set groups = ''")

    with pytest.raises(Retcode):
        bulk.load(world, Wish(accounts=1, deals=1))


def test_the_command_line_fills_a_book_once_and_the_control_adds_to_it(tmp_path):
    option = ("--bulk", "accounts=6,deals=300,days=10")
    with running(tmp_path, *option) as server:
        first = server.ask("/state")
        added = server.order("/bulk", accounts=3, deals=50)
    with running(tmp_path, *option) as server:
        again = server.ask("/state")

    assert (first["users"], first["deals"]) == (6, 300)
    assert added["deals"] == 50
    assert (again["users"], again["deals"]) == (9, 350)
