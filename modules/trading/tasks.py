"""What trading does later, or again and again."""

from __future__ import annotations

import datetime as dt
import uuid

from kernel.tasks import task
from modules.trading import services


@task(every=dt.timedelta(seconds=3), time_limit=300)
def carry_out_due() -> int:
    """Carry out the intents whose time has come; views send it too, so that nobody waits."""
    return sum(services.carry_out(intent_id) for intent_id in services.due_intents())


@task(every=dt.timedelta(seconds=3), ignore_result=True)
def pull_due() -> None:
    """Have every server read whose turn has come, each in a task of its own."""
    for server_id in services.take_due_servers():
        pull_server.send(str(server_id))


@task(time_limit=600, ignore_result=True)
def pull_server(server_id: str) -> None:
    """Read one server now, if nobody does; go on at once while there is more."""
    pulled = services.pull(uuid.UUID(server_id))
    if pulled.was_due and pulled.has_more:
        pull_server.send(server_id)


@task(every=dt.timedelta(minutes=5), ignore_result=True)
def reconcile_due() -> None:
    """Begin the night's comparisons, and go on with those that were interrupted."""
    for run_id in services.start_nightly():
        reconcile_server.send(str(run_id))


@task(time_limit=600, ignore_result=True)
def reconcile_server(run_id: str) -> None:
    """Do a portion of a comparison, then let others have the worker."""
    if services.reconcile(uuid.UUID(run_id)):
        reconcile_server.send(run_id)


@task(time_limit=600, ignore_result=True)
def repair_difference(difference_id: str, repair: str, tries: int = 60) -> None:
    """Repair a difference; while another worker reads the server, a moment later."""
    if not services.repair_difference(uuid.UUID(difference_id), repair) and tries:
        repair_difference.send(difference_id, repair, tries - 1, countdown=2)


@task(every=dt.timedelta(hours=1))
def forget_credentials() -> int:
    """Wipe passwords that nobody looked at."""
    return services.forget_credentials()


@task(every=dt.timedelta(minutes=10))
def adopt_waiting() -> int:
    """Put accounts that waited for approval before there was a queue of requests into it."""
    return services.adopt_waiting()
