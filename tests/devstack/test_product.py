from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from devstack.stack import Stack
from tests.devstack.sightings import soon_empty
from tests.devstack.test_stack import wait_for_other_pid

PROGRAMS = ("web", "worker", "provisioner", "beat", "teller", "stripe", "psp", "trading_server")
pytestmark = [pytest.mark.slow, pytest.mark.chaos]


@pytest.fixture(scope="module")
def product() -> Iterator[Stack]:
    with Stack() as running:
        yield running


def test_the_whole_product_comes_up_and_answers(product: Stack) -> None:
    assert httpx.get(f"{product.url}/healthz").status_code == 200
    assert product.state["vendor"]["url"] == product.url
    assert product.state["trading_server"]["url"].startswith("https://127.0.0.1:")
    assert len(product.state["trading_servers"]) == 2


def test_only_the_provisioner_may_change_schemas(product: Stack) -> None:
    told = {
        name: b"DATABASE_ADMIN_URL=" in environment(pid)
        for name, pid in product.pids.items()
        if name in PROGRAMS
    }

    assert told == {name: name == "provisioner" for name in PROGRAMS}


def environment(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_killed_program_comes_back(product: Stack, name: str) -> None:
    old = product.pids[name]

    product.kill(name)

    assert wait_for_other_pid(product, name, old) != old
    assert httpx.get(f"{product.url}/healthz").status_code == 200


def test_the_product_outlives_its_database(product: Stack) -> None:
    old = product.pids["postgres"]

    product.kill("postgres")
    wait_for_other_pid(product, "postgres", old)
    product.wait_for()

    assert httpx.get(f"{product.url}/healthz").status_code == 200


def test_killing_the_supervisor_leaves_no_program_running() -> None:
    stack = Stack()
    stack.open()
    folder = stack.folder

    stack.abandon()

    assert soon_empty(folder) == []
