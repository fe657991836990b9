"""Groups of a server as we keep them, and what changed since they were last read."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import asdict

from django.db import transaction

from kernel import clock, events
from provisioning.servers.events import GroupsChanged
from provisioning.servers.models import ChangeKind, Server, ServerGroup, Subject
from provisioning.servers.services.cataloguing import note_changes, written
from provisioning.servers.services.connecting import trading_server
from provisioning.servers.types import Group


def read_groups(server_id: uuid.UUID) -> None:
    """Read a server's groups anew. Needs the network, no transaction.

    Raises:
        NoSuchServer: There is none.
        NotProven: Its connection test has not passed yet.
        Unavailable: It does not answer.
    """
    with trading_server(server_id) as server:
        groups = server.groups()
    with transaction.atomic():
        record_groups(Server.objects.locked().get(pk=server_id), groups)


def record_groups(row: Server, groups: Iterable[Group]) -> None:
    """Keep the groups as they are now and tell what changed; needs a transaction.

    A group that vanished is kept and marked: account types may still name it.
    """
    before = {group.name: group for group in row.groups.all()}
    now = {group.name: group for group in groups}
    changed = [
        name for name, group in now.items() if name in before and _differs(before[name], group)
    ]
    for name, group in now.items():
        row.groups.update_or_create(name=name, defaults=_columns(group))
    vanished = [n for n, kept in before.items() if kept.is_present and n not in now]
    fields = [
        (name, field, written(getattr(before[name], field)), written(value))
        for name in changed
        for field, value in asdict(now[name]).items()
        if getattr(before[name], field) != value
    ]
    row.groups.filter(name__in=vanished).update(is_present=False)
    appeared = [n for n in now if n not in before or not before[n].is_present]
    if not before:
        return
    note_changes(row, Subject.GROUP, ChangeKind.APPEARED, [(n, "", "", "") for n in appeared])
    note_changes(row, Subject.GROUP, ChangeKind.VANISHED, [(n, "", "", "") for n in vanished])
    note_changes(row, Subject.GROUP, ChangeKind.CHANGED, fields)
    if appeared or vanished or changed:
        events.publish(
            GroupsChanged(
                server_id=row.pk,
                appeared=tuple(appeared),
                vanished=tuple(vanished),
                changed=tuple(changed),
            )
        )


def _columns(group: Group) -> dict[str, object]:
    return asdict(group) | {"is_present": True, "read_at": clock.now()}


def _differs(kept: ServerGroup, group: Group) -> bool:
    return any(getattr(kept, name) != value for name, value in asdict(group).items())
