"""What a transaction does last: right before it commits, when it has every other lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.db import connection


def before_commit(do: Callable[[], None]) -> None:
    """Have ``do`` run as the last part of the open transaction; needs one.

    They run in the order in which they were handed over. One that fails undoes the transaction;
    one from within a savepoint that is undone does not run.

    Raises:
        RuntimeError: No transaction is open.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("there is no transaction that could do it last")
    cast("Any", connection).before_commit(do)


def do_now() -> None:
    """Do at once what waits for the end of the open transaction; without one nothing waits."""
    cast("Any", connection).do_late_work()
