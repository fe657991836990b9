"""These tests start a product of their own and ask nothing of the tests' database."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
WITH_DATABASE = HERE / "trading"
"""Those of operations use the tests' database, with workers of their own."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        has_database = item.path.is_relative_to(WITH_DATABASE)
        if item.path.is_relative_to(HERE) and not has_database:
            item.add_marker("no_database")
