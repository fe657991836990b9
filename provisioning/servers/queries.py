"""What is known about trading servers."""

from __future__ import annotations

import uuid

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kernel.module import Text
from provisioning.servers import findings, incidents
from provisioning.servers.adapters.mt5_web_api import examine
from provisioning.servers.adapters.mt5_web_api import rights as manager_rights
from provisioning.servers.errors import NoSuchServer
from provisioning.servers.models import (
    USABLE,
    AlertPolicy,
    Certification,
    HealthSample,
    Incident,
    Probe,
    ProbeCheck,
    RightChange,
    Server,
    ServerGroup,
)
from provisioning.servers.records import (
    Alerts,
    CertificationLine,
    CheckLine,
    GroupLine,
    IncidentLine,
    ProbeLine,
    RightChangeLine,
    RightLine,
    ServerLine,
    Wiring,
)
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
    row = Server.objects.present().filter(pk=server_id).first()
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


def newest_certification(server_id: uuid.UUID) -> CertificationLine | None:
    """How the last certification of a server ended, if there was one."""
    rows = Certification.objects.filter(server_id=server_id).order_by("-started_at", "-pk")
    row = rows.first()
    if row is None:
        return None
    return CertificationLine(
        id=row.pk,
        login=row.login,
        state=row.state,
        state_label=row.get_state_display(),
        sentence=findings.sentence(row.code, row.facts) if row.code else "",
        advice=findings.advice(row.code, row.facts),
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def rights(server_id: uuid.UUID) -> tuple[RightLine, ...]:
    """The rights of our manager as last looked at, in the order of the test."""
    held = Server.objects.filter(pk=server_id).values_list("rights", flat=True).first() or {}
    return tuple(
        RightLine(
            key=key,
            label=findings.label(key),
            is_given=held.get(key),
            is_needed=key in manager_rights.NEEDED_RIGHTS,
        )
        for key in examine.KEYS
        if key in manager_rights.RIGHT_KEYS
    )


def right_changes(server_id: uuid.UUID, *, limit: int = 20) -> tuple[RightChangeLine, ...]:
    """Rights that came or went, newest first."""
    rows = RightChange.objects.filter(server_id=server_id).order_by("-noticed_at", "-pk")[:limit]
    return tuple(
        RightChangeLine(
            label=findings.label(row.key), is_given=row.is_given, noticed_at=row.noticed_at
        )
        for row in rows
    )


def open_incidents() -> tuple[IncidentLine, ...]:
    """Everything that is wrong with any server now, oldest first: for notices."""
    rows = Incident.objects.filter(closed_at=None, server__state__in=USABLE)
    return tuple(_incident(row) for row in rows.select_related("server").order_by("opened_at"))


def incidents_of(server_id: uuid.UUID, *, limit: int = 20) -> tuple[IncidentLine, ...]:
    """What was wrong with a server, newest first; what still is comes before."""
    rows = Incident.objects.filter(server_id=server_id).select_related("server")
    found = rows.order_by(F("closed_at").desc(nulls_first=True), "-opened_at")[:limit]
    return tuple(_incident(row) for row in found)


def alerts() -> Alerts:
    """What the broker wants to be told of, from when on, and whom."""
    row = AlertPolicy.objects.filter(pk=AlertPolicy.ONLY).first() or AlertPolicy()
    return Alerts(
        target_bp=row.target_bp,
        drift_limit_s=row.drift_limit_s,
        lag_limit_s=row.lag_limit_s,
        tells_admins=row.tells_admins,
        receivers=tuple(row.receivers),
        muted=tuple(row.muted),
    )


def _incident(row: Incident) -> IncidentLine:
    return IncidentLine(
        id=row.pk,
        server_id=row.server_id,
        kind=row.kind,
        title=row.get_kind_display(),
        what=incidents.sentence(row.kind, row.subject, row.facts, server=row.server),
        advice=str(incidents.ADVICE[row.kind]),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )


def _rows() -> QuerySet[Server]:
    chosen = Count("groups", filter=Q(groups__is_chosen=True, groups__is_present=True))
    return Server.objects.present().annotate(chosen=chosen)


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
        last_failure=_failure(row),
        up_since_at=row.up_since_at,
        certificate_expires_at=row.certificate_expires_at,
        proven_at=row.proven_at,
        certified_at=row.certified_at,
        groups_chosen=getattr(row, "chosen", 0),
    )


def _failure(row: Server) -> str:
    return incidents.silence(row) if row.last_failure else ""


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
        proposes=f"{row.host}:{row.port}" if row.host else "",
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
