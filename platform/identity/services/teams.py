"""Teams: people who see each other's records."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db import transaction

from identity.errors import NameTaken
from identity.models import Team, TeamMembership, User
from identity.queries import house_kind
from kernel import audit
from kernel.actor import Actor


@transaction.atomic
def add_team(*, name: str, by: Actor) -> uuid.UUID:
    """Make a team. Opens a transaction.

    Raises:
        NameTaken: Another team has this name.
    """
    if Team.objects.filter(name__iexact=name).exists():
        raise NameTaken(name=name)
    team = Team.objects.create(name=name)
    audit.note("identity.team_added", about=team, by=by, changes={"name": name})
    return team.pk


@transaction.atomic
def set_team_people(team_id: uuid.UUID, person_ids: Collection[uuid.UUID], *, by: Actor) -> None:
    """Let exactly these people of the house be in the team. Opens a transaction."""
    team = Team.objects.select_for_update().get(pk=team_id)
    wanted = set(
        User.objects.filter(pk__in=person_ids, kind=house_kind()).values_list("pk", flat=True)
    )
    held = set(team.memberships.values_list("person_id", flat=True))
    team.memberships.exclude(person_id__in=wanted).delete()
    TeamMembership.objects.bulk_create(
        TeamMembership(team=team, person_id=person_id) for person_id in wanted - held
    )
    changes = {"before": sorted(map(str, held)), "after": sorted(map(str, wanted))}
    audit.note("identity.team_changed", about=team, by=by, changes=changes)


@transaction.atomic
def remove_team(team_id: uuid.UUID, *, by: Actor) -> None:
    """Remove a team; its people stay. Opens a transaction."""
    team = Team.objects.select_for_update().get(pk=team_id)
    audit.note("identity.team_removed", about=team, by=by, changes={"name": team.name})
    team.delete()
