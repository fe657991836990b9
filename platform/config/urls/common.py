"""URLs that every host answers."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import set_language

from config.urls import mounts
from config.urls.mounts import Routes
from kernel.access import open_to_all
from kernel.health import healthz, readyz
from kernel.storage import files

urlpatterns: Routes = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("files/<str:token>", files, name="files"),
    path("language/", open_to_all("a choice of language")(set_language), name="set_language"),
    path("accounts/", include(mounts.plain("accounts"))),
]
