"""What notes refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused


class NoSuchNote(Refused):
    """There is none, or it was replaced, or is another's to change."""

    code = "notes.no_such_note"
    sentence = _("There is no such note, or a colleague has changed it meanwhile.")


class NoSuchTask(Refused):
    """There is none, or it is done."""

    code = "notes.no_such_task"
    sentence = _("There is no such task, or it is done already.")
