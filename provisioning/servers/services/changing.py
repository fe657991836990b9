"""Changing a server that is in use: its name, its address, its certificate; and its end."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from kernel import audit, clock, events
from kernel.actor import Actor
from provisioning.servers.errors import NameTaken, NoSuchServer, ServerInUse
from provisioning.servers.events import ServerRemoved
from provisioning.servers.models import PRESENT, USABLE, Environment, Probe, Server, ServerState
from provisioning.servers.records import Address
from provisioning.servers.services.probing import ask_probe
from provisioning.servers.services.wiring import (
    check_address,
    check_authority,
    locked,
    words_of,
)
from provisioning.servers.types import Uses


@transaction.atomic
def move_server(server_id: uuid.UUID, wish: Address, *, by: Actor) -> uuid.UUID:
    """Begin a test of another address; the server moves there once everything has passed.

    Until then, and if anything fails, the present address stays in use. Returns the test's id.

    Raises:
        NoSuchServer: There is no such server in use.
        AddressNotAllowed: Host or port are none that may be connected to.
        AuthorityUnreadable: The authority is no certificate.
        ProbeIsRunning: A test is under way.
    """
    locked(server_id, USABLE)
    check_address(wish.host, wish.port)
    check_authority(wish.authority_pem)
    return ask_probe(server_id, by=by, address=wish)


@transaction.atomic
def trust_certificate(probe_id: uuid.UUID, fingerprint: str, *, by: Actor) -> uuid.UUID:
    """Trust the certificate that a test was shown, and begin a test with it; returns its id.

    A draft is pinned to it at once. A server in use is pinned only when that test has passed.

    Raises:
        NoSuchServer: The test was shown no such certificate.
        ProbeIsRunning: A test is under way.
    """
    probe = Probe.objects.filter(pk=probe_id).exclude(fingerprint_found="").first()
    if probe is None or probe.fingerprint_found != fingerprint:
        raise NoSuchServer
    row = locked(probe.server_id, PRESENT)
    audit.note("servers.certificate_trusted", about=row, by=by, changes={"sha256": fingerprint})
    if row.state == ServerState.DRAFT:
        row.fingerprint = fingerprint
        row.wiring += 1
        row.save(update_fields=["fingerprint", "wiring"])
        return ask_probe(row.pk, by=by)
    place = Address(
        host=probe.host or row.host,
        port=probe.port or row.port,
        authority_pem=probe.authority_pem if probe.host else row.authority_pem,
        fingerprint=fingerprint,
    )
    return ask_probe(row.pk, by=by, address=place)


@transaction.atomic
def describe_server(server_id: uuid.UUID, *, name: str, environment: str, by: Actor) -> None:
    """Change what a server is called and used for.

    Raises:
        NoSuchServer: There is none.
        NameTaken: Another server has this name.
    """
    row = locked(server_id, PRESENT)
    if Server.objects.present().filter(name__iexact=name).exclude(pk=row.pk).exists():
        raise NameTaken
    row.name, row.environment = name, Environment(environment)
    row.save(update_fields=["name", "environment"])
    audit.note("servers.server_described", about=row, by=by, changes=words_of(row))


@transaction.atomic
def remove_server(server_id: uuid.UUID, *, by: Actor) -> None:
    """Take leave of a server that nothing uses: nobody sees it any more, its password is gone.

    The row stays behind what was recorded about it. A draft is not removed but discarded.

    Raises:
        NoSuchServer: There is none in use.
        ServerInUse: Account types or accounts hang on it.
    """
    row = locked(server_id, USABLE)
    uses = uses_of(server_id)
    if uses.is_used:
        raise ServerInUse(types=uses.account_types, accounts=uses.accounts)
    events.publish(ServerRemoved(server_id=row.pk))
    audit.note("servers.server_removed", about=row, by=by, changes=words_of(row))
    row.move_to(ServerState.REMOVED)
    row.sealed_password = b""
    row.wiring += 1
    row.save()
    row.incidents.filter(closed_at=None).update(closed_at=clock.now())


def uses_of(server_id: uuid.UUID) -> Uses:
    """What packages above use a server for."""
    found: Uses = import_string(settings.SERVER_USES)(server_id)
    return found
