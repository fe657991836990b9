"""API keys: issued once, stored as a digest, bound to their tenant, revoked at once."""

from __future__ import annotations

import datetime as dt
import hashlib
import ipaddress
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel import audit, clock, pin
from kernel.actor import Actor, ActorKind, Scope
from kernel.errors import Refused
from kernel.models.api import ApiKey
from kernel.registry import permissions

BRAND = "ak"
SECRET_BYTES = 32
SHOWN = 6
ASKED_FOR: set[str] = set()
"""Filled as the modules' operations are declared."""
USED_EVERY = dt.timedelta(minutes=1)


class ScopeNotYours(Refused):
    """Nobody can give a key more than they have."""

    code = "scope_not_yours"
    sentence = _("You can only give a key the rights that you have for all records.")
    field = "scopes"


class NoScope(Refused):
    """A key without rights opens nothing."""

    code = "no_scope"
    sentence = _("Choose at least one right for the key.")
    field = "scopes"


class NotANetwork(Refused):
    """An address range that cannot be read."""

    code = "not_a_network"
    sentence = _("“%(text)s” is not an IP address or range such as 203.0.113.0/24.")
    field = "networks"


class EndsInThePast(Refused):
    """A key that would be dead at birth."""

    code = "ends_in_the_past"
    sentence = _("The key must end in the future.")
    field = "expires_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLine:
    """An API key as a page shows it: never the key itself."""

    id: uuid.UUID
    title: str
    prefix: str
    scopes: tuple[str, ...]
    networks: tuple[str, ...]
    made_by_name: str
    created_at: dt.datetime
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None
    last_used_at: dt.datetime | None
    state: str
    """``active``, ``expired`` or ``revoked``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """What the page asks for."""

    title: str
    scopes: tuple[str, ...]
    networks: tuple[str, ...] = ()
    expires_at: dt.datetime | None = None


@transaction.atomic
def issue_key(wanted: NewKey, *, by: Actor) -> tuple[uuid.UUID, str]:
    """Make a key; return its id and its text, which is shown this once and never stored.

    Raises:
        NoScope: It would open nothing.
        ScopeNotYours: ``by`` has not each of the rights for all records.
        NotANetwork: An address range cannot be read.
        EndsInThePast: It would be dead at birth.
    """
    _check(wanted, by)
    text = f"{BRAND}_{marker()}_{secrets.token_urlsafe(SECRET_BYTES)}"
    key = ApiKey.objects.create(
        title=wanted.title.strip(),
        prefix=_prefix(text),
        digest=_digest(text),
        scopes=sorted(set(wanted.scopes)),
        networks=[_network(network) for network in wanted.networks],
        made_by=by.id,
        made_by_name=by.name,
        expires_at=wanted.expires_at,
    )
    changes = {"title": key.title, "scopes": key.scopes, "networks": key.networks}
    audit.note("kernel.api_key_issued", about=key, by=by, changes=changes)
    return key.pk, text


@transaction.atomic
def revoke_key(key_id: uuid.UUID, *, by: Actor) -> None:
    """End a key at once; ending it twice is harmless."""
    key = ApiKey.objects.select_for_update().filter(pk=key_id, revoked_at=None).first()
    if key is None:
        return
    key.revoked_at = clock.now()
    key.save(update_fields=["revoked_at"])
    audit.note("kernel.api_key_revoked", about=key, by=by, changes={"title": key.title})


def api_keys() -> tuple[KeyLine, ...]:
    """Every key of this tenant, newest first."""
    return tuple(_line(key) for key in ApiKey.objects.order_by("-created_at"))


def offered() -> tuple[str, ...]:
    """Permission codes that some operation of the API asks for, but those of clients."""
    return tuple(
        code
        for code, permission in permissions().items()
        if code in ASKED_FOR and not permission.for_clients
    )


def grantable(by: Actor) -> tuple[str, ...]:
    """Permission codes that ``by`` may give to a key: those that open something, and are theirs."""
    return tuple(code for code in offered() if by.scope(code) == Scope.ALL)


def find_actor(text: str, *, address: str) -> Actor | None:
    """Whom a key speaks for, or ``None`` when it does not open this tenant from ``address``.

    Revocation, expiry and address are asked of the database every time.
    """
    brand, _, rest = text.partition("_")
    if brand != BRAND or rest.partition("_")[0] != marker():
        return None
    key = ApiKey.objects.filter(digest=_digest(text), revoked_at=None).first()
    if key is None or (key.expires_at and key.expires_at <= clock.now()):
        return None
    if not _from_allowed_network(key, address):
        return None
    _mark_used(key)
    return Actor(
        kind=ActorKind.API_KEY,
        id=key.pk,
        name=key.title,
        grants=dict.fromkeys(key.scopes, Scope.ALL),
        on_behalf_of=key.made_by,
        is_staff=True,
    )


def marker() -> str:
    """What stands for the pinned tenant in its keys: tells nothing, but tells tenants apart."""
    return hashlib.sha256(f"api-key:{pin.current()}".encode()).hexdigest()[:8]


def _check(wanted: NewKey, by: Actor) -> None:
    if not wanted.scopes:
        raise NoScope
    allowed: Collection[str] = grantable(by)
    if any(code not in allowed for code in wanted.scopes):
        raise ScopeNotYours
    if wanted.expires_at is not None and wanted.expires_at <= clock.now():
        raise EndsInThePast


def _mark_used(key: ApiKey) -> None:
    stale = Q(last_used_at=None) | Q(last_used_at__lt=clock.now() - USED_EVERY)
    ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=clock.now())


def _from_allowed_network(key: ApiKey, address: str) -> bool:
    if not key.networks:
        return True
    try:
        here = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(here in ipaddress.ip_network(network) for network in key.networks)


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text.strip(), strict=False))
    except ValueError as error:
        raise NotANetwork(text=text) from error


def _prefix(text: str) -> str:
    brand, place, secret = text.split("_", 2)
    return f"{brand}_{place}_{secret[:SHOWN]}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _line(key: ApiKey) -> KeyLine:
    expired = key.expires_at is not None and key.expires_at <= clock.now()
    return KeyLine(
        id=key.pk,
        title=key.title,
        prefix=key.prefix,
        scopes=tuple(key.scopes),
        networks=tuple(key.networks),
        made_by_name=key.made_by_name,
        created_at=key.created_at,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        last_used_at=key.last_used_at,
        state="revoked" if key.revoked_at else "expired" if expired else "active",
    )
