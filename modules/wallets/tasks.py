"""What wallets do again and again."""

from __future__ import annotations

import datetime as dt

from kernel.actor import Actor
from kernel.tasks import task
from modules.wallets import services

CHECK = Actor.system("ledger check")


@task(every=dt.timedelta(minutes=5), time_limit=280)
def prove_recent() -> bool:
    """Check the invariants of what is new, and every balance; what is found stops payouts."""
    return services.prove_recent(by=CHECK).holds


@task(every=dt.timedelta(hours=1), time_limit=3300)
def prove_ledger() -> bool:
    """Count every posting once a day; what is found stops payouts."""
    return not services.is_full_proof_due() or services.prove_ledger(by=CHECK).holds


@task(every=dt.timedelta(hours=1), time_limit=600)
def take_snapshots() -> int:
    """Sum up house accounts that have gathered many postings."""
    return services.take_snapshots()


@task(every=dt.timedelta(hours=1), time_limit=600)
def forget_offers() -> int:
    """Take away old offers to exchange that nobody took."""
    return services.forget_offers()
