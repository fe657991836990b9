"""Proofs of trading servers that payouts wait for: asked for, and heard of."""

from __future__ import annotations

import uuid

from django.db import transaction

from kernel import clock
from kernel.errors import Refused
from modules.cashier.models import Payout
from modules.cashier.queries.waits import UNEVEN
from modules.cashier.services.passing import US
from modules.cashier.types.passages import PayoutState
from modules.trading import queries as trading_queries
from modules.trading import services as trading


def prove(server_id: uuid.UUID) -> bool:
    """Have a server compared that money waits for; whether a comparison was begun.

    Joins the caller's transaction. Not while one runs, and not where the last one found something:
    comparing again would find the same. A server that is not read yet is asked about again by the
    next payout, or the next look at this one.
    """
    found = trading_queries.proof(server_id)
    if found.is_running or found.colour in {"green", "red"}:
        return False
    try:
        with transaction.atomic():
            trading.start_reconciliation(server_id, by=US)
    except Refused:
        return False
    return True


@transaction.atomic
def hurry(server_id: uuid.UUID) -> int:
    """A server was proven even: what waited for it is due now. Returns how many payouts."""
    rows = Payout.objects.filter(
        withdrawal__server_id=server_id, state=PayoutState.READY, code=UNEVEN
    )
    return rows.update(due_at=clock.now())
