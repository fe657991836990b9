"""What wallets do again and again."""

from __future__ import annotations

import datetime as dt

from kernel.actor import Actor
from kernel.tasks import task
from modules.wallets import services


@task(every=dt.timedelta(minutes=5), time_limit=280)
def prove_ledger() -> bool:
    """Check every invariant of the ledger; what is found stops payouts."""
    return services.prove_ledger(by=Actor.system("ledger check")).holds


@task(every=dt.timedelta(hours=1), time_limit=600)
def take_snapshots() -> int:
    """Sum up house accounts that have gathered many postings."""
    return services.take_snapshots()
