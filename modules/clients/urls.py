"""Where the clients module's screens are."""

from __future__ import annotations

from django.urls import path

from modules.clients import views

traders_room = [path("", views.profile, name="profile")]

back_office = [
    path("", views.clients, name="clients"),
    path("groups/", views.groups, name="groups"),
    path("groups/<uuid:group_id>/", views.group, name="group"),
    path("groups/<uuid:group_id>/archive/", views.archive_group, name="archive_group"),
    path("groups/<uuid:group_id>/restore/", views.restore_group, name="restore_group"),
    path("levels/new/", views.new_level, name="new_level"),
    path("levels/<int:rank>/", views.level, name="level"),
    path("<uuid:client_id>/", views.client, name="client"),
    path("<uuid:client_id>/quick/", views.quick_look, name="quick_look"),
    path("<uuid:client_id>/edit/", views.edit, name="edit"),
    path("<uuid:client_id>/state/", views.change_state, name="change_state"),
    path("<uuid:client_id>/assign/", views.assign, name="assign"),
    path("<uuid:client_id>/level/", views.set_level, name="set_level"),
    path("<uuid:client_id>/groups/", views.set_groups, name="set_groups"),
]
