"""What billing does later: apply news at once, look for missed ones, end days of grace."""

from __future__ import annotations

import datetime as dt
import uuid

from billing import services
from kernel.pin import PUBLIC, pin
from kernel.tasks import task


@task(unpinned=True)
def apply(event_id: str) -> None:
    """Apply an event that has just come in."""
    with pin(PUBLIC):
        services.apply_stripe_event(uuid.UUID(event_id))


@task(unpinned=True, every=dt.timedelta(minutes=1))
def sweep() -> None:
    """Find the events whose webhook was lost, and apply all that are due."""
    with pin(PUBLIC):
        services.sweep()
        services.apply_waiting()


@task(unpinned=True, every=dt.timedelta(minutes=10))
def end_grace() -> None:
    """Suspend the modules whose days of grace are over."""
    with pin(PUBLIC):
        services.end_grace()
