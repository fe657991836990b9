from __future__ import annotations

from decimal import Decimal

import pytest

from provisioning.simulator import desk, users
from provisioning.simulator.calls import Call, Manager, Session
from provisioning.simulator.money import change_balance
from provisioning.simulator.options import Options
from provisioning.simulator.world import open_world

MARKS = {"PassMain": "Abcdef1!", "PassInvestor": "Abcdef1!", "Name": "Theo Adler"}


@pytest.fixture
def options(tmp_path):
    return Options(state=tmp_path, seed=5, open_weekends=True)


@pytest.fixture
def world(options):
    opened = open_world(options)
    yield opened
    opened.store.close()


@pytest.fixture
def open_account(world):
    """Open an account of a group and return its login."""

    def make(group: str = "real\\standard-usd", **more: str) -> int:
        return users.add(world, {"Group": group, "Leverage": "100", **MARKS, **more})

    return make


@pytest.fixture
def ask(world):
    """Make a call on one connection, as a manager with all rights."""
    rights = frozenset(route.permission for route in desk.ROUTES.values())
    manager, session = Manager(1000, rights, "real\\*,demo\\*"), Session()

    def make(path: str, **values: object):
        with world.transaction():
            return desk.ROUTES[f"/api/{path}"].handler(Call(world, session, manager, values))

    return make


@pytest.fixture
def order(ask):
    """Send a dealer's request; returns the retcode and the answer."""

    def make(action: int, **values: object):
        number = ask("dealer/send_request", Action=action, **values)["answer"]["ID"]
        answer = ask("dealer/get_request_result", id=number)[number][1]["answer"]
        return int(answer["ResultRetcode"]), answer

    return make


@pytest.fixture
def rich(world, open_account):
    """Open an account with 10,000 on it."""

    def make(group: str = "real\\standard-usd") -> int:
        login = open_account(group)
        change_balance(world, login=login, kind=2, amount=Decimal(10_000), comment="x", dealer=1000)
        return login

    return make
