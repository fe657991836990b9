"""Where notes and tasks are written."""

from __future__ import annotations

from django.urls import path

from modules.notes import views

back_office = [
    path("tasks/", views.tasks, name="tasks"),
    path("tasks/<uuid:task_id>/done/", views.end_task, name="end_task"),
    path("clients/<uuid:client_id>/notes/", views.write_note, name="write_note"),
    path("clients/<uuid:client_id>/tasks/", views.give_task, name="give_task"),
    path("notes/<uuid:note_id>/", views.reword_note, name="note"),
]
