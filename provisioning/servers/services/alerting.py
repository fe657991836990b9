"""Telling the broker what is wrong with a server: a letter when it begins, one when it is over."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string

from identity import queries as identity
from identity.brand import absolute
from kernel import audit, clock, mail, pin
from kernel.actor import Actor
from provisioning.servers import incidents
from provisioning.servers.incidents import Condition
from provisioning.servers.models import AlertPolicy, Incident, IncidentKind, Server
from provisioning.servers.records import Alerts
from provisioning.servers.types import Gone, Pulse
from tenants import directory

OVER_AFTER = dt.timedelta(minutes=3)
"""An incident is over when nothing was seen of it for so long: what flickers is one incident."""


def watch(server_id: uuid.UUID) -> None:
    """Open and close the incidents of a server as it is now, with their letters.

    Opens a transaction: an incident and its letters are kept together, so each is told once.
    """
    pulse = pulse_of(server_id)
    with transaction.atomic():
        row = Server.objects.locked().usable().filter(pk=server_id).first()
        if row is None:
            return
        policy, now = policy_row(), clock.now()
        missed = tuple(incidents.missing(row, _missed(row, now)))
        found = incidents.conditions(row, policy, pulse, now=now, missed=missed)
        seen = {one.key: one for one in found}
        known = {(one.kind, one.subject): one for one in row.incidents.filter(closed_at=None)}
        _open(row, policy, [seen[key] for key in seen if key not in known])
        for key, incident in known.items():
            if key in seen:
                _go_on(incident, seen[key])
        _close(row, policy, [known[key] for key in known if key not in seen])


def set_alerts(wish: Alerts, *, by: Actor) -> None:
    """Say what the broker wants to be told of, from when on, and whom. Opens a transaction."""
    with transaction.atomic():
        AlertPolicy.objects.get_or_create(pk=AlertPolicy.ONLY)
        row = AlertPolicy.objects.select_for_update().get(pk=AlertPolicy.ONLY)
        row.target_bp, row.drift_limit_s = wish.target_bp, wish.drift_limit_s
        row.lag_limit_s, row.tells_admins = wish.lag_limit_s, wish.tells_admins
        row.receivers, row.muted = list(wish.receivers), list(wish.muted)
        row.save()
        audit.note(
            "servers.alerts_set",
            about=row,
            by=by,
            changes={
                "target_bp": row.target_bp,
                "drift_limit_s": row.drift_limit_s,
                "lag_limit_s": row.lag_limit_s,
                "tells_admins": row.tells_admins,
                "receivers": len(row.receivers),
                "muted": row.muted,
            },
        )


def policy_row() -> AlertPolicy:
    """What the broker chose, or the defaults; not saved."""
    return AlertPolicy.objects.filter(pk=AlertPolicy.ONLY).first() or AlertPolicy()


def pulse_of(server_id: uuid.UUID) -> Pulse | None:
    """How far a server has been read by whoever mirrors it."""
    found: Pulse | None = import_string(settings.SERVER_PULSE)(server_id)
    return found


def _missed(row: Server, now: dt.datetime) -> Gone:
    """What is gone and in use; nobody is asked while nothing is gone."""
    gone = incidents.gone(row, now=now)
    if not gone.groups and not gone.symbols:
        return gone
    missed: Gone = import_string(settings.SERVER_MISSES)(row.pk, gone)
    return missed


def _open(row: Server, policy: AlertPolicy, new: Iterable[Condition]) -> None:
    for one in new:
        incident = Incident.objects.create(
            server=row,
            kind=one.kind,
            subject=one.subject,
            facts=dict(one.facts),
            opened_at=clock.now(),
        )
        _tell(row, policy, incident)


def _go_on(incident: Incident, seen: Condition) -> None:
    if incident.clear_since_at is not None or incident.facts != dict(seen.facts):
        incident.clear_since_at, incident.facts = None, dict(seen.facts)
        incident.save(update_fields=["clear_since_at", "facts"])


def _close(row: Server, policy: AlertPolicy, gone: Sequence[Incident]) -> None:
    """Close what has not been seen for a while; one letter for each kind that is over."""
    now = clock.now()
    closed = []
    for incident in gone:
        incident.clear_since_at = incident.clear_since_at or now
        if now - incident.clear_since_at >= OVER_AFTER or _is_worse(row, incident):
            incident.closed_at = now
            closed.append(incident)
        incident.save(update_fields=["clear_since_at", "closed_at"])
    still = set(row.incidents.filter(closed_at=None).values_list("kind", flat=True))
    for kind in dict.fromkeys(one.kind for one in closed):
        if kind not in still:
            last = next(one for one in closed if one.kind == kind)
            _tell(row, policy, last)


def _is_worse(row: Server, incident: Incident) -> bool:
    """Whether a shorter term of the certificate has taken the place of this one."""
    others = row.incidents.filter(closed_at=None, kind=incident.kind).exclude(pk=incident.pk)
    return incident.kind == IncidentKind.CERTIFICATE and others.exists()


def _tell(row: Server, policy: AlertPolicy, incident: Incident) -> None:
    if incident.kind in policy.muted:
        return
    link = absolute(reverse("office:provisioning:server", args=[row.pk], urlconf=_URLS))
    for to, language in _receivers(policy).items():
        with translation.override(language or translation.get_language()):
            mail.send(
                "servers/incident",
                to=to,
                context=_context(row, incident) | {"link": link},
                language=language,
            )


_URLS = "config.urls.tenant"
"""Tasks have no host, so they say whose addresses they mean."""


def _context(row: Server, incident: Incident) -> dict[str, object]:
    is_over = incident.closed_at is not None
    what = incidents.sentence(incident.kind, incident.subject, incident.facts, server=row)
    return {
        "server": row.name,
        "is_over": is_over,
        "what": incidents.over(incident.kind, server=row) if is_over else what,
        "advice": "" if is_over else str(incidents.ADVICE[incident.kind]),
        "at": incident.closed_at or incident.opened_at,
        "since": incident.opened_at,
    }


def _receivers(policy: AlertPolicy) -> dict[str, str | None]:
    """Addresses and their languages: who may wire servers, and whom the broker named."""
    found: dict[str, str | None] = {}
    if policy.tells_admins:
        for person in identity.staff():
            if identity.actor_for(person.id).may("provisioning.wire_servers"):
                found[person.email] = person.language or None
    tenant = directory.find_by_schema(pin.current())
    for address in policy.receivers:
        found.setdefault(address, tenant.locale if tenant else None)
    return found
