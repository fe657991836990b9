"""People: who may come in, with which roles, and who may not any more."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from zoneinfo import available_timezones

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from identity import queries
from identity.errors import EmailTaken, LastAdmin, NotYourself
from identity.events import PersonDisabled
from identity.letters import letter_for
from identity.models import Role, RoleMembership, User
from identity.services.roles import ADMIN, refuse_more_than_own
from kernel import audit, clock, mail
from kernel.actor import Actor
from kernel.events import publish


@transaction.atomic
def enroll(*, email: str, full_name: str, password: str, role: str, by: Actor) -> uuid.UUID:
    """Make a person of the house with a password, the e-mail taken as theirs.

    ``role`` is the key of a role that comes with the product. For the first vendor and for
    accepted invitations; anyone else is invited. Opens a transaction.

    Raises:
        EmailTaken: Someone here has the e-mail.
    """
    if User.objects.filter(email=email.lower()).exists():
        raise EmailTaken(email=email)
    user = User(email=email, full_name=full_name, kind=queries.house_kind())
    user.set_password(password)
    user.save(force_insert=True)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    RoleMembership.objects.create(person=user, role=Role.objects.get(key=role))
    audit.note("identity.person_enrolled", about=user, by=by, changes={"role": role})
    return user.pk


@transaction.atomic
def give_roles(person_id: uuid.UUID, role_ids: Collection[uuid.UUID], *, by: Actor) -> None:
    """Let a person of the house hold exactly these roles. Opens a transaction.

    Raises:
        MoreThanYours: A role grants what ``by`` may not do.
        LastAdmin: Nobody else would be administrator.
    """
    user = _locked(person_id)
    held = set(user.role_memberships.values_list("role_id", flat=True))
    wanted = set(Role.objects.filter(pk__in=role_ids, kind=user.kind).values_list("pk", flat=True))
    for role in Role.objects.filter(pk__in=wanted ^ held):
        refuse_more_than_own(queries.expanded(role.grants), by=by)
        if role.key == ADMIN and role.pk in held:
            _keep_an_admin(user)
    user.role_memberships.exclude(role_id__in=wanted).delete()
    RoleMembership.objects.bulk_create(
        RoleMembership(person=user, role_id=role_id) for role_id in wanted - held
    )
    changes = {"before": sorted(map(str, held)), "after": sorted(map(str, wanted))}
    audit.note("identity.roles_given", about=user, by=by, changes=changes)


@transaction.atomic
def disable_person(person_id: uuid.UUID, *, by: Actor, reason: str = "") -> None:
    """Shut a person out at once, whatever sessions they have. Opens a transaction.

    Raises:
        NotYourself: People do not shut themselves out.
        LastAdmin: Nobody else would be administrator.
    """
    user = _locked(person_id)
    _refuse_self(user, by)
    if user.role_memberships.filter(role__key=ADMIN).exists():
        _keep_an_admin(user)
    user.is_active = False
    user.disabled_at = clock.now()
    _end_sessions(user)
    user.save(update_fields=["is_active", "disabled_at", "session_epoch"])
    publish(PersonDisabled(person_id=user.pk))
    audit.note("identity.person_disabled", about=user, by=by, reason=reason)


@transaction.atomic
def enable_person(person_id: uuid.UUID, *, by: Actor) -> None:
    """Let a person in again. Opens a transaction."""
    user = _locked(person_id)
    user.is_active = True
    user.disabled_at = None
    user.save(update_fields=["is_active", "disabled_at"])
    audit.note("identity.person_enabled", about=user, by=by)


@transaction.atomic
def end_sessions(person_id: uuid.UUID, *, by: Actor) -> None:
    """Sign a person out everywhere. Opens a transaction."""
    user = _locked(person_id)
    _end_sessions(user)
    user.save(update_fields=["session_epoch"])
    audit.note("identity.sessions_ended", about=user, by=by)


@transaction.atomic
def reset_factors(person_id: uuid.UUID, *, by: Actor) -> None:
    """Remove a person's second factors, sign them out, and tell them. Opens a transaction.

    The password stays theirs alone: it is needed to set up a new factor (AUT-03).

    Raises:
        NotYourself: One's own factors are changed on the security page.
    """
    user = _locked(person_id)
    _refuse_self(user, by)
    Authenticator.objects.filter(user=user).delete()
    _end_sessions(user)
    user.save(update_fields=["session_epoch"])
    letter = letter_for("identity/factors_reset", {"at": clock.now()})
    mail.send(
        letter.template, to=user.email, context=letter.context, language=user.language or None
    )
    audit.note("identity.factors_reset", about=user, by=by)


@transaction.atomic
def set_locale(person_id: uuid.UUID, *, language: str, time_zone: str, by: Actor) -> None:
    """Keep a person's language tag and IANA time zone; unknown zones are kept out."""
    user = _locked(person_id)
    user.language = language
    user.time_zone = time_zone if time_zone in available_timezones() else ""
    user.save(update_fields=["language", "time_zone"])
    audit.note("identity.locale_set", about=user, by=by, changes={"language": language})


def _locked(person_id: uuid.UUID) -> User:
    return User.objects.locked().get(pk=person_id)


def _refuse_self(user: User, by: Actor) -> None:
    if by.id == user.pk:
        raise NotYourself


def _keep_an_admin(user: User) -> None:
    """Raises: LastAdmin: no other active person holds the admin's role."""
    admins = RoleMembership.objects.select_for_update().filter(
        role__key=ADMIN, person__is_active=True
    )
    if not any(membership.person_id != user.pk for membership in admins):
        raise LastAdmin(name=str(user))


def _end_sessions(user: User) -> None:
    user.session_epoch += 1
    UserSession.objects.filter(user=user).delete()
