"""What identity knows: people, their rights, roles, teams and invitations."""

from __future__ import annotations

import fnmatch
import ipaddress
import uuid
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from django.db.models import Count, Max, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from identity import tokens
from identity.errors import InvitationSpent
from identity.factors import STRONG
from identity.models import (
    Invitation,
    IpAllowRule,
    Kind,
    Role,
    RoleMembership,
    Team,
    TeamMembership,
    User,
)
from identity.types import (
    AddressRule,
    InvitationLine,
    OpenInvitation,
    Person,
    PersonLine,
    Right,
    RightGroup,
    RoleLine,
    RoleSheet,
    RoleTag,
    TeamLine,
)
from kernel import clock, pin
from kernel.actor import Actor, ActorKind, Scope, widest
from kernel.module import Text
from kernel.registry import modules, permissions

CONSOLE = "console"
_CORE_TITLES: Mapping[str, Text] = {
    "kernel": _("Access for programs"),
    "identity": _("People and roles"),
    "themes": _("Branding"),
    "billing": _("Plan and modules"),
    "provisioning": _("Set-up and trading servers"),
    "console": _("Console"),
}
_FEW = 500
"""More people of the house than this are found by search, not by reading a list."""


def get_person(person_id: uuid.UUID) -> Person:
    """The person with this id.

    Raises:
        User.DoesNotExist: There is none here.
    """
    return _person(User.objects.get(pk=person_id))


def find_person(person_id: uuid.UUID) -> Person | None:
    """The person with this id, if there is one here."""
    user = User.objects.filter(pk=person_id).first()
    return _person(user) if user else None


def find_person_by_email(email: str) -> Person | None:
    """The person with this e-mail, whatever its case, if there is one here."""
    user = User.objects.filter(email=email.lower()).first()
    return _person(user) if user else None


def people(person_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Person]:
    """Those of ``person_ids`` who exist here, by id, in one query."""
    return {user.pk: _person(user) for user in User.objects.filter(pk__in=list(person_ids))}


def staff() -> tuple[Person, ...]:
    """Everyone of the house who may sign in, by name: to assign work to."""
    rows = User.objects.filter(kind=house_kind(), is_active=True).order_by("full_name", "pk")
    return tuple(_person(user) for user in rows[:_FEW])


def house_kind() -> Kind:
    """Who works here: vendor staff in public, a broker's staff in a tenant."""
    return Kind.VENDOR if pin.current() == pin.PUBLIC else Kind.STAFF


def actor_of(user: User) -> Actor:
    """The person as a doer, with every right that their roles give; two queries."""
    held = RoleMembership.objects.filter(person=user).values_list("role__grants", "role__masked")
    grants, masks = _united(held)
    if user.kind == Kind.CLIENT:
        grants |= _of_every_client()
    teams = TeamMembership.objects.filter(person=user).values_list("team_id", flat=True)
    return Actor(
        kind=ActorKind.PERSON,
        id=user.pk,
        name=str(user),
        grants=MappingProxyType(grants),
        masked=masks,
        team_ids=frozenset(teams) if user.is_of_the_house else frozenset(),
        is_staff=user.is_of_the_house,
    )


def actor_for(person_id: uuid.UUID) -> Actor:
    """The same, found by id.

    Raises:
        User.DoesNotExist: There is no such person here.
    """
    return actor_of(User.objects.get(pk=person_id))


def in_scope(actor: Actor, code: str, *, owner: str = "owner_id", team: str = "") -> Q:
    """A condition that keeps the records which the right ``code`` lets ``actor`` reach.

    ``owner`` names the column with the person's id, ``team``, where records have one, the
    column with a team's id. Without the right, nothing is reached.
    """
    match actor.scope(code):
        case Scope.ALL:
            return Q()
        case Scope.TEAM:
            mates = TeamMembership.objects.filter(team_id__in=actor.team_ids)
            reached = Q(**{f"{owner}__in": mates.values("person_id")}) | Q(**{owner: actor.id})
            return reached | Q(**{f"{team}__in": actor.team_ids}) if team else reached
        case Scope.OWN:
            return Q(**{owner: actor.id})
        case _:
            return Q(pk__in=[])


def person_lines() -> tuple[PersonLine, ...]:
    """Everyone of the house, by name; four queries however many they are."""
    rows = (
        User.objects.filter(kind=house_kind())
        .annotate(seen_at=Max("usersession__last_seen_at"))
        .order_by("-is_active", "full_name", "pk")
        .prefetch_related(
            Prefetch("role_memberships", RoleMembership.objects.select_related("role")),
            Prefetch("team_memberships", TeamMembership.objects.select_related("team")),
            "authenticator_set",
        )
    )
    return tuple(_line(user) for user in rows[:_FEW])


def person_line(person_id: uuid.UUID) -> PersonLine | None:
    """One of the people of the house, if there is one with this id."""
    return next((line for line in person_lines() if line.id == person_id), None)


def invitation_lines() -> tuple[InvitationLine, ...]:
    """Invitations that were neither accepted nor withdrawn, newest first."""
    waiting = Invitation.objects.filter(accepted_at=None, revoked_at=None).select_related("role")
    now = clock.now()
    return tuple(
        InvitationLine(
            id=row.pk,
            email=row.email,
            role=row.role.name,
            invited_at=row.invited_at,
            expires_at=row.expires_at,
            is_expired=row.expires_at <= now,
        )
        for row in waiting.order_by("-invited_at")
    )


def is_invitation(invitation_id: uuid.UUID) -> bool:
    """Whether there is such an invitation, whatever became of it."""
    return Invitation.objects.filter(pk=invitation_id).exists()


def open_invitation(token: str) -> OpenInvitation:
    """The invitation whose mail carried ``token``.

    Raises:
        InvitationSpent: There is none, or it was used, withdrawn, or is too old.
    """
    row = Invitation.objects.select_related("role").filter(
        token_hash=tokens.hash_of(token),
        accepted_at=None,
        revoked_at=None,
        expires_at__gt=clock.now(),
    )
    found = row.first()
    if found is None:
        raise InvitationSpent
    return OpenInvitation(
        id=found.pk, email=found.email, full_name=found.full_name, role=found.role.name
    )


def role_lines() -> tuple[RoleLine, ...]:
    """The roles of the house: the fixed first, then by name."""
    rows = Role.objects.filter(kind=house_kind()).annotate(people=Count("memberships"))
    return tuple(
        RoleLine(
            id=row.pk,
            key=row.key,
            name=row.name,
            people=row.people,
            rights=len(expanded(row.grants)),
            is_locked=row.is_locked,
            masked=tuple(row.masked),
        )
        for row in rows.order_by("-is_locked", "name")
    )


def role_sheet(role_id: uuid.UUID) -> RoleSheet | None:
    """A role of the house with everything it grants, if there is one with this id."""
    row = Role.objects.filter(pk=role_id, kind=house_kind()).first()
    if row is None:
        return None
    return RoleSheet(
        id=row.pk,
        key=row.key,
        name=row.name,
        is_locked=row.is_locked,
        grants=expanded(row.grants),
        masked=tuple(row.masked),
    )


def right_groups(active: Iterable[str]) -> tuple[RightGroup, ...]:
    """The rights that roles here may grant, by part of the product; ``active`` are module keys."""
    running = frozenset(active)
    groups: dict[str, list[Right]] = {}
    for code in grantable():
        key = code.partition(".")[0]
        module = modules().get(key)
        if module is None or module.always_on or key in running:
            right = permissions()[code]
            found = Right(code=code, title=right.title, is_sensitive=right.sensitive)
            groups.setdefault(key, []).append(found)
    return tuple(
        RightGroup(key=key, title=_title(key), rights=tuple(rights))
        for key, rights in groups.items()
    )


def grantable() -> tuple[str, ...]:
    """Codes of the permissions that roles of this schema may grant, as declared."""
    return _grantable(is_public=pin.current() == pin.PUBLIC)


def expanded(grants: Mapping[str, str]) -> Mapping[str, Scope]:
    """``grants`` with every pattern replaced by the codes it stands for, widest scope winning."""
    return _expanded(tuple(sorted(grants.items())), is_public=pin.current() == pin.PUBLIC)


def role_ids_of(person_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """Ids of the roles that a person holds."""
    held = RoleMembership.objects.filter(person_id=person_id)
    return frozenset(held.values_list("role_id", flat=True))


def holders_of(role_ids: Iterable[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Ids of the active people of the house who hold one of the roles."""
    held = RoleMembership.objects.filter(
        role_id__in=list(role_ids), person__is_active=True, person__kind=house_kind()
    )
    return frozenset(held.values_list("person_id", flat=True))


def holders_of_right(code: str) -> frozenset[uuid.UUID]:
    """Ids of the active people of the house whose roles grant ``code``."""
    granting = [
        row.pk for row in Role.objects.filter(kind=house_kind()) if code in expanded(row.grants)
    ]
    return holders_of(granting)


def team_lines() -> tuple[TeamLine, ...]:
    """The teams and their people, by name; two queries."""
    rows = Team.objects.order_by("name").prefetch_related(
        Prefetch("memberships", TeamMembership.objects.select_related("person"))
    )
    return tuple(
        TeamLine(
            id=row.pk,
            name=row.name,
            people=tuple(_person(membership.person) for membership in row.memberships.all()),
        )
        for row in rows
    )


def address_rules() -> tuple[AddressRule, ...]:
    """The networks that staff may come from, oldest first."""
    rows = IpAllowRule.objects.order_by("added_at")
    return tuple(AddressRule(id=row.pk, network=row.network, note=row.note) for row in rows)


def address_allowed(address: str) -> bool:
    """Whether staff may come from ``address``; with no rule, from anywhere."""
    networks = list(IpAllowRule.objects.values_list("network", flat=True))
    return not networks or within(address, networks)


def within(address: str, networks: Iterable[str]) -> bool:
    """Whether ``address`` lies in one of ``networks``; an IPv4 one may be written as IPv6."""
    ip = ipaddress.ip_address(address)
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    return any(mapped in ipaddress.ip_network(network) for network in networks)


@lru_cache(maxsize=512)
def _expanded(grants: tuple[tuple[str, str], ...], *, is_public: bool) -> Mapping[str, Scope]:
    found: dict[str, Scope] = {}
    for pattern, scope in grants:
        for code in fnmatch.filter(_grantable(is_public=is_public), pattern):
            found[code] = widest(Scope(scope), found.get(code, Scope.OWN))
    return MappingProxyType(found)


@lru_cache(maxsize=2)
def _grantable(*, is_public: bool) -> tuple[str, ...]:
    shared = {"identity"}
    codes = []
    for code, permission in permissions().items():
        owner = code.partition(".")[0]
        if permission.for_clients:
            continue
        if owner in shared or (owner == CONSOLE) == is_public:
            codes.append(code)
    return tuple(codes)


@lru_cache(maxsize=1)
def _of_every_client() -> dict[str, Scope]:
    return {code: Scope.OWN for code, right in permissions().items() if right.for_clients}


def _united(
    held: Iterable[tuple[Mapping[str, str], list[str]]],
) -> tuple[dict[str, Scope], frozenset[str]]:
    """Rights add up; a field stays masked only if every role masks it."""
    grants: dict[str, Scope] = {}
    masks: list[frozenset[str]] = []
    for role_grants, masked in held:
        masks.append(frozenset(masked))
        for code, scope in expanded(role_grants).items():
            grants[code] = widest(scope, grants.get(code, Scope.OWN))
    return grants, frozenset.intersection(*masks) if masks else frozenset()


def _person(user: User) -> Person:
    return Person(
        id=user.pk,
        email=user.email,
        full_name=user.full_name,
        kind=user.kind,
        language=user.language,
        time_zone=user.time_zone,
        is_active=user.is_active,
    )


def _line(user: Any) -> PersonLine:
    factors = {row.type for row in user.authenticator_set.all()}
    return PersonLine(
        id=user.pk,
        email=user.email,
        full_name=user.full_name,
        is_active=user.is_active,
        roles=tuple(
            RoleTag(id=held.role.pk, name=held.role.name) for held in user.role_memberships.all()
        ),
        teams=tuple(membership.team.name for membership in user.team_memberships.all()),
        factors=tuple(str(kind) for kind in STRONG if kind in factors),
        last_seen_at=user.seen_at,
        joined_at=user.joined_at,
    )


def _title(key: str) -> str:
    module = modules().get(key)
    return str(module.title if module else _CORE_TITLES.get(key, key))
