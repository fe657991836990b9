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
