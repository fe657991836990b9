"""What the clients module refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused


class NoSuchClient(Refused):
    """There is none, or the asker's rights do not reach it."""

    code = "clients.no_such_client"
    sentence = _("There is no such client.")


class NotInThisState(Refused):
    """The client's state does not allow the move."""

    code = "clients.not_in_this_state"
    sentence = _("A client who is “%(state)s” cannot become that.")


class ClientIsBlocked(Refused):
    """A blocked or closed client may look, not act."""

    code = "clients.blocked"
    sentence = _("This profile is restricted. Please contact support.")


class NoSuchLevel(Refused):
    """The broker has no verification level of that rank."""

    code = "clients.no_such_level"
    sentence = _("There is no such verification level.")
    field = "level"


class TooManyLevels(Refused):
    """More levels than anybody can tell apart."""

    code = "clients.too_many_levels"
    sentence = _("There can be at most %(most)s verification levels.")


class ReasonNeeded(Refused):
    """A level decides how much money may move: whoever sets it says why."""

    code = "clients.reason_needed"
    sentence = _("Give a reason.")
    field = "reason"


class NoSuchGroup(Refused):
    """There is none, or nobody is put into it any more."""

    code = "clients.no_such_group"
    sentence = _("There is no such client group.")
    field = "groups"


class NameNeeded(Refused):
    """A group or level without a name, or with one that is too long."""

    code = "clients.name_needed"
    sentence = _("Enter a name of at most %(most)s characters.")
    field = "name"


class GroupNameTaken(Refused):
    """Another group is called so already, archived ones included."""

    code = "clients.group_name_taken"
    sentence = _("There is a client group “%(name)s” already.")
    field = "name"
