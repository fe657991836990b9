"""What people and events do to runs."""

from __future__ import annotations

import uuid

from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from provisioning.runs import signups, tasks
from provisioning.runs.errors import NothingToRetry
from provisioning.runs.models import Run, RunState


@transaction.atomic
def start_run(sign_up_id: uuid.UUID) -> None:
    """Begin to set up the broker that paid; opens a transaction. Harmless twice."""
    run_id = signups.record_paid(sign_up_id)
    tasks.advance_run.send(str(run_id))


@transaction.atomic
def retry_run(run_id: uuid.UUID, *, by: Actor) -> None:
    """Take a stopped run up again at the step that failed; opens a transaction.

    Raises:
        NothingToRetry: The run is not stopped.
    """
    run = Run.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.state != RunState.FAILED:
        raise NothingToRetry
    run.state, run.due_at = RunState.WAITING, clock.now()
    run.save(update_fields=["state", "due_at"])
    tasks.advance_run.send(str(run_id))
    audit.note("runs.retried", about=run, by=by)
