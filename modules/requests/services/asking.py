"""Asking: a request is kept with its evidence, and the rules say whether people must decide."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from identity import queries as identity
from kernel import audit, clock
from kernel.actor import Actor
from kernel.events import publish
from kernel.money import Money
from modules.requests.events import RequestApproved, RequestAsked
from modules.requests.models import Decision, DecisionKind, Request, State
from modules.requests.queries.deciders import hands_of
from modules.requests.queries.policies import kind_of, level_to_json, policy
from modules.requests.queries.rules import score, verdicts
from modules.requests.services.remarks import keep_papers
from modules.requests.types import Asked, FactValue, Level, Policy, Upload, Wish

_RULES = "rules"
"""Who approves when people need not; shown in the reader's language."""


def ask(wish: Wish, *, key: str, by: Actor, files: Sequence[Upload] = ()) -> Asked:
    """Keep a request; needs the caller's transaction, so that it stands or falls with the change.

    Asking again under the same ``key`` returns the first request, whatever became of it. It waits
    for the levels of the broker's policy, for anyone with the right where the policy names none,
    and is approved at once where the rules reach the score or no level applies to the amount.

    Raises:
        NoSuchKind: No module declares the kind.
        FileNotTaken, FileTooLarge, TooManyFiles: The files are not kept, nor is the request.
        RuntimeError: No transaction is open.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("ask inside the transaction of the change that waits for it")
    kind_of(wish.kind)
    row, is_new = Request.objects.get_or_create(
        kind=wish.kind, key=key, defaults=_columns(wish, policy(wish.kind), by)
    )
    if not is_new:
        return Asked(id=row.pk, state=row.state)
    keep_papers(row, files, by=by)
    is_enough = 0 < row.score_needed <= row.score
    if is_enough or not row.levels:
        _approve_alone(row)
    else:
        row.level_role_ids, row.level_person_ids = _of_level(row.levels[0])
        row.save(update_fields=["level_role_ids", "level_person_ids"])
        publish(RequestAsked(**facts_of(row)))
    audit.note("requests.asked", about=row, by=by, changes={"kind": row.kind, "state": row.state})
    return Asked(id=row.pk, state=row.state)


def facts_of(row: Request) -> dict[str, Any]:
    """What every event says of a request."""
    return {
        "request_id": row.pk,
        "kind": row.kind,
        "client_id": row.client_id,
        "subject": row.subject,
    }


def enter_level(row: Request) -> None:
    """Let the next level decide; without saving."""
    row.level += 1
    row.level_role_ids, row.level_person_ids = _of_level(row.levels[row.level - 1])


def _columns(wish: Wish, held: Policy, by: Actor) -> dict[str, Any]:
    moment = wish.asked_at or clock.now()
    found = verdicts(held.rules, wish)
    applying = [one for one in held.levels if _applies(one, wish.amount)]
    levels = applying if held.levels else [Level(name="")]
    return {
        "client_id": wish.client_id,
        "subject": wish.subject,
        "label": wish.label[:80],
        "words": dict(wish.words),
        "facts": {name: _plain(value) for name, value in wish.facts.items()},
        "payload": dict(wish.payload),
        "amount_minor": wish.amount.minor if wish.amount else None,
        "currency": wish.amount.currency if wish.amount else "",
        "asked_by_id": by.id,
        "asked_by_name": by.name[:200],
        "is_asked_by_client": by.id is not None and by.id == wish.client_id,
        "asked_at": moment,
        "expected_at": moment + dt.timedelta(hours=held.expected_hours),
        "hands": sorted(hands_of(by)),
        "levels": _with_names(levels),
        "score": score(found),
        "score_needed": held.score_needed,
        "verdicts": found,
    }


def _applies(level: Level, amount: Money | None) -> bool:
    """Whether a level is needed; an amount that cannot be compared never escapes it."""
    least = level.least
    if least is None or amount is None or amount.currency != least.currency:
        return True
    return abs(amount.minor) >= least.minor


def _with_names(levels: Sequence[Level]) -> list[dict[str, Any]]:
    """Levels as they are kept with a request: with the names that hold now."""
    roles = {role.id: role.name for role in identity.role_lines()}
    wanted = [one for level in levels for one in level.person_ids]
    people = identity.people(wanted)
    kept = []
    for level in levels:
        names = [roles[one] for one in level.role_ids if one in roles]
        names += [
            people[one].full_name or people[one].email for one in level.person_ids if one in people
        ]
        kept.append({**level_to_json(level), "who": names})
    return kept


def _of_level(told: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    return list(told["roles"]), list(told["people"])


def _approve_alone(row: Request) -> None:
    row.move_to(State.APPROVED)
    row.ended_at = clock.now()
    row.save(update_fields=["state", "ended_at"])
    Decision.objects.create(
        request=row,
        level=0,
        decision=DecisionKind.APPROVE,
        actor_name=_RULES,
        decided_at=row.ended_at,
    )
    publish(RequestApproved(**facts_of(row)))


def _plain(value: FactValue) -> Any:
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency}
    if isinstance(value, dt.datetime):
        return {"at": value.isoformat()}
    return value
