"""What announcements refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused


class NoSuchAnnouncement(Refused):
    """There is none."""

    code = "announcements.no_such_announcement"
    sentence = _("There is no such announcement.")


class EndsBeforeItStarts(Refused):
    """Its time is empty."""

    code = "announcements.ends_before_it_starts"
    sentence = _("It would end before it starts.")
    field = "ends_at"
