"""Notes and tasks: what colleagues know about a client and have promised to do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, Module, NavItem, Permission, Widget
from kernel.money import Money

module = Module(
    key="notes",
    title=_("Notes and tasks"),
    summary=_("Keeps notes with their whole history, and tasks with a day, on every client."),
    monthly_price=Money(49_00, "USD"),
    icon="list-checks",
    requires=("clients",),
    permissions=(
        Permission(code="notes.see_notes", title=_("See notes and tasks")),
        Permission(code="notes.write_notes", title=_("Write notes and tasks")),
    ),
    navigation=(
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("Tasks"),
            url_name="office:notes:tasks",
            on_phone=True,
            permission="notes.see_notes",
            icon="list-checks",
            order=110,
        ),
    ),
    widgets=(
        Widget(
            slot="clients.client_page",
            shows="modules.notes.widgets.notes_of_client",
            permission="notes.see_notes",
            order=200,
        ),
        Widget(
            slot="clients.client_rail",
            shows="modules.notes.widgets.tasks_of_client",
            permission="notes.see_notes",
            order=100,
        ),
    ),
    publishes=("notes.TaskDone",),
)
