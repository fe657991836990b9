"""Runs are advanced by the provisioning worker, the only one that may create schemas."""

from __future__ import annotations

import datetime as dt
import uuid

from kernel.pin import PUBLIC, pin
from kernel.tasks import task
from provisioning.runs import engine, health, signups


@task(queue="provisioning", unpinned=True)
def advance_run(run_id: str) -> None:
    """Advance one run as far as it goes."""
    engine.advance(uuid.UUID(run_id))


@task(queue="provisioning", unpinned=True, every=dt.timedelta(seconds=5))
def resume_runs() -> None:
    """Take up the runs whose worker died, whose message was lost, or whose wait is over."""
    with pin(PUBLIC):
        for run_id in engine.due_runs():
            advance_run.send(str(run_id))


@task(queue="default", unpinned=True, every=dt.timedelta(minutes=5))
def expire_sign_ups() -> None:
    """Free the subdomains of sign-ups that were not paid in time."""
    with pin(PUBLIC):
        signups.expire()


@task(every=dt.timedelta(seconds=30))
def publish_health() -> None:
    """Tell the vendor how the pinned broker is: counts and states only."""
    health.publish()
