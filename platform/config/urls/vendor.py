"""URLs of the vendor's host: public site, console, webhooks."""

from __future__ import annotations

from django.urls import include, path

from config.urls import common, mounts
from config.urls.mounts import Routes

urlpatterns: Routes = [
    path("console/", include((mounts.of_core("console"), "console"))),
    path("", include((mounts.plain("public_site"), "site"))),
    *mounts.plain("vendor_plain"),
    *common.urlpatterns,
]

handler403 = "kernel.pages.forbidden"
handler404 = "kernel.pages.not_found"
handler500 = "kernel.pages.server_error"
