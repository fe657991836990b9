"""Who approves what: the broker's word on each kind, refused where nobody could follow it."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Sequence

from django.db import transaction

from identity import queries as identity
from kernel import audit, clock
from kernel.actor import Actor
from modules.requests.errors import LevelsMissing, NobodyCould, TooFewPeople
from modules.requests.models import ApprovalPolicy
from modules.requests.queries.policies import kind_of, level_to_json
from modules.requests.types import Level, PolicyWish


@transaction.atomic
def set_policy(key: str, wish: PolicyWish, *, by: Actor) -> None:
    """Say who decides a kind from now on; requests that wait keep the levels they were asked under.

    Opens a transaction.

    Raises:
        NoSuchKind: No module declares it.
        LevelsMissing: People are to decide, and no level says who.
        NobodyCould: None of a level's people has the right to decide this kind.
        TooFewPeople: The levels need more different people than there are.
    """
    kind = kind_of(key)
    if wish.is_decided:
        if not wish.levels:
            raise LevelsMissing
        _refuse_impossible(wish.levels, identity.holders_of_right(kind.permission))
    row = ApprovalPolicy.objects.select_for_update().filter(pk=key).first()
    before = _words(row) if row else {}
    row = ApprovalPolicy(
        pk=key,
        is_decided=wish.is_decided,
        is_for_staff=wish.is_for_staff or kind.by_staff,
        levels=[level_to_json(one) for one in wish.levels],
        rules=[dataclasses.asdict(one) for one in wish.rules],
        score_needed=wish.score_needed,
        expected_hours=wish.expected_hours,
        changed_at=clock.now(),
        changed_by=by.name[:200],
    )
    row.save()
    changes = {"before": before, "after": _words(row)}
    audit.note("requests.policy_set", about=row, by=by, changes=changes)


def _refuse_impossible(levels: Sequence[Level], able: frozenset[uuid.UUID]) -> None:
    """Refuse levels that could never be passed by different people."""
    choices = []
    for number, level in enumerate(levels, start=1):
        people = able
        if level.role_ids or level.person_ids:
            people = able & (identity.holders_of(level.role_ids) | set(level.person_ids))
        if not people:
            raise NobodyCould(level=number)
        choices.append(people)
    if not _different(choices):
        raise TooFewPeople(levels=len(levels))


def _different(choices: Sequence[frozenset[uuid.UUID]]) -> bool:
    """Whether each level can have a person of its own (an augmenting path for every level)."""
    taken: dict[uuid.UUID, int] = {}

    def place(level: int, seen: set[uuid.UUID]) -> bool:
        for person in choices[level] - seen:
            seen.add(person)
            if person not in taken or place(taken[person], seen):
                taken[person] = level
                return True
        return False

    return all(place(level, set()) for level in range(len(choices)))


def _words(row: ApprovalPolicy) -> dict[str, object]:
    names = ("is_decided", "is_for_staff", "levels", "rules", "score_needed", "expected_hours")
    return {name: getattr(row, name) for name in names}
