"""Refusals about people, roles and invitations."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused


class EmailTaken(Refused):
    """Someone here has this e-mail already."""

    code = "email_taken"
    sentence = _("%(email)s has an account here already.")
    field = "email"


class InvitationSpent(Refused):
    """The invitation was used, withdrawn, or is too old."""

    code = "invitation_spent"
    sentence = _("This invitation is no longer valid. Ask for a new one.")


class LastAdmin(Refused):
    """Nobody would be left to let others in."""

    code = "last_admin"
    sentence = _("%(name)s is the last administrator. Make someone else an administrator first.")


class NotYourself(Refused):
    """People may not lock themselves out."""

    code = "not_yourself"
    sentence = _("You cannot do this to your own account.")


class MoreThanYours(Refused):
    """People may not give rights that they lack."""

    code = "more_than_yours"
    sentence = _("You can only give rights that you have yourself: %(rights)s.")


class RoleLocked(Refused):
    """The role's rights are fixed."""

    code = "role_locked"
    sentence = _("The role %(name)s cannot be changed.")


class RoleInUse(Refused):
    """People still hold the role."""

    code = "role_in_use"
    sentence = _("%(people)s people still have the role %(name)s.")


class NameTaken(Refused):
    """Another one has this name."""

    code = "name_taken"
    sentence = _("There is already one called %(name)s.")
    field = "name"


class NotANetwork(Refused):
    """The text is no address and no network."""

    code = "not_a_network"
    sentence = _("%(text)s is not an IP address or network, such as 203.0.113.0/24.")
    field = "network"


class WouldLockYouOut(Refused):
    """The list would shut out the person who writes it."""

    code = "would_lock_you_out"
    sentence = _("Your own address %(address)s would be shut out. Add it first.")
