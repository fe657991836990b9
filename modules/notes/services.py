"""Writing notes and tasks."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from kernel.events import publish
from modules.notes.errors import NoSuchNote, NoSuchTask
from modules.notes.events import TaskDone
from modules.notes.models import Note, Task


@transaction.atomic
def write_note(client_id: uuid.UUID, text: str, *, by: Actor) -> uuid.UUID:
    """Keep a note about a client; return its id. Opens a transaction."""
    row = Note.objects.create(
        client_id=client_id, text=text, author_id=by.id, written_at=clock.now()
    )
    audit.note("notes.note_written", about=f"clients.Client:{client_id}", by=by)
    return row.pk


@transaction.atomic
def reword_note(note_id: uuid.UUID, text: str, *, by: Actor) -> uuid.UUID:
    """Replace one's own note by another wording and keep both; return the new id.

    Raises:
        NoSuchNote: There is none, it was replaced before, or a colleague wrote it.
    """
    before = Note.objects.select_for_update().filter(pk=note_id, author_id=by.id).first()
    if before is None or Note.objects.filter(replaces=before).exists():
        raise NoSuchNote
    row = Note.objects.create(
        client_id=before.client_id,
        text=text,
        author_id=by.id,
        written_at=clock.now(),
        replaces=before,
        rewordings=before.rewordings + 1,
    )
    audit.note("notes.note_reworded", about=f"clients.Client:{before.client_id}", by=by)
    return row.pk


@transaction.atomic
def give_task(
    client_id: uuid.UUID,
    *,
    title: str,
    due_on: dt.date,
    assignee_id: uuid.UUID | None,
    by: Actor,
) -> uuid.UUID:
    """Give a colleague something to do about a client; return its id. Opens a transaction."""
    row = Task.objects.create(
        client_id=client_id,
        title=title,
        due_on=due_on,
        assignee_id=assignee_id or by.id,
        asked_by_id=by.id,
        asked_at=clock.now(),
    )
    audit.note("notes.task_given", about=f"clients.Client:{client_id}", by=by)
    return row.pk


@transaction.atomic
def end_task(task_id: uuid.UUID, *, by: Actor) -> None:
    """Mark a task as done. Opens a transaction.

    Raises:
        NoSuchTask: There is none, or it is done.
    """
    row = Task.objects.select_for_update().filter(pk=task_id, done_at=None).first()
    if row is None:
        raise NoSuchTask
    row.done_at = clock.now()
    row.save(update_fields=["done_at"])
    publish(TaskDone(task_id=row.pk, client_id=row.client_id, by_id=by.id))
    audit.note("notes.task_done", about=f"clients.Client:{row.client_id}", by=by)
