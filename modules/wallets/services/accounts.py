"""Opening accounts of the ledger: wallets on demand, house accounts by their code."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from kernel import clock
from kernel.ids import new_id
from kernel.money import exponent
from modules.wallets.models import HOUSE, WALLET, Account
from modules.wallets.types import AccountRef

SNAPSHOT_EACH = 1_000
"""Postings of a house account after which they are summed up anew."""
SNAPSHOT_AGE = dt.timedelta(hours=1)
"""No transaction lasts so long."""


def open_wallet(client_id: uuid.UUID, currency: str) -> uuid.UUID:
    """The client's wallet in ``currency``, opened if there is none yet.

    Opening twice is harmless, also at once.

    Raises:
        UnknownCurrencyError: The code is not known.
    """
    code = f"{WALLET}:{client_id}"
    found = Account.objects.filter(code=code, currency=currency).values_list("pk", flat=True)
    return found.first() or _open(code, currency, client_id=client_id)


def house_account(code: str, currency: str) -> uuid.UUID:
    """The house account ``code`` (``"bank"``, ``"psp_clearing:stripe"``), opened if need be.

    Raises:
        ValueError: There is no house account of that code.
        UnknownCurrencyError: The currency is not known.
    """
    return house_accounts([(code, currency)])[code, currency]


def house_accounts(wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], uuid.UUID]:
    """Ids of house accounts by code and currency, in one query once they are all open."""
    pairs = set(wanted)
    for code, _ in pairs:
        _check_code(code)
    rows = Account.objects.filter(code__in={code for code, _ in pairs})
    found = {(row.code, row.currency): row.pk for row in rows.only("pk", "code", "currency")}
    return found | {pair: _open(*pair) for pair in sorted(pairs - found.keys())}


def resolve(refs: Iterable[tuple[AccountRef, str]]) -> list[uuid.UUID]:
    """Ids of the accounts that ``refs`` (an id or a code, and a currency) name, in their order."""
    listed = list(refs)
    codes = [(ref, currency) for ref, currency in listed if isinstance(ref, str)]
    known = house_accounts(codes) if codes else {}
    return [known[ref, currency] if isinstance(ref, str) else ref for ref, currency in listed]


def _check_code(code: str) -> None:
    kind, colon, whose = code.partition(":")
    if kind not in HOUSE or HOUSE[kind][1] != bool(colon and whose):
        raise ValueError(f"{code!r} is no house account")


def _open(code: str, currency: str, *, client_id: uuid.UUID | None = None) -> uuid.UUID:
    values: list[Any] = [new_id(), code, client_id, currency, exponent(currency), clock.now()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT wallets_open_account(%s, %s, %s, %s, %s, %s)", values)
        opened: uuid.UUID = cursor.fetchone()[0]
    return opened


def take_snapshots(*, least: int = SNAPSHOT_EACH) -> int:
    """Sum up house accounts with ``least`` postings since their last sum; return how many.

    The sum ends an hour ago: whatever was posted before then has been committed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT wallets_take_snapshots(%s, %s)", [clock.now() - SNAPSHOT_AGE, least])
        taken: int = cursor.fetchone()[0]
    return taken
