"""Where announcements are written and put away."""

from __future__ import annotations

from django.urls import path

from modules.announcements import views

traders_room = [path("<uuid:announcement_id>/dismiss/", views.dismiss, name="dismiss")]

back_office = [
    path("", views.announcements, name="announcements"),
    path("new/", views.new, name="new"),
    path("<uuid:announcement_id>/", views.edit, name="edit"),
    path("<uuid:announcement_id>/withdraw/", views.withdraw, name="withdraw"),
]
