"""Alpha's simulated server with accounts on it, and time that runs short."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.trading.scene import SHORT, Scene
from tests.modules.conftest import simulator, theo, wired
from tests.modules.trading.conftest import types

__all__ = ["simulator", "theo", "types", "wired"]


@pytest.fixture
def scene(alpha, theo, wired, types, simulator, settings_override) -> Iterator[Scene]:
    """The scene of this process: its calls, and those that it looks at afterwards."""
    with settings_override(**SHORT):
        yield Scene(alpha, theo, wired, types, simulator)
        simulator.control("/faults/clear")
