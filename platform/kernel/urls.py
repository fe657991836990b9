"""Where the kernel's pages in the back office stand."""

from __future__ import annotations

from django.urls import path

from kernel.api import views

back_office = [
    path("api-keys/", views.api_keys, name="api_keys"),
    path("api-keys/new/", views.new_api_key, name="new_api_key"),
    path("api-keys/<uuid:key_id>/revoke/", views.revoke_api_key, name="revoke_api_key"),
]
