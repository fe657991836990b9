"""One client of the ledger's bench: reads a command a line, answers the seconds it took."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from kernel import clock, pin  # noqa: E402
from kernel.actor import Actor  # noqa: E402
from kernel.ids import new_id  # noqa: E402
from kernel.money import Money  # noqa: E402
from modules.wallets import queries, services  # noqa: E402
from modules.wallets.types import EntryKind, Leg  # noqa: E402
from tenants import services as tenants  # noqa: E402

BENCH = Actor.system("bench")
ENTRY = (
    "INSERT INTO bare_entry (id, kind, key, request_hash, reverses_id, legs, actor_kind, actor_id,"
    " actor_name, cause, note, occurred_at, posted_at)"
    " VALUES (%s, 'transfer', %s, %s, NULL, 2, 'system', NULL, 'bench', 'bench:1', '', %s, %s)"
)
LEGS = (
    "INSERT INTO bare_posting (entry_id, leg, legs, account_id, currency, amount_minor, seq,"
    " balance_after_minor, posted_at)"
    " VALUES (%s, 1, 2, %s, 'USD', -1, 1, 1, %s), (%s, 2, 2, %s, 'USD', 1, 1, 1, %s)"
)


def make(slug: str) -> str:
    """A broker with an open ledger; its schema."""
    with pin.pin(pin.PUBLIC):
        return tenants.create_tenant(slug, name=slug, by=BENCH).schema


def fund(wallets: int) -> None:
    """Wallets with money in them, and plain copies of the two tables with nothing but keys."""
    for _ in range(wallets):
        wallet = services.open_wallet(new_id(), "USD")
        amount = Money(1_000_000_00, "USD")
        legs = [Leg(wallet, amount), Leg("bank", -amount)]
        services.post(EntryKind.DEPOSIT, str(wallet), legs, by=BENCH, cause="bench:0")


def post(source: Any, target: Any) -> None:
    amount = Money(1, "USD")
    legs = [Leg(source, -amount), Leg(target, amount)]
    with transaction.atomic():
        services.post(EntryKind.TRANSFER, str(new_id()), legs, by=BENCH, cause="bench:1")


def bare(source: Any, target: Any) -> None:
    entry, at = new_id(), clock.now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ENTRY, [entry, str(new_id()), "0" * 64, at, at])
        cursor.execute(LEGS, [entry, source, at, entry, target, at])


def transfers(kind: str, count: int, seed: int) -> None:
    """Move a cent ``count`` times between wallets by chance, or always out of the same one."""
    rows = _wallets()
    chance = random.Random(seed)
    move = bare if kind == "bare" else post
    for _ in range(count):
        source, target = chance.sample(rows, 2)
        if kind == "hot" and target != rows[0]:
            source = rows[0]
        move(source, target)


def reads(count: int, seed: int) -> None:
    rows = _wallets()
    chance = random.Random(seed)
    for _ in range(count):
        queries.funds(chance.choice(rows))


def _wallets() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM wallets_account WHERE keeps_balance ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def check() -> None:
    """Raise unless every invariant holds."""
    found = queries.check_ledger()
    if found:
        raise AssertionError(found)


COMMANDS: dict[str, Callable[..., Any]] = {
    "fund": lambda wallets: fund(int(wallets)),
    "transfers": lambda kind, count, seed: transfers(kind, int(count), int(seed)),
    "reads": lambda count, seed: reads(int(count), int(seed)),
    "check": check,
}


def main() -> None:
    print("ready", flush=True)
    for line in sys.stdin:
        command, schema, *rest = line.split()
        if command == "make":
            print(make(schema), flush=True)
            continue
        with pin.pin(schema):
            connection.ensure_connection()
            began = time.perf_counter()
            COMMANDS[command](*rest)
            print(time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main()
