"""Where looks are made and served."""

from __future__ import annotations

from django.urls import path, re_path

from themes import files, gallery, views

_FILES = [
    re_path(r"^t/theme\.(?P<version>[0-9a-f]{16})\.css$", files.stylesheet, name="theme_css"),
    re_path(r"^t/icon\.(?P<version>[0-9a-f]{16})\.svg$", files.icon, name="theme_icon"),
    re_path(r"^t/(?P<file>[0-9a-f]{20}\.(?:png|svg))$", files.logo, name="theme_logo"),
    path("t/app.webmanifest", files.manifest, name="theme_manifest"),
]

plain = _FILES
vendor_plain = _FILES

back_office = [
    path("", views.studio, name="studio"),
    path("try/", views.try_out, name="try_out"),
    path("save/", views.save, name="save"),
    path("preset/", views.take_preset, name="take_preset"),
    path("logo/<slug:slot>/", views.logo, name="logo"),
    path("publish/", views.publish, name="publish"),
    path("roll-back/", views.roll_back, name="roll_back"),
    path("draft.css", views.draft_css, name="draft_css"),
    path("preview/<slug:page>/", views.preview, name="preview"),
]

console = [path("gallery/", gallery.gallery, name="gallery")]
