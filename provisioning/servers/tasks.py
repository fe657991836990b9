"""What is done with trading servers outside of requests."""

from __future__ import annotations

import datetime as dt
import uuid

from kernel.tasks import task
from provisioning.servers import services


@task()
def run_probe(probe_id: str) -> None:
    """Test a connection."""
    services.run_probe(uuid.UUID(probe_id))


@task()
def check_server(server_id: str) -> None:
    """Look whether one server answers."""
    known = uuid.UUID(server_id)
    services.check_health(known)
    services.tell_figures()
    services.tally_calls(known)
    services.watch(known)
    services.report_health()


@task(every=dt.timedelta(minutes=1))
def check_servers() -> None:
    """Look after every server of the tenant, each in a task of its own; end lost tests."""
    services.give_up_lost()
    services.give_up_certifications()
    for server_id in services.usable_servers():
        check_server.send(str(server_id))


@task(every=dt.timedelta(hours=1))
def read_groups() -> None:
    """Keep the groups and our rights of every server as they are; forget old figures."""
    for server_id in services.usable_servers():
        read_groups_of.send(str(server_id))
        look_again.send(str(server_id))
    services.forget_samples()
    services.forget_tallies()


@task(ignore_result=True)
def read_groups_of(server_id: str) -> None:
    """Read the groups of one server."""
    services.read_groups(uuid.UUID(server_id))
    services.read_symbols(uuid.UUID(server_id))


@task(ignore_result=True)
def look_again(server_id: str) -> None:
    """Look at the rights of our manager and at the certificate of one server."""
    services.look_again(uuid.UUID(server_id))


@task()
def run_certification(certification_id: str) -> None:
    """Certify a connection."""
    services.run_certification(uuid.UUID(certification_id))
