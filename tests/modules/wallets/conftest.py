"""Wallets with money in them, and what must be true of the ledger after every test."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from kernel.ids import new_id
from kernel.money import Money
from kernel.pin import pin
from modules.wallets import services
from modules.wallets.types import EntryKind, Leg
from tests.support.tenants import SYSTEM


def usd(cents: int) -> Money:
    return Money(cents, "USD")


def fund(wallet_id: Any, amount: Money, key: str = "") -> Any:
    """Put money in a wallet, as a deposit does."""
    legs = [Leg(wallet_id, amount), Leg("psp_clearing:test", -amount)]
    return services.post(EntryKind.DEPOSIT, key or str(new_id()), legs, by=SYSTEM, cause="test:1")


def transfer(source: Any, target: Any, amount: Money, key: str = "") -> Any:
    legs = [Leg(source, -amount), Leg(target, amount)]
    return services.post(EntryKind.TRANSFER, key or str(new_id()), legs, by=SYSTEM, cause="test:2")


def new_wallet(amount: Money) -> Any:
    wallet_id = services.open_wallet(new_id(), amount.currency)
    if amount:
        fund(wallet_id, amount)
    return wallet_id


def at_once(schema: str, jobs: list[Any], threads: int = 8) -> list[Any]:
    """Run ``jobs`` side by side, each thread on a connection of its own; what each answered."""
    used = threading.local()

    def run(job: Any) -> Any:
        used.yes = True
        with pin(schema):
            try:
                return job()
            except Exception as error:  # noqa: BLE001 - the answer of a job may be its failure
                return error

    with ThreadPoolExecutor(threads) as pool:
        found = list(pool.map(run, jobs))
        barrier = threading.Barrier(threads)

        def leave(_: int) -> None:
            barrier.wait(10)
            connection.close()
            connection.forget_connections()

        list(pool.map(leave, range(threads)))
    return found


@pytest.fixture
def wallet(in_alpha):
    """A wallet with 100.00 USD."""
    return new_wallet(usd(100_00))
