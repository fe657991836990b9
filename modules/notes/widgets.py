"""What notes put on a client's page."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from identity import queries as identity
from kernel.actor import Actor
from modules.notes import queries
from modules.notes.forms import NoteForm, TaskForm


def notes_of_client(request: HttpRequest, client_id: uuid.UUID) -> SafeString:
    """The notes on a client, with a place to write the next."""
    context = _context(request, client_id)
    context |= {"notes": queries.notes(client_id, by=context["actor"]), "form": NoteForm()}
    return render_to_string("notes/client_notes.html", context, request=request)


def tasks_of_client(request: HttpRequest, client_id: uuid.UUID) -> SafeString:
    """What is to be done about a client."""
    people = [(str(one.id), one.full_name or one.email) for one in identity.staff()]
    context = _context(request, client_id)
    context |= {"tasks": queries.tasks(client_id), "form": TaskForm(people=people)}
    return render_to_string("notes/client_tasks.html", context, request=request)


def _context(request: HttpRequest, client_id: uuid.UUID) -> dict[str, Any]:
    actor: Actor = request.actor  # type: ignore[attr-defined]  # the slot asked for a permission
    return {
        "actor": actor,
        "client_id": client_id,
        "can_write": actor.may("notes.write_notes"),
    }
