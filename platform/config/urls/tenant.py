"""URLs of a broker's host: one mount per module and area, found by convention."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from config.urls import common, mounts
from config.urls.mounts import Routes
from identity.views.entrance import front
from kernel.access import open_to_all
from kernel.api import build_api

to_office = open_to_all("leads to the back office, which asks to sign in")(
    RedirectView.as_view(pattern_name="office:provisioning:checklist")
)
api = build_api()

urlpatterns: Routes = [
    path("", front, name="home"),
    path("office/", to_office, name="office"),
    path(
        "room/",
        include((mounts.of_modules("traders_room") + mounts.of_core("traders_room"), "room")),
    ),
    path(
        "office/",
        include((mounts.of_core("back_office") + mounts.of_modules("back_office"), "office")),
    ),
    path("api/", api.urls),
    *mounts.plain("plain"),
    *common.urlpatterns,
]

handler403 = "kernel.pages.forbidden"
handler404 = "kernel.pages.not_found"
handler500 = "kernel.pages.server_error"
