"""Folders and stacks to try the supervisor with."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.stack import Stack

SERVERS = ("postgres", "valkey", "mail")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests start servers of their own and ask nothing of the product's database."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("no_database")


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder that the account of PostgreSQL can enter, as the checkout's var/ is."""
    with tempfile.TemporaryDirectory(prefix="atrium-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(only=SERVERS) as running:
        yield running
