"""What the manager may do and how long the certificate holds, looked at again and again."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from django.db import transaction

from kernel import clock
from kernel.errors import Refused, Unavailable
from provisioning.servers.adapters.mt5_web_api import examine, rights
from provisioning.servers.models import RightChange, Server
from provisioning.servers.services.connecting import adapter_of, endpoint_of


def look_again(server_id: uuid.UUID) -> None:
    """Look at a server's certificate and at our manager's rights. Needs no transaction.

    What cannot be found out now stays as it was.

    Raises:
        NoSuchServer: There is none.
        NotProven: Its connection test has not passed yet.
    """
    server = adapter_of(server_id)
    try:
        found = rights.of_server(server)
    except (Refused, Unavailable):
        found = {}
    expires_at = examine.expiry_of(endpoint_of(Server.objects.get(pk=server_id)))
    with transaction.atomic():
        row = Server.objects.locked().get(pk=server_id)
        if expires_at is not None:
            row.certificate_expires_at = expires_at
        record_rights(row, found, noticed_at=clock.now())
        row.save(update_fields=["rights", "rights_read_at", "certificate_expires_at"])


def record_rights(row: Server, found: Mapping[str, bool], *, noticed_at: dt.datetime) -> None:
    """Keep rights as they are now and append what changed; the caller saves, in a transaction."""
    if not found:
        return
    changed = {key: is_given for key, is_given in found.items() if row.rights.get(key) != is_given}
    if row.rights:
        RightChange.objects.bulk_create(
            RightChange(server_id=row.pk, key=key, is_given=is_given, noticed_at=noticed_at)
            for key, is_given in changed.items()
            if key in row.rights
        )
    row.rights = {**row.rights, **found}
    row.rights_read_at = noticed_at
