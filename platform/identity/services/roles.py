"""Roles: the ones that come with the product, and those a tenant makes."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db import transaction
from django.utils.translation import gettext as _

from identity import queries
from identity.errors import MoreThanYours, NameTaken, RoleInUse, RoleLocked
from identity.models import Kind, Role
from kernel import audit
from kernel.actor import Actor, ActorKind, Scope, widest
from kernel.registry import permissions

ADMIN = "admin"
"""Key of the role with every right, in a tenant and in public alike."""
_NOTHING: Mapping[str, Scope] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A role that comes with the product."""

    key: str
    name: str
    grants: Mapping[str, str]
    masked: tuple[str, ...] = ()
    is_locked: bool = False


@transaction.atomic
def seed_roles(*, by: Actor) -> None:
    """Make the roles that come with the product, in a tenant or in public.

    Harmless to repeat: a role that exists keeps what its tenant made of it. Opens a transaction.
    """
    kind = queries.house_kind()
    presets = _vendor_presets() if kind == Kind.VENDOR else _broker_presets()
    for preset in presets:
        role, made = Role.objects.get_or_create(
            key=preset.key,
            defaults={
                "name": preset.name,
                "kind": kind,
                "grants": dict(preset.grants),
                "masked": list(preset.masked),
                "is_locked": preset.is_locked,
            },
        )
        if made:
            audit.note("identity.role_made", about=role, by=by, changes={"grants": role.grants})


@transaction.atomic
def save_role(
    role_id: uuid.UUID | None,
    *,
    name: str,
    grants: Mapping[str, Scope],
    masked: Collection[str],
    by: Actor,
) -> uuid.UUID:
    """Make a role, or change the one with ``role_id``. Opens a transaction.

    Raises:
        RoleLocked: Its rights are fixed.
        NameTaken: Another role has this name.
        MoreThanYours: It would grant what ``by`` may not do.
    """
    role = Role.objects.select_for_update().get(pk=role_id) if role_id else Role()
    if role.is_locked:
        raise RoleLocked(name=role.name)
    if Role.objects.filter(name__iexact=name).exclude(pk=role.pk).exists():
        raise NameTaken(name=name)
    before = queries.expanded(role.grants) if role_id else _NOTHING
    refuse_more_than_own({c: s for c, s in grants.items() if before.get(c) != s}, by=by)
    known = {code: str(scope) for code, scope in grants.items() if code in queries.grantable()}
    changes = {"name": name, "before": role.grants, "after": known, "masked": sorted(masked)}
    role.name, role.kind = name, queries.house_kind()
    role.grants, role.masked = known, sorted(masked)
    role.save()
    audit.note("identity.role_saved", about=role, by=by, changes=changes)
    return role.pk


@transaction.atomic
def remove_role(role_id: uuid.UUID, *, by: Actor) -> None:
    """Remove a role that nobody holds. Opens a transaction.

    Raises:
        RoleLocked: It comes with the product.
        RoleInUse: People hold it.
    """
    role = Role.objects.select_for_update().get(pk=role_id)
    if role.is_locked:
        raise RoleLocked(name=role.name)
    people = role.memberships.count()
    if people:
        raise RoleInUse(people=people, name=role.name)
    audit.note("identity.role_removed", about=role, by=by, changes={"name": role.name})
    role.delete()


def refuse_more_than_own(grants: Mapping[str, Scope], *, by: Actor) -> None:
    """Keep people from giving away what they do not have; parts of the system may give all.

    Raises:
        MoreThanYours: ``grants`` reach further than those of ``by``.
    """
    if by.kind == ActorKind.SYSTEM:
        return
    beyond = sorted(c for c, scope in grants.items() if not _covers(by.scope(c), scope))
    if beyond:
        titles = [str(permissions()[c].title) if c in permissions() else c for c in beyond]
        raise MoreThanYours(rights=", ".join(titles))


def _covers(held: Scope | None, wanted: Scope) -> bool:
    return held is not None and widest(held, wanted) == held


def _broker_presets() -> tuple[Preset, ...]:
    see_clients = {"clients.see_*": "all", "trading.see_*": "all", "requests.see_*": "all"}
    return (
        Preset(key=ADMIN, name=_("Administrator"), grants={"*": "all"}, is_locked=True),
        Preset(
            key="support",
            name=_("Support"),
            grants={**see_clients, "clients.edit_*": "all", "tickets.*": "all"},
            masked=("bank_details", "document_number"),
        ),
        Preset(
            key="finance",
            name=_("Finance"),
            grants={
                **see_clients,
                "cashier.*": "all",
                "wallets.*": "all",
                "ib.*": "all",
                "trading.*_credit": "all",
            },
        ),
        Preset(
            key="compliance",
            name=_("Compliance"),
            grants={**see_clients, "clients.*": "all", "kyc.*": "all", "aml.*": "all"},
        ),
        Preset(
            key="sales",
            name=_("Sales"),
            grants={"clients.see_*": "own", "trading.see_*": "own", "crm.*": "own"},
            masked=("email", "phone", "bank_details", "document_number"),
        ),
    )


def _vendor_presets() -> tuple[Preset, ...]:
    return (
        Preset(key=ADMIN, name=_("Vendor administrator"), grants={"*": "all"}, is_locked=True),
        Preset(key="support", name=_("Vendor support"), grants={"console.see_*": "all"}),
    )
