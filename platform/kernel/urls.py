"""Where the kernel's few pages stand."""

from __future__ import annotations

from django.urls import path

from kernel.api import views
from kernel.storage import files

back_office = [
    path("api-keys/", views.api_keys, name="api_keys"),
    path("api-keys/new/", views.new_api_key, name="new_api_key"),
    path("api-keys/<uuid:key_id>/revoke/", views.revoke_api_key, name="revoke_api_key"),
]

plain = [
    path("files/<str:token>", files, name="files"),
]
