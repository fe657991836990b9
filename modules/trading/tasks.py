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


@task(every=dt.timedelta(seconds=3), time_limit=600)
def pull_due() -> int:
    """Read every server whose turn has come; return how many deals were new."""
    return sum(services.pull(server_id).deals for server_id in services.followed_servers())


@task(time_limit=600)
def pull_server(server_id: str) -> int:
    """Read one server now, if nobody does."""
    return services.pull(uuid.UUID(server_id)).deals


@task(every=dt.timedelta(hours=1))
def forget_credentials() -> int:
    """Wipe passwords that nobody looked at."""
    return services.forget_credentials()
