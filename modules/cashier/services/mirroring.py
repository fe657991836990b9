"""Whether the ledger holds of each trading account what our operations moved there.

Of the three sides - ledger, operations, server - trading compares the last two; this compares the
first two, whenever a server was compared.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

from django.db import transaction

from kernel import clock
from modules.cashier.models import MirrorGap
from modules.cashier.types.outgoing import mirror, mirrors
from modules.trading import queries as trading
from modules.trading.types import MovedLine
from modules.wallets import queries as wallets

SETTLED = dt.timedelta(minutes=10)
"""An operation that was decided so long ago must be in the ledger."""
OWNER = "cashier"


@transaction.atomic
def compare_mirrors(server_id: uuid.UUID) -> int:
    """Keep which accounts of a server differ between ledger and operations; return how many.

    Accounts whose last operation was decided in the last ten minutes are left alone. Opens a
    transaction.
    """
    gaps = list(_gaps(server_id))
    MirrorGap.objects.filter(server_id=server_id).delete()
    MirrorGap.objects.bulk_create(gaps)
    return len(gaps)


def _gaps(server_id: uuid.UUID) -> Iterator[MirrorGap]:
    moment = clock.now()
    held = {
        (line.code, line.balance.currency): line.balance.minor
        for line in wallets.house_balances(prefix=mirrors(server_id))
    }
    for line in trading.money_moved(server_id, OWNER):
        ledger = held.get((mirror(server_id, line.login), line.moved.currency), 0)
        is_settled = line.newest_at is None or line.newest_at <= moment - SETTLED
        if is_settled and ledger != line.moved.minor:
            yield _gap(server_id, line, ledger, moment)


def _gap(server_id: uuid.UUID, line: MovedLine, ledger: int, moment: dt.datetime) -> MirrorGap:
    return MirrorGap(
        account_id=line.account_id,
        server_id=server_id,
        login=line.login,
        client_id=line.client_id,
        ledger_minor=ledger,
        moved_minor=line.moved.minor,
        currency=line.moved.currency,
        found_at=moment,
    )
