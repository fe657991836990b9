"""What is known about trading servers."""

from __future__ import annotations

import uuid

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kernel.module import Text
from provisioning.servers import findings
from provisioning.servers.adapters.mt5_web_api import examine
from provisioning.servers.errors import NoSuchServer
from provisioning.servers.models import HealthSample, Probe, ProbeCheck, Server, ServerGroup
from provisioning.servers.records import CheckLine, GroupLine, ProbeLine, ServerLine, Wiring
from provisioning.servers.types import Group, MarginMode

MARGIN_MODES = {0: _("Netting"), 1: _("Exchange"), 2: _("Hedging")}
CERTIFICATE = (
    ("subject", _("Made for")),
    ("issuer", _("Issued by")),
    ("expires", _("Valid until")),
)


def servers() -> tuple[ServerLine, ...]:
    """All trading servers of the broker, drafts too, by name."""
    return tuple(_line(row) for row in _rows().order_by("name"))


def server(server_id: uuid.UUID) -> ServerLine:
    """One trading server.

    Raises:
        NoSuchServer: There is none.
    """
    found = find_server(server_id)
    if found is None:
        raise NoSuchServer
    return found


def find_server(server_id: uuid.UUID) -> ServerLine | None:
    """One trading server, if the broker has it."""
    row = _rows().filter(pk=server_id).first()
    return _line(row) if row else None


def wiring(server_id: uuid.UUID) -> Wiring:
    """What the form of a draft holds; the password is not part of it.

    Raises:
        NoSuchServer: There is none.
    """
    row = Server.objects.filter(pk=server_id).first()
    if row is None:
        raise NoSuchServer
    return Wiring(
        name=row.name,
        environment=row.environment,
        host=row.host,
        port=row.port,
        login=row.login,
        authority_pem=row.authority_pem,
    )


def groups(server_id: uuid.UUID) -> tuple[Group, ...]:
    """The groups of a server that the broker chose and the server still has."""
    rows = ServerGroup.objects.filter(server_id=server_id, is_chosen=True, is_present=True)
    return tuple(_group(row) for row in rows.order_by("name"))


def group_lines(server_id: uuid.UUID) -> tuple[GroupLine, ...]:
    """All groups of a server as the choice shows them: live ones first."""
    rows = ServerGroup.objects.filter(server_id=server_id).order_by("name")
    lines = [_group_line(row) for row in rows]
    return tuple(sorted(lines, key=lambda line: (line.is_demo, line.name)))


def newest_probe(server_id: uuid.UUID) -> ProbeLine | None:
    """The last test of a server, if there was one."""
    rows = Probe.objects.filter(server_id=server_id).order_by("-started_at", "-pk")
    row = rows.prefetch_related("checks").first()
    return _probe(row) if row else None


def uptime(server_id: uuid.UUID, *, cells: int = 60) -> tuple[str, ...]:
    """Tones of the newest looks, oldest first: ``ok`` or ``bad``."""
    newest = HealthSample.objects.filter(server_id=server_id).order_by("-taken_at")[:cells]
    return tuple("ok" if sample.is_up else "bad" for sample in reversed(newest))


def _rows() -> QuerySet[Server]:
    chosen = Count("groups", filter=Q(groups__is_chosen=True, groups__is_present=True))
    return Server.objects.annotate(chosen=chosen)


def _line(row: Server) -> ServerLine:
    return ServerLine(
        id=row.pk,
        name=row.name,
        platform=row.platform,
        platform_label=row.get_platform_display(),
        environment=row.environment,
        environment_label=row.get_environment_display(),
        host=row.host,
        port=row.port,
        login=row.login,
        is_pinned=bool(row.fingerprint),
        state=row.state,
        state_label=row.get_state_display(),
        latency_ms=row.latency_ms,
        offset_minutes=row.offset_minutes,
        drift_seconds=row.drift_seconds,
        last_seen_at=row.last_seen_at,
        failing_since=row.failing_since,
        last_failure=findings.sentence(row.last_failure, _Anything(row))
        if row.last_failure
        else "",
        proven_at=row.proven_at,
        certified_at=row.certified_at,
        groups_chosen=getattr(row, "chosen", 0),
    )


def _failure(row: Server) -> str:
    return findings.sentence(row.last_failure, _Anything(row)) if row.last_failure else ""


class _Anything(dict[str, object]):
    """Facts of a failure that was noted without any: the server's own."""

    def __init__(self, row: Server) -> None:
        super().__init__(host=row.host, port=row.port, login=row.login)

    def __missing__(self, key: str) -> str:
        return "?"


def _group(row: ServerGroup) -> Group:
    names = Group.__dataclass_fields__
    values = {name: getattr(row, name) for name in names} | {
        "margin_mode": MarginMode(row.margin_mode)
    }
    return Group(**values)


def _group_line(row: ServerGroup) -> GroupLine:
    return GroupLine(
        name=row.name,
        currency=row.currency,
        leverage_default=row.leverage_default,
        stop_out_level=f"{row.stop_out_level:f}{'%' if row.is_stop_out_in_percent else ''}",
        margin_mode=MARGIN_MODES.get(row.margin_mode, ""),
        is_demo=_group(row).is_demo,
        is_chosen=row.is_chosen,
        is_present=row.is_present,
    )


def _probe(row: Probe) -> ProbeLine:
    found = {check.key: check for check in row.checks.all()}
    is_running = row.state == "running"
    certificate = found.get("certificate")
    return ProbeLine(
        id=row.pk,
        server_id=row.server_id,
        state=row.state,
        checks=tuple(_checks(found, is_running=is_running)),
        fingerprint_found=row.fingerprint_found,
        certificate=_certificate(certificate) if row.fingerprint_found and certificate else (),
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def _checks(found: dict[str, ProbeCheck], *, is_running: bool) -> list[CheckLine]:
    lines, is_next = [], is_running
    for key in examine.KEYS:
        check = found.get(key)
        if check is not None:
            lines.append(_check(check))
            continue
        outcome = ("now" if is_next else "waiting") if is_running else "skipped"
        is_next = False
        lines.append(
            CheckLine(
                key=key,
                label=findings.label(key),
                outcome=outcome,
                sentence="" if is_running else findings.sentence("skipped", {}),
                advice="",
                took_ms=None,
            )
        )
    return lines


def _check(check: ProbeCheck) -> CheckLine:
    return CheckLine(
        key=check.key,
        label=findings.label(check.key),
        outcome=check.outcome,
        sentence=findings.sentence(check.code, check.facts),
        advice=findings.advice(check.code, check.facts),
        took_ms=check.took_ms,
    )


def _certificate(check: ProbeCheck) -> tuple[tuple[Text, str], ...]:
    return tuple((label, str(check.facts[key])) for key, label in CERTIFICATE if key in check.facts)
