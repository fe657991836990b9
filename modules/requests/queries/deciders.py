"""Who may decide a request now: one answer for the page that explains and the verb that acts."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from identity import queries as identity
from kernel.actor import Actor
from kernel.registry import request_kinds
from modules.clients import queries as clients
from modules.requests.errors import (
    AlreadyDecided,
    DecidedOneLevel,
    MayNotDecide,
    NotWaiting,
    NotYourLevel,
    OwnRequest,
)
from modules.requests.models import Decision, DecisionKind, Request, State

SEE = "requests.see_requests"


def person_of(by: Actor) -> uuid.UUID | None:
    """The person who answers for a deed: behind an API key, who made it."""
    return by.on_behalf_of or by.id


def hands_of(by: Actor) -> set[uuid.UUID]:
    """Everyone whose hands a deed of ``by`` has passed through."""
    return {one for one in (by.id, by.on_behalf_of) if one is not None}


def within_reach(by: Actor) -> QuerySet[Request]:
    """The requests that ``by`` may see."""
    if by.scope(SEE) is None:
        return Request.objects.none()
    reached = clients.ids_within_reach(SEE, by=by)
    rows = Request.objects.all()
    return rows if reached is None else rows.filter(client_id__in=reached)


def decidable(rows: QuerySet[Request], *, by: Actor) -> QuerySet[Request]:
    """Those of ``rows`` that ``by`` may decide now."""
    me = person_of(by)
    if me is None or not by.is_staff:
        return rows.none()
    kinds = [key for key, kind in request_kinds().items() if by.may(kind.permission)]
    roles = list(identity.role_ids_of(me))
    approved = Decision.objects.filter(
        request=OuterRef("pk"), decision=DecisionKind.APPROVE, actor_id=me
    )
    level = Q(level_role_ids=[], level_person_ids=[]) | Q(level_person_ids__contains=[me])
    if roles:
        level |= Q(level_role_ids__overlap=roles)
    return (
        rows.filter(level, state=State.WAITING, kind__in=kinds)
        .exclude(hands__overlap=list(hands_of(by)))
        .exclude(Exists(approved))
    )


def deciders_of(request_id: uuid.UUID, *, quiet: dt.timedelta) -> tuple[uuid.UUID, ...]:
    """Ids of those who may decide a request now and are to be told of it.

    Not of those for whom something of the same module waits that was asked before it, by less
    than ``quiet``: they were told of that, and will find this one beside it.
    """
    row = Request.objects.filter(pk=request_id).first()
    kind = request_kinds().get(row.kind) if row else None
    if row is None or kind is None:
        return ()
    lately = Q(kind__startswith=f"{row.kind.partition('.')[0]}.")
    lately &= Q(asked_at__gt=row.asked_at - quiet, pk__lt=row.pk)
    found = []
    for person_id in sorted(identity.holders_of_right(kind.permission)):
        by = identity.actor_for(person_id)
        waiting = decidable(within_reach(by), by=by)
        if waiting.filter(pk=row.pk).exists() and not waiting.filter(lately).exists():
            found.append(person_id)
    return tuple(found)


def refuse_decider(row: Request, *, by: Actor, approves: bool) -> None:
    """Say no to someone who may not decide ``row`` now.

    Raises:
        AlreadyDecided: It is decided.
        NotWaiting: It waits for the client's answer; it can be refused, not approved.
        MayNotDecide: The right is missing, or does not reach the client.
        OwnRequest: He asked or prepared.
        DecidedOneLevel: He approved an earlier level.
        NotYourLevel: Others decide this level.
    """
    if row.state == State.NEEDS_INFORMATION and approves:
        raise NotWaiting
    if row.state not in {State.WAITING, State.NEEDS_INFORMATION}:
        raise AlreadyDecided(state=str(State(row.state).label).lower())
    refuse_without_right(row, by=by)
    if hands_of(by) & set(row.hands):
        raise OwnRequest
    me = person_of(by)
    earlier = row.decisions.filter(decision=DecisionKind.APPROVE, actor_id=me)
    if approves and earlier.exists():
        raise DecidedOneLevel
    if not is_of_level(row, me):
        raise NotYourLevel(who=who_decides(row))


def refuse_without_right(row: Request, *, by: Actor) -> None:
    """Say no to someone who never decides this kind, or not for this client.

    Raises:
        MayNotDecide: So it is.
    """
    kind = request_kinds().get(row.kind)
    if kind is None or not by.is_staff or person_of(by) is None or not by.may(kind.permission):
        raise MayNotDecide
    reached = clients.ids_within_reach(kind.permission, by=by)
    if reached is None:
        return
    if row.client_id is None or not reached.filter(pk=row.client_id).exists():
        raise MayNotDecide


def is_of_level(row: Request, person_id: uuid.UUID | None) -> bool:
    """Whether the level that decides next is the person's."""
    if not row.level_role_ids and not row.level_person_ids:
        return True
    if person_id is None:
        return False
    if person_id in row.level_person_ids:
        return True
    return bool(identity.role_ids_of(person_id) & set(row.level_role_ids))


def who_decides(row: Request) -> str:
    """Names of the roles and people of the level that decides next."""
    levels = row.levels
    return who(levels[row.level - 1]) if row.level <= len(levels) else ""


def who(level: dict[str, list[str]]) -> str:
    """Names of a kept level's roles and people."""
    names = list(level.get("who", ()))
    return ", ".join(names) if names else _("anyone with the right")
