"""What is told to clients, was told, and will be."""

from __future__ import annotations

import uuid

from django.db.models import Count, Q
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt

from kernel import clock
from modules.announcements.errors import NoSuchAnnouncement
from modules.announcements.models import Announcement
from modules.announcements.types import AnnouncementLine

MOST_AT_ONCE = 3
_PHASES = {"planned": _("Planned"), "shown": _("Shown now"), "over": _("Over")}
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")
"""HTML is shown as text, pictures are links' words, and only harmless links are links."""


def announcements() -> tuple[AnnouncementLine, ...]:
    """All announcements, newest first."""
    rows = Announcement.objects.annotate(away=Count("dismissals")).order_by("-starts_at", "-pk")
    return tuple(_line(row) for row in rows[:200])


def announcement(announcement_id: uuid.UUID) -> AnnouncementLine:
    """One announcement.

    Raises:
        NoSuchAnnouncement: There is none.
    """
    row = Announcement.objects.filter(pk=announcement_id).first()
    if row is None:
        raise NoSuchAnnouncement
    return _line(row)


def present(client_id: uuid.UUID) -> tuple[AnnouncementLine, ...]:
    """What a client is told now and has not put away, newest first."""
    now = clock.now()
    rows = Announcement.objects.filter(starts_at__lte=now)
    rows = rows.filter(Q(ends_at=None) | Q(ends_at__gt=now))
    rows = rows.exclude(dismissals__client_id=client_id).order_by("-starts_at", "-pk")
    return tuple(_line(row) for row in rows[:MOST_AT_ONCE])


def rendered(text: str) -> SafeString:
    """Markdown as HTML that cannot do harm."""
    html: str = _MARKDOWN.render(text)
    return mark_safe(html)  # noqa: S308  # made by a renderer that escapes HTML


def _line(row: Announcement) -> AnnouncementLine:
    phase = _phase(row)
    return AnnouncementLine(
        id=row.pk,
        title=row.title,
        text=row.text,
        html=rendered(row.text),
        tone=row.tone,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        phase=phase,
        phase_label=_PHASES[phase],
        dismissed=getattr(row, "away", 0),
    )


def _phase(row: Announcement) -> str:
    now = clock.now()
    if row.starts_at > now:
        return "planned"
    return "over" if row.ends_at is not None and row.ends_at <= now else "shown"
