"""Where the analytics are."""

from __future__ import annotations

from django.urls import path

from modules.analytics import views

traders_room = [
    path("", views.overview, name="overview"),
    path("calendar/", views.calendar, name="calendar"),
]
