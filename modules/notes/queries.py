"""Notes and tasks, as far as the asker may see their clients."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping

from django.db.models import Q, QuerySet
from django.utils import timezone

from identity import queries as identity
from kernel import clock
from kernel.actor import Actor
from modules.clients import queries as clients
from modules.notes.models import Note, Task
from modules.notes.types import NoteLine, TaskLine

SEE = "notes.see_notes"
MOST = 200


def notes(client_id: uuid.UUID, *, by: Actor) -> tuple[NoteLine, ...]:
    """The notes on a client in their present wording, newest first."""
    rows = list(Note.objects.filter(client_id=client_id, replaced_by=None).order_by("-written_at"))
    names = _names(row.author_id for row in rows)
    return tuple(_note(row, names, by=by) for row in rows[:MOST])


def wordings(note_id: uuid.UUID) -> tuple[NoteLine, ...]:
    """Every wording of a note, the present one first."""
    found: list[Note] = []
    row = Note.objects.filter(pk=note_id).select_related("replaces").first()
    while row is not None:
        found.append(row)
        row = row.replaces
    names = _names(one.author_id for one in found)
    return tuple(_note(one, names, by=Actor.system("history")) for one in found)


def client_of(note_id: uuid.UUID) -> uuid.UUID | None:
    """Whom a note is about; ``None`` when there is none."""
    return Note.objects.filter(pk=note_id).values_list("client_id", flat=True).first()


def client_of_task(task_id: uuid.UUID) -> uuid.UUID | None:
    """Whom a task is about; ``None`` when there is none."""
    return Task.objects.filter(pk=task_id).values_list("client_id", flat=True).first()


def tasks(client_id: uuid.UUID) -> tuple[TaskLine, ...]:
    """The tasks about a client: open ones by day, then those done in the past week."""
    recent = clock.now() - dt.timedelta(days=7)
    rows = Task.objects.filter(client_id=client_id).filter(Q(done_at=None) | Q(done_at__gt=recent))
    return _lines(rows.order_by("-done_at", "due_on", "pk"))


def open_tasks(*, by: Actor, is_mine: bool) -> tuple[TaskLine, ...]:
    """Open tasks by day: those given to ``by``, or all about clients that he reaches."""
    rows = Task.objects.filter(done_at=None).order_by("due_on", "pk")
    if is_mine:
        rows = rows.filter(assignee_id=by.id)
    reached = clients.ids_within_reach(SEE, by=by)
    if reached is not None:
        rows = rows.filter(Q(client_id__in=reached) | Q(assignee_id=by.id))
    return _lines(rows)


def _lines(rows: QuerySet[Task]) -> tuple[TaskLine, ...]:
    found = list(rows[:MOST])
    people = _names(row.assignee_id for row in found)
    named = clients.names(row.client_id for row in found)
    today = timezone.localdate(clock.now())
    return tuple(
        TaskLine(
            id=row.pk,
            client_id=row.client_id,
            client_name=named.get(row.client_id, ""),
            title=row.title,
            due_on=row.due_on,
            assignee_id=row.assignee_id,
            assignee=people.get(row.assignee_id, "") if row.assignee_id else "",
            done_at=row.done_at,
            is_overdue=row.done_at is None and row.due_on < today,
        )
        for row in found
    )


def _names(ids: Iterable[uuid.UUID | None]) -> Mapping[uuid.UUID, str]:
    wanted = [one for one in ids if one is not None]
    found = identity.people(wanted).values()
    return {person.id: person.full_name or person.email for person in found}


def _note(row: Note, names: Mapping[uuid.UUID, str], *, by: Actor) -> NoteLine:
    return NoteLine(
        id=row.pk,
        client_id=row.client_id,
        text=row.text,
        author_id=row.author_id,
        author=names.get(row.author_id, "") if row.author_id else "",
        written_at=row.written_at,
        rewordings=row.rewordings,
        is_own=row.author_id == by.id,
    )
