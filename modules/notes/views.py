"""Writing notes and tasks on a client's page, and the list of what is to be done."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from identity import queries as identity
from kernel.access import needs, refusals_as_messages
from kernel.actor import Actor
from kernel.views import UNPROCESSABLE, ActorRequest, missing_as_404
from modules.clients import queries as clients
from modules.clients.errors import NoSuchClient
from modules.notes import queries, services
from modules.notes.forms import NoteForm, TaskForm


@needs("notes.see_notes")
def tasks(request: ActorRequest) -> HttpResponse:
    """What is to be done: one's own, or all within reach."""
    is_mine = request.GET.get("of") != "all"
    context = {
        "lines": queries.open_tasks(by=request.actor, is_mine=is_mine),
        "is_mine": is_mine,
        "can_write": request.actor.may("notes.write_notes"),
        "tabs": [
            {"label": _("Mine"), "url": "?of=mine", "current": is_mine},
            {"label": _("Everyone's"), "url": "?of=all", "current": not is_mine},
        ],
    }
    return render(request, "notes/tasks.html", context)


@needs("notes.write_notes")
def write_note(request: ActorRequest, client_id: uuid.UUID) -> HttpResponse:
    """Keep a note."""
    _reach(client_id, request.actor)
    form = NoteForm(request.POST)
    if request.method == "POST" and form.is_valid():
        services.write_note(client_id, form.cleaned_data["text"], by=request.actor)
    elif request.method == "POST":
        messages.error(request, _("Please write something first."))
    return redirect("office:clients:client", client_id)


@needs("notes.write_notes")
def reword_note(request: ActorRequest, note_id: uuid.UUID) -> HttpResponse:
    """Every wording of a note, and a new one by its author."""
    client_id = _reach(queries.client_of(note_id), request.actor)
    wordings = queries.wordings(note_id)
    form = NoteForm(request.POST or None, initial={"text": wordings[0].text})
    if request.method == "POST" and form.is_valid():
        with refusals_as_messages(request):
            services.reword_note(note_id, form.cleaned_data["text"], by=request.actor)
        return redirect("office:clients:client", client_id)
    context = {
        "form": form,
        "wordings": wordings,
        "client_id": client_id,
        "is_own": wordings[0].author_id == request.actor.id,
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "notes/note.html", context, status=status)


@needs("notes.write_notes")
def give_task(request: ActorRequest, client_id: uuid.UUID) -> HttpResponse:
    """Give a colleague something to do."""
    _reach(client_id, request.actor)
    people = [(str(one.id), one.full_name or one.email) for one in identity.staff()]
    form = TaskForm(request.POST, people=people)
    if request.method == "POST" and form.is_valid():
        services.give_task(
            client_id,
            title=form.cleaned_data["title"],
            due_on=form.cleaned_data["due_on"],
            assignee_id=form.chosen(),
            by=request.actor,
        )
    elif request.method == "POST":
        messages.error(request, _("Say what is to be done, and by when."))
    return redirect("office:clients:client", client_id)


@needs("notes.write_notes")
def end_task(request: ActorRequest, task_id: uuid.UUID) -> HttpResponse:
    """Mark a task as done."""
    client_id = _reach(queries.client_of_task(task_id), request.actor)
    if request.method == "POST":
        with refusals_as_messages(request):
            services.end_task(task_id, by=request.actor)
    if "tasks" in request.POST.get("next", ""):
        return redirect("office:notes:tasks")
    return redirect("office:clients:client", client_id)


def _reach(client_id: uuid.UUID | None, by: Actor) -> uuid.UUID:
    """The client, if the asker may see him.

    Raises:
        Http404: He may not, or there is none.
    """
    if client_id is None:
        raise Http404
    with missing_as_404(NoSuchClient):
        return clients.client(client_id, by=by).line.id
