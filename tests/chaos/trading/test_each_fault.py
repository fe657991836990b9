"""Every misfortune at every call of an operation: it happens exactly once, whatever goes wrong."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from modules.trading.models import Intent, TradingAccount
from provisioning.servers.services import trading_server
from tests.chaos.trading.scene import LATENESS, START, Scene

pytestmark = [pytest.mark.chaos, pytest.mark.slow]

FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "lost"},
    {"kind": "late", "seconds": LATENESS},
    {"kind": "late_booking", "seconds": LATENESS},
    {"kind": "reset"},
    {"kind": "forbidden"},
    {"kind": "retcode", "retcode": 7},
    {"kind": "retcode", "retcode": 7, "is_booked": True},
    {"kind": "retcode", "retcode": 9},
    {"kind": "retcode", "retcode": 9, "is_booked": True},
    {"kind": "retcode", "retcode": 12},
    {"kind": "retcode", "retcode": 15},
    {"kind": "retcode", "retcode": 15, "is_booked": True},
    {"kind": "retcode", "retcode": 17},
    {"kind": "truncated"},
    {"kind": "html"},
    {"kind": "html", "is_booked": True},
    {"kind": "restart"},
)


def strike(scene: Scene, path: str, fault: dict[str, Any], act: Callable[[], None]) -> None:
    """Let ``act`` happen while ``fault`` waits at ``path``."""
    if fault["kind"] != "restart":
        scene.simulator.control("/faults", path=path, **fault)
        act()
        assert scene.simulator.control("/state")["faults"] == 0, "nothing was struck"
    else:
        # The call is answered late, and the server goes down before it is.
        scene.simulator.control("/faults", path=path, kind="late", seconds=LATENESS)
        going_down = threading.Timer(0.15, scene.simulator.control, args=["/restart"])
        going_down.start()
        act()
        going_down.join()
    scene.simulator.control("/faults/clear")


def name_of(path: str, fault: dict[str, Any]) -> str:
    return " ".join([path, *(str(value) for value in fault.values())])


def test_each_fault_at_each_call_of_a_balance_operation_books_it_once_sag_02_sag_03(scene):
    paths = ("/api/test/access", "/api/trade/balance")
    rest = scene.accounts(len(FAULTS) * len(paths))

    asked: dict[str, uuid.UUID] = {}
    cells = [(path, fault) for path in paths for fault in FAULTS]
    for number, (account_id, (path, fault)) in enumerate(zip(rest, cells, strict=True)):
        name = name_of(path, fault)
        minor = -7_77 if number % 2 else 12_34
        asked[name] = scene.ask_balance(account_id, minor, name)
        strike(scene, path, fault, lambda name=name: scene.attempt(asked[name]))
    scene.work()

    ids = list(asked.values())
    booked = scene.bookings(ids)
    assert dict(zip(asked, scene.states(ids), strict=True)) == dict.fromkeys(asked, "done")
    assert {name: booked[one] for name, one in asked.items()} == dict.fromkeys(asked, 1)
    assert [record.balance for record in scene.records(rest)] == [
        START + (Decimal("-7.77") if number % 2 else Decimal("12.34"))
        for number in range(len(rest))
    ]


def test_each_fault_at_each_call_of_changing_the_group_ends_in_that_group(scene):
    paths = ("/api/test/access", "/api/user/get", "/api/user/update")
    first, *rest = scene.accounts(1 + len(FAULTS) * len(paths))
    scene.attempt(scene.ask_group(first, "no fault"))

    asked: dict[str, uuid.UUID] = {}
    cells = [(path, fault) for path in paths for fault in FAULTS]
    for account_id, (path, fault) in zip(rest, cells, strict=True):
        name = name_of(path, fault)
        asked[name] = scene.ask_group(account_id, name)
        strike(scene, path, fault, lambda name=name: scene.attempt(asked[name]))
    scene.work()

    states = scene.states(list(asked.values()))
    assert dict(zip(asked, states, strict=True)) == dict.fromkeys(asked, "done")
    groups = {record.group for record in scene.records(rest)}
    with scene.place.pin():
        types = set(TradingAccount.objects.filter(pk__in=rest).values_list("type_id", flat=True))
        assert types == {scene.other_type}
        assert groups == {TradingAccount.objects.filter(pk=first).get().type.group}


def test_each_fault_at_each_call_of_opening_opens_one_account(scene):
    paths = ("/api/test/access", "/api/user/add")
    scene.attempt(scene.ask_opening())  # now the first login has been chosen

    asked: dict[str, uuid.UUID] = {}
    for path in paths:
        for fault in FAULTS:
            name = name_of(path, fault)
            asked[name] = scene.ask_opening()
            strike(scene, path, fault, lambda name=name: scene.attempt(asked[name]))
    scene.work()

    ids = list(asked.values())
    assert dict(zip(asked, scene.states(ids), strict=True)) == dict.fromkeys(asked, "done")
    with scene.place.pin(), trading_server(scene.server_id) as server:
        rows = Intent.objects.filter(pk__in=ids).select_related("account__type")
        group = rows[0].account.type.group
        comments = [one.comment for one in server.accounts_in([group])]
        assert {row.tag: comments.count(row.tag) for row in rows} == {row.tag: 1 for row in rows}
        assert {row.account.state for row in rows} == {"open"}


def test_late_booking_is_waited_for_and_not_sent_again_sag_03(scene):
    (account_id,) = scene.accounts(1)
    operation_id = scene.ask_balance(account_id, 5_00, "late")
    scene.simulator.control(
        "/faults", kind="late_booking", path="/api/trade/balance", seconds=LATENESS
    )
    scene.attempt(operation_id)
    assert scene.states([operation_id]) == ["unknown"]
    assert scene.bookings([operation_id])[operation_id] == 0
    time.sleep(0.05)
    scene.work()

    assert scene.states([operation_id]) == ["done"]
    assert scene.bookings([operation_id])[operation_id] == 1
    assert scene.sends(operation_id) == 1
    assert scene.stories(operation_id)[-1] == "found"
