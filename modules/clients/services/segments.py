"""How far clients are verified, and which groups they are in."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping

from django.db import IntegrityError, transaction

from kernel import audit, clock
from kernel.actor import Actor
from kernel.events import publish
from modules.clients import queries
from modules.clients.errors import (
    GroupNameTaken,
    NameNeeded,
    NoSuchGroup,
    ReasonNeeded,
    TooManyLevels,
)
from modules.clients.events import ClientChanged
from modules.clients.models import (
    MOST_LEVELS,
    NAME_LENGTH,
    ClientGroup,
    GroupMember,
    VerificationLevel,
)
from modules.clients.services.people import locked


@transaction.atomic
def set_verification_level(client_id: uuid.UUID, level: int, *, reason: str, by: Actor) -> None:
    """Keep how far a client is verified, and why; the same level again changes nothing.

    Opens a transaction.

    Raises:
        NoSuchClient: There is none.
        NoSuchLevel: The broker has no level of that rank.
        ReasonNeeded: There is none.
    """
    row = locked(client_id)
    queries.level(level)
    if not reason.strip():
        raise ReasonNeeded
    before = row.level
    if before == level:
        return
    row.level, row.level_reason, row.level_at = level, reason.strip()[:300], clock.now()
    row.save(update_fields=["level", "level_reason", "level_at"])
    publish(ClientChanged(client_id=row.pk, fields=("level",)))
    changes = {"level": [before, level]}
    audit.note("clients.level_set", about=row, by=by, changes=changes, reason=row.level_reason)


@transaction.atomic
def set_groups(client_id: uuid.UUID, group_ids: Collection[uuid.UUID], *, by: Actor) -> None:
    """Put a client into exactly these groups. Opens a transaction.

    He may stay in archived groups that he is in; nobody is put into one anew.

    Raises:
        NoSuchClient: There is none.
        NoSuchGroup: One of them is not there, or is archived.
    """
    row = locked(client_id)
    before = set(row.memberships.values_list("group_id", flat=True))
    wanted = set(group_ids)
    new = ClientGroup.objects.filter(pk__in=wanted - before, archived_at=None)
    if new.count() != len(wanted - before):
        raise NoSuchGroup
    if wanted == before:
        return
    row.memberships.exclude(group_id__in=wanted).delete()
    GroupMember.objects.bulk_create(
        GroupMember(client=row, group=group, since_at=clock.now()) for group in new
    )
    names = dict(ClientGroup.objects.filter(pk__in=wanted | before).values_list("pk", "name"))
    changes = {"groups": [sorted(names[one] for one in held) for held in (before, wanted)]}
    publish(ClientChanged(client_id=row.pk, fields=("groups",)))
    audit.note("clients.groups_set", about=row, by=by, changes=changes)


@transaction.atomic
def create_group(name: str, *, by: Actor) -> uuid.UUID:
    """Make a group of clients and return its id. Opens a transaction.

    Raises:
        NameNeeded: No name, or too long a one.
        GroupNameTaken: There is one of that name, perhaps archived.
    """
    row = ClientGroup(name=_checked(name), made_at=clock.now())
    _save_group(row)
    audit.note("clients.group_made", about=row, by=by, changes={"name": row.name})
    return row.pk


@transaction.atomic
def rename_group(group_id: uuid.UUID, name: str, *, by: Actor) -> None:
    """Call a group something else. Opens a transaction.

    Raises:
        NoSuchGroup: There is none.
        NameNeeded, GroupNameTaken: As for a new one.
    """
    row = _locked_group(group_id)
    before, row.name = row.name, _checked(name)
    _save_group(row)
    audit.note("clients.group_renamed", about=row, by=by, changes={"name": [before, row.name]})


@transaction.atomic
def archive_group(group_id: uuid.UUID, *, by: Actor) -> None:
    """Put nobody new into a group; who is in it stays. Opens a transaction.

    Raises:
        NoSuchGroup: There is none.
    """
    row = _locked_group(group_id)
    if row.archived_at is None:
        row.archived_at = clock.now()
        row.save(update_fields=["archived_at"])
        audit.note("clients.group_archived", about=row, by=by)


@transaction.atomic
def restore_group(group_id: uuid.UUID, *, by: Actor) -> None:
    """Use an archived group again. Opens a transaction.

    Raises:
        NoSuchGroup: There is none.
    """
    row = _locked_group(group_id)
    if row.archived_at is not None:
        row.archived_at = None
        row.save(update_fields=["archived_at"])
        audit.note("clients.group_restored", about=row, by=by)


@transaction.atomic
def add_level(name: str, titles: Mapping[str, str], *, by: Actor) -> int:
    """Make a verification level above all others and return its rank. Opens a transaction.

    Levels are never removed: clients and rules refer to them by rank.

    Raises:
        NameNeeded: No name, or too long a one.
        TooManyLevels: There are enough.
    """
    rank = max(one.rank for one in queries.levels()) + 1
    if rank >= MOST_LEVELS:
        raise TooManyLevels(most=MOST_LEVELS)
    _keep_level(rank, name, titles)
    audit.note("clients.level_made", about=f"clients.VerificationLevel:{rank}", by=by)
    return rank


@transaction.atomic
def rename_level(rank: int, name: str, titles: Mapping[str, str], *, by: Actor) -> None:
    """Call a verification level something else. Opens a transaction.

    Raises:
        NoSuchLevel: There is none.
        NameNeeded: No name, or too long a one.
    """
    before = queries.level(rank).name
    _keep_level(rank, name, titles)
    about, changes = f"clients.VerificationLevel:{rank}", {"name": [before, name.strip()]}
    audit.note("clients.level_renamed", about=about, by=by, changes=changes)


def _locked_group(group_id: uuid.UUID) -> ClientGroup:
    row = ClientGroup.objects.select_for_update().filter(pk=group_id).first()
    if row is None:
        raise NoSuchGroup
    return row


def _save_group(row: ClientGroup) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise GroupNameTaken(name=row.name) from error


def _keep_level(rank: int, name: str, titles: Mapping[str, str]) -> None:
    kept = {code: text.strip()[:NAME_LENGTH] for code, text in titles.items() if text.strip()}
    told = {"name": _checked(name), "titles": kept}
    VerificationLevel.objects.update_or_create(rank=rank, defaults=told)


def _checked(name: str) -> str:
    plain = " ".join(name.split())
    if not 0 < len(plain) <= NAME_LENGTH:
        raise NameNeeded(most=NAME_LENGTH)
    return plain
