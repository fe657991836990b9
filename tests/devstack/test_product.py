"""The whole product under its supervisor; these tests share one, so they run in one go."""

from __future__ import annotations

import tempfile
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
def kept() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="atrium-", ignore_cleanup_errors=True) as name:
        root = Path(name)
        root.chmod(0o755)  # the account of PostgreSQL must be able to enter it
        stack = Stack(root=root, durable=False)
        try:
            yield stack
        finally:
            stack.close()


@pytest.fixture
def product(kept: Stack) -> Stack:
    """The product, started once; and once more, over its data, after the test that kills it."""
    if not kept.is_open:
        kept.open()
    return kept


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


def test_killing_the_supervisor_leaves_no_program_running(product: Stack) -> None:
    product.abandon()

    assert soon_empty(product.folder) == []
