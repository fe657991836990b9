"""Account types of Alpha on the simulated server."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest

from tests.support.tenants import SYSTEM


@pytest.fixture
def types(alpha, wired) -> dict[str, uuid.UUID]:
    """A live and a demo account type, each on a group of the simulated server."""
    return make_types(alpha, wired)


def make_types(place: Any, server_id: uuid.UUID) -> dict[str, uuid.UUID]:
    """One account type per kind, on the first US dollar group of each."""
    from modules.trading import services
    from modules.trading.types import TypeWish
    from provisioning.servers.queries import groups

    made = {}
    with place.pin():
        usable = [group for group in groups(server_id) if group.currency == "USD"]
        for kind in ("live", "demo"):
            group = next(one for one in usable if one.is_demo == (kind == "demo"))
            wish = TypeWish(
                name=f"Standard {kind}",
                summary="",
                environment=kind,
                server_id=server_id,
                group=group.name,
                leverages=(50, 100, 200),
                leverage_default=100,
                accounts_max=2,
                demo_amount=Decimal(10_000),
            )
            made[kind] = services.create_type(wish, by=SYSTEM)
    return made


def carry_out_all(place: Any) -> int:
    """What the worker does until nothing is due."""
    from modules.trading import services

    done = 0
    with place.pin():
        while due := services.due_intents():
            done += sum(services.carry_out(intent_id) for intent_id in due)
    return done
