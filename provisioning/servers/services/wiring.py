"""Connecting a trading server: a draft that can be left and resumed, proven before it counts."""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Collection

from django.conf import settings
from django.db import transaction

from kernel import audit, clock, events
from kernel.actor import Actor
from provisioning.servers import egress
from provisioning.servers.errors import (
    AddressNotAllowed,
    AuthorityUnreadable,
    GroupUnknown,
    NameTaken,
    NoGroups,
    NoSuchServer,
    NotProven,
)
from provisioning.servers.events import ServerWired
from provisioning.servers.models import (
    PRESENT,
    Environment,
    ProbeState,
    Server,
    ServerState,
)
from provisioning.servers.records import Wiring


@transaction.atomic
def draft_server(wish: Wiring, password: str, *, by: Actor) -> uuid.UUID:
    """Keep a new connection as a draft and return its id. Nothing is connected to yet.

    Raises:
        AddressNotAllowed: Host or port are none that may be connected to.
        NameTaken: Another server has this name.
        AuthorityUnreadable: The authority is no certificate.
    """
    _refuse_nonsense(wish, but=None)
    row = Server(created_at=clock.now(), name=wish.name, login=wish.login, port=wish.port)
    _apply(row, wish)
    row.keep_password(password)
    row.save(force_insert=True)
    audit.note("servers.server_drafted", about=row, by=by, changes=words_of(row))
    return row.pk


@transaction.atomic
def redraft_server(server_id: uuid.UUID, wish: Wiring, password: str, *, by: Actor) -> None:
    """Change a draft; an empty ``password`` keeps the one that is sealed.

    Raises:
        NoSuchServer: There is no such draft.
        AddressNotAllowed: Host or port are none that may be connected to.
        NameTaken: Another server has this name.
        AuthorityUnreadable: The authority is no certificate.
    """
    row = locked(server_id, {ServerState.DRAFT})
    _refuse_nonsense(wish, but=row.pk)
    if (row.host, row.port) != (wish.host, wish.port):
        row.fingerprint = ""  # it was another server's
    _apply(row, wish)
    if password:
        row.keep_password(password)
    row.wiring += 1
    row.save()
    row.groups.all().delete()
    audit.note("servers.server_redrafted", about=row, by=by, changes=words_of(row))


@transaction.atomic
def choose_groups(server_id: uuid.UUID, names: Collection[str], *, by: Actor) -> None:
    """Choose the groups that may be used. The first choice makes a tested draft a proven server.

    Raises:
        NoSuchServer: There is none.
        NoGroups: Nothing was chosen.
        GroupUnknown: The server does not show one of them.
        NotProven: The newest test of a draft has not passed.
    """
    row = locked(server_id, PRESENT)
    if not names:
        raise NoGroups
    present = set(row.groups.filter(is_present=True).values_list("name", flat=True))
    for name in names:
        if name not in present:
            raise GroupUnknown(group=name)
    if row.state == ServerState.DRAFT:
        _prove(row)
    row.groups.update(is_chosen=False)
    row.groups.filter(name__in=names).update(is_chosen=True)
    audit.note("servers.groups_chosen", about=row, by=by, changes={"groups": sorted(names)})


@transaction.atomic
def discard_draft(server_id: uuid.UUID, *, by: Actor) -> None:
    """Forget a connection that was never proven.

    Raises:
        NoSuchServer: There is no such draft.
    """
    row = locked(server_id, {ServerState.DRAFT})
    audit.note("servers.draft_discarded", about=row, by=by, changes=words_of(row))
    row.delete()


def check_address(host: str, port: int) -> None:
    """Refuse what can never be connected to; asks no DNS.

    Raises:
        AddressNotAllowed: Host or port are none that may be connected to.
    """
    is_private_allowed = settings.ALLOW_PRIVATE_TRADING_SERVERS
    try:
        egress.check_port(port, is_private_allowed=is_private_allowed)
        egress.check_host(host, is_private_allowed=is_private_allowed)
    except egress.HostNotAllowed as error:
        raise AddressNotAllowed from error


def check_authority(authority_pem: str) -> None:
    """Refuse what is no certificate; nothing is fine.

    Raises:
        AuthorityUnreadable: It is none.
    """
    if not authority_pem:
        return
    try:
        ssl.create_default_context(cadata=authority_pem)
    except (ssl.SSLError, ValueError) as error:
        raise AuthorityUnreadable from error


def _prove(row: Server) -> None:
    newest = row.probes.order_by("-started_at", "-pk").first()
    if newest is None or newest.state != ProbeState.PASSED:
        raise NotProven
    row.move_to(ServerState.PROVEN)
    row.proven_at = row.last_seen_at = row.up_since_at = clock.now()
    row.save(update_fields=["state", "proven_at", "last_seen_at", "up_since_at"])
    events.publish(ServerWired(server_id=row.pk, environment=row.environment))


def _refuse_nonsense(wish: Wiring, *, but: uuid.UUID | None) -> None:
    check_address(wish.host, wish.port)
    check_authority(wish.authority_pem)
    same = Server.objects.present().filter(name__iexact=wish.name)
    if (same if but is None else same.exclude(pk=but)).exists():
        raise NameTaken


def _apply(row: Server, wish: Wiring) -> None:
    row.name, row.environment = wish.name, Environment(wish.environment)
    row.host, row.port, row.login = wish.host.lower(), wish.port, wish.login
    row.authority_pem = wish.authority_pem


def locked(server_id: uuid.UUID, states: Collection[str]) -> Server:
    """A server in one of some states, locked until the transaction ends.

    Raises:
        NoSuchServer: There is none.
    """
    row = Server.objects.locked().filter(pk=server_id, state__in=states).first()
    if row is None:
        raise NoSuchServer
    return row


def words_of(row: Server) -> dict[str, object]:
    """What the record of deeds says of a server."""
    names = ("name", "environment", "host", "port", "login", "fingerprint")
    return {name: getattr(row, name) for name in names}
