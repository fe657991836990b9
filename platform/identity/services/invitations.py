"""Invitations: the only way in for people of the house."""

from __future__ import annotations

import uuid

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from identity import queries, tokens
from identity.brand import absolute
from identity.errors import EmailTaken, InvitationSpent
from identity.events import StaffJoined
from identity.models import Invitation, Role, RoleMembership, User
from identity.services.roles import refuse_more_than_own
from kernel import audit, clock, mail
from kernel.actor import Actor
from kernel.events import publish


@transaction.atomic
def invite(
    *, email: str, role: str | uuid.UUID, by: Actor, full_name: str = "", language: str = ""
) -> uuid.UUID:
    """Invite someone to work here and mail them the link.

    ``role`` is the id of a role, or the key of one that comes with the product (``"admin"``).
    Inviting the same address again replaces the first invitation, so repeating is harmless.
    Opens a transaction.

    Raises:
        EmailTaken: The person has an account here.
        MoreThanYours: The role grants what ``by`` may not do.
    """
    email = email.lower()
    if User.objects.filter(email=email).exists():
        raise EmailTaken(email=email)
    chosen = _role(role)
    refuse_more_than_own(queries.expanded(chosen.grants), by=by)
    _withdraw(email)
    invitation = Invitation(
        email=email, full_name=full_name, role=chosen, invited_by=by.id, invited_at=clock.now()
    )
    _send(invitation, language=language)
    audit.note("identity.invited", about=invitation, by=by, changes={"role": chosen.name})
    return invitation.pk


@transaction.atomic
def invite_again(invitation_id: uuid.UUID, *, by: Actor) -> None:
    """Mail a new link; the one sent before stops working. Opens a transaction.

    Raises:
        InvitationSpent: It was accepted or withdrawn.
    """
    invitation = _waiting(invitation_id)
    refuse_more_than_own(queries.expanded(invitation.role.grants), by=by)
    _send(invitation, language="")
    audit.note("identity.invited_again", about=invitation, by=by)


@transaction.atomic
def revoke_invitation(invitation_id: uuid.UUID, *, by: Actor) -> None:
    """Withdraw an invitation. Opens a transaction.

    Raises:
        InvitationSpent: It was accepted or withdrawn.
    """
    invitation = _waiting(invitation_id)
    invitation.revoked_at = clock.now()
    invitation.save(update_fields=["revoked_at"])
    audit.note("identity.invitation_revoked", about=invitation, by=by)


@transaction.atomic
def accept(token: str, *, full_name: str, password: str) -> uuid.UUID:
    """Take up an invitation once: make the person, with the role, the e-mail proved by the link.

    Returns the person's id. Opens a transaction.

    Raises:
        InvitationSpent: The token is unknown, used, withdrawn or too old.
        EmailTaken: The person got an account in the meantime.
    """
    found = queries.open_invitation(token)
    invitation = Invitation.objects.select_for_update().get(pk=found.id)
    if invitation.accepted_at or invitation.revoked_at:
        raise InvitationSpent
    if User.objects.filter(email=invitation.email).exists():
        raise EmailTaken(email=invitation.email)
    role = invitation.role
    user = User(email=invitation.email, full_name=full_name, kind=role.kind)
    user.set_password(password)
    user.save(force_insert=True)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    RoleMembership.objects.create(person=user, role=role)
    invitation.accepted_at = clock.now()
    invitation.save(update_fields=["accepted_at"])
    publish(StaffJoined(person_id=user.pk, role=role.key or ""))
    audit.note("identity.invitation_accepted", about=invitation, by=queries.actor_of(user))
    return user.pk


def _role(role: str | uuid.UUID) -> Role:
    roles = Role.objects.filter(kind=queries.house_kind())
    return roles.get(pk=role) if isinstance(role, uuid.UUID) else roles.get(key=role)


def _withdraw(email: str) -> None:
    earlier = Invitation.objects.filter(email=email, accepted_at=None, revoked_at=None)
    earlier.update(revoked_at=clock.now())


def _waiting(invitation_id: uuid.UUID) -> Invitation:
    waiting = Invitation.objects.select_for_update().filter(
        pk=invitation_id, accepted_at=None, revoked_at=None
    )
    invitation = waiting.first()
    if invitation is None:
        raise InvitationSpent
    return invitation


def _send(invitation: Invitation, *, language: str) -> None:
    token = tokens.new_token()
    invitation.token_hash = tokens.hash_of(token)
    invitation.expires_at = clock.now() + settings.IDENTITY_INVITATION_LIVES
    invitation.save()
    context = {
        "link": absolute(reverse("identity_invitation", args=[token])),
        "full_name": invitation.full_name,
        "role": invitation.role.name,
        "expires_at": invitation.expires_at,
    }
    mail.send(
        "identity/invitation", to=invitation.email, context=context, language=language or None
    )
