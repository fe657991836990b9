from __future__ import annotations

import pytest

from provisioning.simulator import bulk, desk
from provisioning.simulator.api import trades
from provisioning.simulator.bulk import Wish
from provisioning.simulator.calls import Call, Manager, Session
from provisioning.simulator.options import Options
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.world import open_world

pytestmark = pytest.mark.no_database

EVER = {"from": "0", "to": "9999999999"}
ALL = "real\\*,demo\\*"
BIG_TABLES = ("deals", "orders", "users", "d", "u")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    opened = open_world(Options(state=tmp_path_factory.mktemp("paging"), open_weekends=True))
    bulk.load(opened, Wish(accounts=500, deals=4_000, days=10, positions=50))
    yield opened
    opened.store.close()


@pytest.fixture
def ask(world):
    """Ask on one connection with all rights."""
    session = Session()
    rights = frozenset(desk.ROUTES[path].permission for path in desk.ROUTES)

    def make(path: str, **values: object):
        call = Call(world, session, Manager(1000, rights, ALL), {**EVER, **values})
        return desk.ROUTES[path].handler(call)

    return make


@pytest.fixture
def busiest(world):
    return world.store.number(
        "select login from deals group by login order by count(*) desc, login limit 1"
    )


@pytest.fixture(params=[3, 400])
def few_logins(monkeypatch, request):
    monkeypatch.setattr(trades, "FEW_LOGINS", request.param)


def numbers(answer, key="Deal"):
    return [row[key] for row in answer["answer"]]


def test_pages_one_after_the_other_give_all_rows_once(world, ask, busiest):
    total = int(ask("/api/deal/get_total", login=busiest)["answer"]["Total"])
    found = []
    while page := numbers(ask("/api/deal/get_page", login=busiest, offset=len(found), total=7)):
        found += page

    assert len(found) == total > 21
    assert found == numbers(ask("/api/deal/get_batch", login=busiest))


def test_a_page_out_of_turn_is_the_same_page(ask, busiest):
    in_turn = [
        numbers(ask("/api/deal/get_page", login=busiest, offset=start, total=5))
        for start in (0, 5, 10)
    ]

    assert numbers(ask("/api/deal/get_page", login=busiest, offset=5, total=5)) == in_turn[1]
    assert numbers(ask("/api/deal/get_page", login=busiest, offset=10, total=5)) == in_turn[2]
    assert numbers(ask("/api/deal/get_page", login=busiest, offset=0, total=5)) == in_turn[0]


def test_other_windows_and_symbols_do_not_share_their_places(world, ask, busiest):
    symbol = "EURUSD"
    ask("/api/deal/get_page", login=busiest, offset=0, total=4)

    chosen = ask("/api/deal/get_page", login=busiest, offset=4, total=100, symbol=symbol)

    every = ask("/api/deal/get_batch", login=busiest, symbol=symbol)
    assert numbers(chosen) == numbers(every)[4:]
    assert {row["Symbol"] for row in every["answer"]} == {symbol}


def test_a_connection_remembers_a_few_places_only(world):
    session = Session()
    for number in range(100):
        session.keep_place(("deals", number), 5, (1, 2))

    assert len(session.places) == 32
    assert ("deals", 99) in session.places


def test_groups_in_a_window_give_the_rows_of_their_accounts(world, ask):
    by_group = numbers(ask("/api/deal/get_batch", group="real\\*"))
    few = numbers(ask("/api/deal/get_batch", group="real\\raw-usd"))
    logins = ask("/api/user/logins", group="real\\*")["answer"]
    one_by_one = [
        deal for login in logins for deal in numbers(ask("/api/deal/get_batch", login=login))
    ]

    assert sorted(by_group) == sorted(one_by_one)
    assert set(few) < set(by_group)


def test_many_accounts_are_read_along_the_time(world, ask, monkeypatch):
    slow = numbers(ask("/api/deal/get_batch", group="real\\*"))
    monkeypatch.setattr(trades, "FEW_LOGINS", 3)
    quick = numbers(ask("/api/deal/get_batch", group="real\\*"))
    positions = numbers(ask("/api/position/get_batch", group="real\\*"), "Position")

    assert sorted(quick) == sorted(slow)
    assert quick == sorted(quick, key=int)
    assert len(positions) == len(set(positions)) > 10


@pytest.mark.parametrize("few", [3, 400])
def test_what_is_too_much_is_cut_and_says_so(ask, monkeypatch, few):
    monkeypatch.setattr(trades, "MOST_ROWS", 10)
    monkeypatch.setattr(trades, "FEW_LOGINS", few)

    answer = ask("/api/deal/get_batch", group=ALL)

    assert (answer["retcode"], len(answer["answer"])) == (14, 10)


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/api/deal/get", {"ticket": 600}),
        ("/api/deal/get_total", {}),
        ("/api/deal/get_page", {"offset": 5, "total": 5}),
        ("/api/deal/get_batch", {}),
        ("/api/deal/get_batch", {"login": None, "group": ALL}),
        ("/api/deal/get_batch", {"login": None, "group": "real\\raw-usd"}),
        ("/api/deal/get_batch", {"login": None, "ticket": "601,602"}),
        ("/api/history/get_total", {}),
        ("/api/history/get_page", {"offset": 5, "total": 5}),
        ("/api/history/get_batch", {}),
        ("/api/history/get_batch", {"login": None, "group": ALL}),
        ("/api/order/get_total", {}),
        ("/api/order/get_page", {}),
        ("/api/order/get_batch", {}),
        ("/api/order/get_batch", {"login": None, "group": ALL}),
        ("/api/position/get_total", {}),
        ("/api/position/get_page", {}),
        ("/api/position/get_batch", {}),
        ("/api/user/get_batch", {}),
        ("/api/user/get_batch", {"login": None, "group": "real\\raw-usd"}),
        ("/api/user/logins", {"login": None, "group": "real\\raw-usd"}),
        ("/api/user/account/get_batch", {}),
        ("/api/user/check_balance", {}),
        ("/api/user/total", {}),
    ],
)
@pytest.mark.usefixtures("few_logins")
def test_no_call_reads_a_whole_table(world, ask, busiest, path, values):
    given = {"login": busiest} | values
    wanted = {name: value for name, value in given.items() if value is not None}
    with world.store.watched() as statements:
        try:
            ask(path, **wanted)
            ask(path, **wanted)
        except Retcode as refused:
            pytest.fail(str(refused))

    assert statements
    for statement in statements:
        for step in world.store.all(f"explain query plan {statement}"):
            told = str(step["detail"])
            scanned = told.startswith("SCAN") and told.split()[1] in BIG_TABLES
            assert not scanned or "INDEX" in told, f"{path}: {told} in {statement}"
