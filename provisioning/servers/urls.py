"""Addresses of trading servers in the back office; mounted by ``provisioning.urls``."""

from __future__ import annotations

from django.urls import path

from provisioning.servers import views

back_office = [
    path("servers/", views.servers, name="servers"),
    path("servers/connect/", views.connect, name="connect_server"),
    path("servers/<uuid:server_id>/", views.server, name="server"),
    path("servers/<uuid:server_id>/connection/", views.redraft, name="redraft_server"),
    path("servers/<uuid:server_id>/test/", views.test, name="test_server"),
    path("servers/<uuid:server_id>/trust/<uuid:probe_id>/", views.trust, name="trust_certificate"),
    path("servers/<uuid:server_id>/groups/", views.groups, name="server_groups"),
    path("servers/<uuid:server_id>/done/", views.wired, name="wired"),
    path("servers/<uuid:server_id>/credentials/", views.credentials, name="server_credentials"),
    path("servers/<uuid:server_id>/discard/", views.discard, name="discard_server"),
]
