"""What the console refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused


class NoSuchEvent(Refused):
    """The event was revived, dropped or told in the meantime."""

    code = "console.no_such_event"
    sentence = _("This event is not waiting any more.")
