"""Who decides which kind of request at this broker."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from kernel.actor import Actor
from kernel.module import RequestKind
from kernel.money import Money
from kernel.registry import permissions, request_kinds
from modules.requests.errors import NoSuchKind
from modules.requests.models import ApprovalPolicy
from modules.requests.types import Level, Policy, Rule


def kind_of(key: str) -> RequestKind:
    """What a module declares of a kind.

    Raises:
        NoSuchKind: No module declares it.
    """
    kind = request_kinds().get(key)
    if kind is None:
        raise NoSuchKind
    return kind


def policy(key: str) -> Policy:
    """What holds for a kind here: the broker's word, or what its module declares.

    Raises:
        NoSuchKind: No module declares it.
    """
    kind = kind_of(key)
    return _policy(kind, ApprovalPolicy.objects.filter(pk=key).first())


def policies() -> tuple[Policy, ...]:
    """The policies of every kind, in the order of the modules."""
    rows = {row.pk: row for row in ApprovalPolicy.objects.all()}
    return tuple(_policy(kind, rows.get(key)) for key, kind in request_kinds().items())


def is_wanted(key: str, *, by: Actor) -> bool:
    """Whether the broker wants people to decide what ``by`` asks; else it happens at once.

    Raises:
        NoSuchKind: No module declares it.
    """
    found = policy(key)
    if not found.is_decided:
        return False
    return not by.is_staff or found.is_for_staff or found.by_staff


def sensitive_right(key: str) -> str:
    """The right to decide a kind, where it asks for a fresh second factor; else empty."""
    kind = request_kinds().get(key)
    code = kind.permission if kind else ""
    return code if code and permissions()[code].sensitive else ""


def level_to_json(level: Level) -> dict[str, Any]:
    """How a level is stored."""
    return {
        "name": level.name,
        "roles": [str(one) for one in level.role_ids],
        "people": [str(one) for one in level.person_ids],
        "least": level.least.minor if level.least else None,
        "currency": level.least.currency if level.least else "",
    }


def level_from_json(told: Mapping[str, Any]) -> Level:
    """A stored level."""
    least = told.get("least")
    return Level(
        name=told["name"],
        role_ids=tuple(uuid.UUID(one) for one in told["roles"]),
        person_ids=tuple(uuid.UUID(one) for one in told["people"]),
        least=None if least is None else Money(least, told["currency"]),
    )


def _policy(kind: RequestKind, row: ApprovalPolicy | None) -> Policy:
    if row is None:
        row = ApprovalPolicy(
            pk=kind.key, is_decided=kind.is_decided, expected_hours=kind.expected_hours
        )
    return Policy(
        kind=kind.key,
        title=kind.title,
        icon=kind.icon,
        has_amount=kind.has_amount,
        by_staff=kind.by_staff,
        is_decided=row.is_decided,
        is_for_staff=row.is_for_staff,
        levels=tuple(level_from_json(one) for one in row.levels),
        rules=tuple(Rule(**one) for one in row.rules),
        score_needed=row.score_needed,
        expected_hours=row.expected_hours,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
