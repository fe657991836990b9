"""A product of its own with a payment service and a trading server, and everybody in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from devstack.stack import Stack
from tests.support.simulator import Simulator, running

ROOT = Path(__file__).resolve().parents[3]
SERVICES = (
    *("postgres", "valkey", "mail", "psp", "prepare", "static"),
    *("web", "worker", "beat", "teller"),
)
HURRY = {
    "DJANGO_SETTINGS_MODULE": "tests.chaos.money.settings",
    "PYTHONPATH": f"{ROOT / 'platform'}:{ROOT}",
    "READY_SCHEMAS": "2",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """The product, the world outside, and what was set up in it."""

    stack: Stack
    server: Simulator
    told: dict[str, Any]
    """Schema, host, provider, method, server and people, as the stage printed them."""

    def psp(self, call: str, **wanted: Any) -> Any:
        """``psp("POST behaviour", down=True)``."""
        return order_psp(self.stack, call, **wanted)

    def stage(self, what: str, *more: str) -> Any:
        """Have something done, or said, inside the product."""
        return on_stage(self.stack, what, *more)


@contextmanager
def product(folder: Path, *, clients: int, kept: Path | None = None) -> Iterator[Scene]:
    """Everything started, Alpha and Beta made, ``clients`` of Alpha with open accounts."""
    with (
        running(folder) as server,
        Stack("money", root=kept, database="atrium_money", only=SERVICES, env=HURRY) as stack,
    ):
        merchant = order_psp(stack, "POST merchants", merchant="alpha")
        wiring = {
            "server": {
                "port": server.port,
                "login": server.login,
                "password": server.password,
                "authority_pem": server.authority_pem,
            },
            "psp": {
                "api_url": f"{stack.env['PSP_URL']}/psp",
                "merchant_id": merchant["merchant_id"],
                "secret": merchant["secret"],
            },
            "clients": clients,
        }
        yield Scene(stack, server, on_stage(stack, "set", json.dumps(wiring)))


def order_psp(stack: Stack, call: str, **wanted: Any) -> Any:
    """Order something by the payment service's own control."""
    verb, name = call.split()
    answer = httpx.request(
        verb,
        f"{stack.env['PSP_URL']}/control/{name}",
        json=wanted if verb == "POST" else None,
        headers={"Authorization": f"Bearer {stack.env['PSP_CONTROL_KEY']}"},
        timeout=60,
    )
    return answer.raise_for_status().json()


def on_stage(stack: Stack, *order: str) -> Any:
    """Run :mod:`tests.chaos.money.stage` among the product's services; what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos.money.stage", *order],
        env={**os.environ, **stack.env},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])
