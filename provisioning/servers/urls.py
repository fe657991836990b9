"""Addresses of trading servers in the back office; mounted by ``provisioning.urls``."""

from __future__ import annotations

from django.urls import path

from provisioning.servers.views import changing, health, wiring

back_office = [
    path("servers/", health.servers, name="servers"),
    path("servers/alerts/", health.alerts, name="server_alerts"),
    path("servers/connect/", wiring.connect, name="connect_server"),
    path("servers/<uuid:server_id>/", health.server, name="server"),
    path("servers/<uuid:server_id>/connection/", wiring.redraft, name="redraft_server"),
    path("servers/<uuid:server_id>/test/", wiring.test, name="test_server"),
    path("servers/<uuid:server_id>/trust/<uuid:probe_id>/", wiring.trust, name="trust_certificate"),
    path("servers/<uuid:server_id>/groups/", wiring.groups, name="server_groups"),
    path("servers/<uuid:server_id>/certify/", changing.certify, name="certify_server"),
    path(
        "servers/<uuid:server_id>/certify/skip/",
        changing.skip_certification,
        name="skip_certification",
    ),
    path("servers/<uuid:server_id>/done/", wiring.wired, name="wired"),
    path("servers/<uuid:server_id>/name/", changing.describe, name="describe_server"),
    path("servers/<uuid:server_id>/address/", changing.address, name="server_address"),
    path("servers/<uuid:server_id>/credentials/", changing.credentials, name="server_credentials"),
    path("servers/<uuid:server_id>/remove/", changing.remove, name="remove_server"),
    path("servers/<uuid:server_id>/discard/", changing.discard, name="discard_server"),
]
