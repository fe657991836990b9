from __future__ import annotations

import pytest

from provisioning.simulator import users
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
