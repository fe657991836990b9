"""What operations of a module moved onto trading accounts and off them."""

from __future__ import annotations

import uuid

from django.db.models import Max, Q, Sum

from kernel.money import Money
from modules.trading.models import IntentKind, IntentState, TradingAccount
from modules.trading.types.operations import MovedLine


def money_moved(server_id: uuid.UUID, owner: str) -> tuple[MovedLine, ...]:
    """What operations of module ``owner`` moved, all told, per account of a server; zero too.

    Real money: on a cent account the server moved a hundred times of it. Counts what is decided
    as done, whether or not the module has heard of it yet.
    """
    done = Q(
        intents__kind=IntentKind.BALANCE,
        intents__state=IntentState.DONE,
        intents__cause__startswith=f"{owner}.",
    )
    rows = TradingAccount.objects.filter(server_id=server_id, login__isnull=False).annotate(
        moved_minor=Sum("intents__amount_minor", filter=done),
        newest_at=Max("intents__decided_at", filter=done),
    )
    return tuple(
        MovedLine(
            account_id=row.pk,
            login=row.login,
            client_id=row.client_id,
            moved=Money(row.moved_minor or 0, row.currency),
            newest_at=row.newest_at,
        )
        for row in rows.order_by("login")
        if row.login is not None
    )
