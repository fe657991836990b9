"""Where the clients module's screens are."""

from __future__ import annotations

from django.urls import path

from modules.clients import views

traders_room = [path("", views.profile, name="profile")]

back_office = [
    path("", views.clients, name="clients"),
    path("<uuid:client_id>/", views.client, name="client"),
    path("<uuid:client_id>/quick/", views.quick_look, name="quick_look"),
    path("<uuid:client_id>/edit/", views.edit, name="edit"),
    path("<uuid:client_id>/state/", views.change_state, name="change_state"),
    path("<uuid:client_id>/assign/", views.assign, name="assign"),
]
