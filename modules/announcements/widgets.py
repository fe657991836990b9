"""What announcements put in the room."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kernel.actor import Actor
from modules.announcements import queries


def present(request: HttpRequest) -> SafeString:
    """What the client is told now; nothing when there is nothing."""
    actor: Actor | None = getattr(request, "actor", None)
    lines = queries.present(actor.id) if actor is not None and actor.id is not None else ()
    if not lines:
        return SafeString("")
    return render_to_string("announcements/present.html", {"lines": lines}, request=request)
