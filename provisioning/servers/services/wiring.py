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
    Environment,
    Probe,
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
    audit.note("servers.server_drafted", about=row, by=by, changes=_words(row))
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
    row = _locked(server_id, {ServerState.DRAFT})
    _refuse_nonsense(wish, but=row.pk)
    if (row.host, row.port) != (wish.host, wish.port):
        row.fingerprint = ""  # it was another server's
    _apply(row, wish)
    if password:
        row.keep_password(password)
    row.wiring += 1
    row.save()
    row.groups.all().delete()
    audit.note("servers.server_redrafted", about=row, by=by, changes=_words(row))


@transaction.atomic
def trust_certificate(probe_id: uuid.UUID, fingerprint: str, *, by: Actor) -> uuid.UUID:
    """Pin the certificate that a probe was shown; returns the server's id.

    Raises:
        NoSuchServer: The probe found no such certificate.
    """
    probe = Probe.objects.filter(pk=probe_id).exclude(fingerprint_found="").first()
    if probe is None or probe.fingerprint_found != fingerprint:
        raise NoSuchServer
    row = _locked(probe.server_id, set(ServerState))
    row.fingerprint = fingerprint
    row.wiring += 1
    row.save(update_fields=["fingerprint", "wiring"])
    audit.note("servers.certificate_trusted", about=row, by=by, changes={"sha256": fingerprint})
    return row.pk


@transaction.atomic
def choose_groups(server_id: uuid.UUID, names: Collection[str], *, by: Actor) -> None:
    """Choose the groups that may be used. The first choice makes a tested draft a proven server.

    Raises:
        NoSuchServer: There is none.
        NoGroups: Nothing was chosen.
        GroupUnknown: The server does not show one of them.
        NotProven: The newest test of a draft has not passed.
    """
    row = _locked(server_id, set(ServerState))
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
def describe_server(server_id: uuid.UUID, *, name: str, environment: str, by: Actor) -> None:
    """Change what a server is called and used for.

    Raises:
        NoSuchServer: There is none.
        NameTaken: Another server has this name.
    """
    row = _locked(server_id, set(ServerState))
    if Server.objects.filter(name__iexact=name).exclude(pk=row.pk).exists():
        raise NameTaken
    row.name, row.environment = name, Environment(environment)
    row.save(update_fields=["name", "environment"])
    audit.note("servers.server_described", about=row, by=by, changes=_words(row))


@transaction.atomic
def discard_draft(server_id: uuid.UUID, *, by: Actor) -> None:
    """Forget a connection that was never proven.

    Raises:
        NoSuchServer: There is no such draft.
    """
    row = _locked(server_id, {ServerState.DRAFT})
    audit.note("servers.draft_discarded", about=row, by=by, changes=_words(row))
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


def _prove(row: Server) -> None:
    newest = row.probes.order_by("-started_at", "-pk").first()
    if newest is None or newest.state != ProbeState.PASSED:
        raise NotProven
    row.move_to(ServerState.PROVEN)
    row.proven_at = row.last_seen_at = clock.now()
    row.save(update_fields=["state", "proven_at", "last_seen_at"])
    events.publish(ServerWired(server_id=row.pk, environment=row.environment))


def _refuse_nonsense(wish: Wiring, *, but: uuid.UUID | None) -> None:
    check_address(wish.host, wish.port)
    same = Server.objects.filter(name__iexact=wish.name)
    if (same if but is None else same.exclude(pk=but)).exists():
        raise NameTaken
    if wish.authority_pem:
        try:
            ssl.create_default_context(cadata=wish.authority_pem)
        except (ssl.SSLError, ValueError) as error:
            raise AuthorityUnreadable from error


def _apply(row: Server, wish: Wiring) -> None:
    row.name, row.environment = wish.name, Environment(wish.environment)
    row.host, row.port, row.login = wish.host.lower(), wish.port, wish.login
    row.authority_pem = wish.authority_pem


def _locked(server_id: uuid.UUID, states: Collection[str]) -> Server:
    row = Server.objects.locked().filter(pk=server_id, state__in=states).first()
    if row is None:
        raise NoSuchServer
    return row


def _words(row: Server) -> dict[str, object]:
    names = ("name", "environment", "host", "port", "login", "fingerprint")
    return {name: getattr(row, name) for name in names}
