"""Testing a connection: asked for by a person, done by a worker, told check by check."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction

from kernel import audit, clock, secrets
from kernel.actor import Actor
from provisioning.servers.adapters.mt5_web_api import examine, rights
from provisioning.servers.adapters.mt5_web_api.adapter import Mt5WebApi
from provisioning.servers.adapters.mt5_web_api.channel import Endpoint
from provisioning.servers.adapters.mt5_web_api.finding import Finding
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
from provisioning.servers.records import Address
from provisioning.servers.services.connecting import endpoint_of, refuse_in_transaction
from provisioning.servers.services.grouping import record_groups
from provisioning.servers.services.rights import record_rights
from provisioning.servers.types import Group

LONGEST = dt.timedelta(minutes=3)
"""A test that runs longer has lost its worker."""
PINNABLE = frozenset({"certificate_unknown", "certificate_other_name", "certificate_changed"})


@transaction.atomic
def ask_probe(
    server_id: uuid.UUID,
    *,
    by: Actor,
    login: int | None = None,
    password: str = "",
    address: Address | None = None,
) -> uuid.UUID:
    """Begin a test and return its id; :func:`run_probe` does it.

    With ``password`` (and ``login``) new credentials are tested, with ``address`` another place or
    certificate. If everything passes they take the place of the old ones: the new is proven before
    the old is dropped.

    Raises:
        NoSuchServer: There is none.
        ProbeIsRunning: One is under way.
    """
    row = Server.objects.locked().present().filter(pk=server_id).first()
    if row is None:
        raise NoSuchServer
    give_up_lost()
    if row.probes.filter(state=ProbeState.RUNNING).exists():
        raise ProbeIsRunning
    probe = Probe(server=row, login=login or row.login, started_at=clock.now())
    if password:
        probe.sealed_password = secrets.seal(password, about=probe.place)
    if address is not None:
        probe.host, probe.port = address.host, address.port
        probe.authority_pem, probe.fingerprint = address.authority_pem, address.fingerprint
    probe.save(force_insert=True)
    words = {"login": probe.login, "with_new_credentials": bool(password)}
    place = {"host": probe.host, "port": probe.port, "fingerprint": probe.fingerprint}
    audit.note("servers.probe_asked", about=row, by=by, changes=words | (place if address else {}))
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
    credentials, endpoint = _credentials(probe), _endpoint(probe)
    found: list[Finding] = []
    steps = examine.examine(endpoint, credentials, environment=probe.server.environment)
    for finding in steps:
        found.append(finding)
        _keep(probe, finding)
    is_passed = len(found) == len(examine.KEYS) and all(one.outcome != "failed" for one in found)
    groups = _groups(endpoint, credentials) if is_passed else None
    if is_passed and probe.host and _is_another_server(probe, groups or ()):
        is_passed, groups = False, None
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


def _endpoint(probe: Probe) -> Endpoint:
    now = endpoint_of(probe.server)
    if not probe.host:
        return now
    return replace(
        now,
        host=probe.host,
        port=probe.port or now.port,
        authority_pem=probe.authority_pem,
        fingerprint=probe.fingerprint,
    )


def _is_another_server(probe: Probe, groups: Iterable[Group]) -> bool:
    """Whether groups in use are missing at the new address: then its accounts are not ours."""
    chosen = set(probe.server.groups.filter(is_chosen=True).values_list("name", flat=True))
    missing = sorted(chosen - {group.name for group in groups})
    if missing:
        probe.checks.filter(key="groups").update(
            outcome=Outcome.FAILED,
            code="groups_differ",
            facts={"groups": ", ".join(missing[:5]), "count": len(missing)},
        )
    return bool(missing)


def _groups(endpoint: Endpoint, credentials: Credentials) -> tuple[Group, ...]:
    session = Session(endpoint, credentials)
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
    if probe.host:
        _move(row, probe)
    facts = {finding.key: finding.facts for finding in found}
    row.latency_ms = int(facts["latency"]["milliseconds"])
    row.certificate_expires_at = dt.datetime.fromisoformat(str(facts["certificate"]["expires_at"]))
    record_rights(row, rights.among(found), noticed_at=clock.now())
    row.last_seen_at = clock.now()
    row.up_since_at = row.up_since_at or clock.now()
    row.failing_since, row.failures_in_row, row.last_failure = None, 0, ""
    if row.state == ServerState.BROKEN:
        row.move_to(ServerState.PROVEN)
    row.save()


def _move(row: Server, probe: Probe) -> None:
    """The proven address becomes the server's; what was certified was certified elsewhere."""
    if (row.host, row.port) != (probe.host, probe.port):
        row.certified_at = None
    row.host, row.port = probe.host, probe.port or row.port
    row.authority_pem, row.fingerprint = probe.authority_pem, probe.fingerprint
    row.wiring += 1
    audit.note(
        "servers.address_changed",
        about=row,
        by=Actor.system("connection test"),
        changes={"host": row.host, "port": row.port, "fingerprint": row.fingerprint},
    )
