"""Notes keep every wording; tasks wait for their day; both only where the module is on."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel.actor import Actor, ActorKind
from modules.notes import queries, services
from modules.notes.errors import NoSuchNote, NoSuchTask
from modules.notes.models import Note, Task
from tests.modules.conftest import switch_on
from tests.support.people import make_staff


def colleague(person):
    return Actor(kind=ActorKind.PERSON, id=person.pk, name="Ada", is_staff=True)


def test_rewording_keeps_every_wording(alpha, ada, theo):
    with alpha.pin():
        first = services.write_note(theo.pk, "Called, no answer.", by=colleague(ada))
        second = services.reword_note(first, "Called, will call back.", by=colleague(ada))

        (shown,) = queries.notes(theo.pk, by=colleague(ada))
        assert (shown.id, shown.text, shown.rewordings) == (second, "Called, will call back.", 1)
        assert [one.text for one in queries.wordings(second)] == [
            "Called, will call back.",
            "Called, no answer.",
        ]


def test_nobody_rewords_the_note_of_another_or_an_old_wording(alpha, ada, theo):
    eva = make_staff(alpha, "eva@alpha.example")
    with alpha.pin():
        first = services.write_note(theo.pk, "Mine.", by=colleague(ada))
        with pytest.raises(NoSuchNote):
            services.reword_note(first, "Hers.", by=colleague(eva))
        services.reword_note(first, "Mine, better.", by=colleague(ada))
        with pytest.raises(NoSuchNote):
            services.reword_note(first, "Mine, other.", by=colleague(ada))

        assert Note.objects.count() == 2


def test_task_is_done_once_and_told(alpha, ada, theo):
    from kernel.models import OutboxEvent

    with alpha.pin():
        due = dt.date(2026, 1, 5)
        task_id = services.give_task(
            theo.pk, title="Call", due_on=due, assignee_id=None, by=colleague(ada)
        )
        (mine,) = queries.tasks(theo.pk)
        assert (mine.title, mine.assignee_id, mine.is_overdue) == ("Call", ada.pk, True)

        services.end_task(task_id, by=colleague(ada))
        with pytest.raises(NoSuchTask):
            services.end_task(task_id, by=colleague(ada))
        assert OutboxEvent.objects.filter(name="notes.TaskDone").count() == 1


def test_notes_are_written_on_the_clients_page(alpha, ada, theo):
    switch_on(alpha, "notes")
    browser = alpha.signed_in(ada)

    browser.post(f"/office/notes/clients/{theo.pk}/notes/", {"text": "Prefers <b>mornings</b>."})
    day = {"title": "Send statement", "due_on": "2030-01-02", "assignee": ""}
    browser.post(f"/office/notes/clients/{theo.pk}/tasks/", day)
    page = browser.get(f"/office/clients/{theo.pk}/").content.decode()
    tasks = browser.get("/office/notes/tasks/").content.decode()

    assert "Prefers &lt;b&gt;mornings&lt;/b&gt;." in page
    assert "Send statement" in page
    assert "Send statement" in tasks


def test_module_that_is_off_is_not_there(alpha, ada, theo):
    browser = alpha.signed_in(ada)

    assert browser.get("/office/notes/tasks/").status_code == 404
    assert browser.post(f"/office/notes/clients/{theo.pk}/notes/", {"text": "x"}).status_code == 404
    assert "Next steps" not in browser.get(f"/office/clients/{theo.pk}/").content.decode()
    with alpha.pin():
        assert Note.objects.count() == 0


def test_who_may_write(alpha, beta, ben, theo):
    switch_on(alpha, "notes")
    switch_on(beta, "notes")
    address = f"/office/notes/clients/{theo.pk}/notes/"

    assert alpha.client().post(address, {"text": "x"}).status_code == 302
    assert alpha.signed_in(theo).post(address, {"text": "x"}).status_code == 403
    assert beta.signed_in(ben).post(address, {"text": "x"}).status_code == 404
    with alpha.pin():
        assert (Note.objects.count(), Task.objects.count()) == (0, 0)
