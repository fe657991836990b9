"""Testing a connection: asked for by a person, done by a worker, told check by check."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import transaction

from kernel import audit, clock, secrets
from kernel.actor import Actor
from provisioning.servers.adapters.mt5_web_api import examine
from provisioning.servers.adapters.mt5_web_api.adapter import Mt5WebApi
from provisioning.servers.adapters.mt5_web_api.examine import Finding
from provisioning.servers.adapters.mt5_web_api.session import Credentials, Session
from provisioning.servers.errors import NoSuchServer, ProbeIsRunning
from provisioning.servers.models import (
    Outcome,
    Probe,
    ProbeCheck,
    ProbeState,
    Server,
    ServerState,
)
from provisioning.servers.services.connecting import endpoint_of, refuse_in_transaction
from provisioning.servers.services.grouping import record_groups
from provisioning.servers.types import Group

LONGEST = dt.timedelta(minutes=3)
"""A test that runs longer has lost its worker."""
PINNABLE = frozenset({"certificate_unknown", "certificate_other_name", "certificate_changed"})


@transaction.atomic
def ask_probe(
    server_id: uuid.UUID, *, by: Actor, login: int | None = None, password: str = ""
) -> uuid.UUID:
    """Begin a test and return its id; :func:`run_probe` does it.

    With ``password`` (and ``login``) new credentials are tested and, if everything passes, take
    the place of the old ones: the new one is proven before the old one is dropped.

    Raises:
        NoSuchServer: There is none.
        ProbeIsRunning: One is under way.
    """
    row = Server.objects.locked().filter(pk=server_id).first()
    if row is None:
        raise NoSuchServer
    give_up_lost()
    if row.probes.filter(state=ProbeState.RUNNING).exists():
        raise ProbeIsRunning
    probe = Probe(server=row, login=login or row.login, started_at=clock.now())
    if password:
        probe.sealed_password = secrets.seal(password, about=probe.place)
    probe.save(force_insert=True)
    audit.note(
        "servers.probe_asked",
        about=row,
        by=by,
        changes={"login": probe.login, "with_new_credentials": bool(password)},
    )
    return probe.pk


def run_probe(probe_id: uuid.UUID) -> bool:
    """Do a test that was asked for; returns whether it passed. Needs the network, no transaction.

    Each check is kept as soon as it is done. Repeating a test that has ended does nothing.
    """
    refuse_in_transaction()
    probe = Probe.objects.select_related("server").filter(pk=probe_id).first()
    if probe is None or probe.state != ProbeState.RUNNING:
        return False
    probe.checks.all().delete()  # of a worker that died half-way
    credentials = _credentials(probe)
    found: list[Finding] = []
    steps = examine.examine(
        endpoint_of(probe.server), credentials, environment=probe.server.environment
    )
    for finding in steps:
        found.append(finding)
        _keep(probe, finding)
    is_passed = len(found) == len(examine.KEYS) and all(one.outcome != "failed" for one in found)
    groups = _groups(probe.server, credentials) if is_passed else None
    _end(probe, found, is_passed=is_passed, groups=groups)
    return is_passed


def probe(server_id: uuid.UUID, *, by: Actor) -> uuid.UUID:
    """Test a connection here and now; returns the id of the test. Needs no transaction."""
    probe_id = ask_probe(server_id, by=by)
    run_probe(probe_id)
    return probe_id


def give_up_lost() -> int:
    """End tests whose worker died and forget the passwords they were to prove; how many."""
    lost = Probe.objects.filter(state=ProbeState.RUNNING, started_at__lt=clock.now() - LONGEST)
    return lost.update(state=ProbeState.FAILED, ended_at=clock.now(), sealed_password=b"")


def _credentials(probe: Probe) -> Credentials:
    sealed = bytes(probe.sealed_password)
    if not sealed:
        return Credentials(probe.login, probe.server.password())
    return Credentials(probe.login, secrets.unseal(sealed, about=probe.place).decode())


def _keep(probe: Probe, finding: Finding) -> None:
    ProbeCheck.objects.create(
        probe=probe,
        place=examine.KEYS.index(finding.key),
        key=finding.key,
        outcome=Outcome(finding.outcome),
        code=finding.code,
        facts=dict(finding.facts),
        took_ms=finding.took_ms,
    )


def _groups(server: Server, credentials: Credentials) -> Iterable[Group] | None:
    session = Session(endpoint_of(server), credentials)
    try:
        return Mt5WebApi(session).groups()
    finally:
        session.close()


@transaction.atomic
def _end(
    probe: Probe, found: list[Finding], *, is_passed: bool, groups: Iterable[Group] | None
) -> None:
    row = Server.objects.locked().get(pk=probe.server_id)
    shown = next((f for f in found if f.key == "certificate" and f.code in PINNABLE), None)
    probe.fingerprint_found = str(shown.facts["fingerprint"]) if shown else ""
    probe.state = ProbeState.PASSED if is_passed else ProbeState.FAILED
    probe.ended_at = clock.now()
    if is_passed:
        _take_over(row, probe, found)
        record_groups(row, groups or ())
    probe.sealed_password = b""
    probe.save()


def _take_over(row: Server, probe: Probe, found: list[Finding]) -> None:
    """What a passed test teaches about its server; new credentials become the server's."""
    if bytes(probe.sealed_password) or probe.login != row.login:
        credentials = _credentials(probe)
        row.login = credentials.login
        row.keep_password(credentials.api_password)
        row.wiring += 1
        audit.note(
            "servers.credentials_rotated",
            about=row,
            by=Actor.system("connection test"),
            changes={"login": row.login},
        )
    latency = next(f for f in found if f.key == "latency")
    row.latency_ms = int(latency.facts["milliseconds"])
    row.last_seen_at = clock.now()
    row.failing_since, row.failures_in_row, row.last_failure = None, 0, ""
    if row.state == ServerState.BROKEN:
        row.move_to(ServerState.PROVEN)
    row.save()
