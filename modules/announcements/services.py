"""Publishing announcements and putting them away."""

from __future__ import annotations

import dataclasses
import uuid

from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from kernel.events import publish
from modules.announcements.errors import EndsBeforeItStarts, NoSuchAnnouncement
from modules.announcements.events import AnnouncementPublished
from modules.announcements.models import Announcement, Dismissal
from modules.announcements.types import Wording


@transaction.atomic
def publish_announcement(wording: Wording, *, by: Actor) -> uuid.UUID:
    """Tell clients something from its start on; return its id. Opens a transaction.

    Raises:
        EndsBeforeItStarts: Its time is empty.
    """
    _refuse_empty_time(wording)
    row = Announcement.objects.create(
        **dataclasses.asdict(wording), written_by=by.id, written_at=clock.now()
    )
    publish(AnnouncementPublished(announcement_id=row.pk, starts_at=row.starts_at))
    audit.note("announcements.published", about=row, by=by, changes={"title": row.title})
    return row.pk


@transaction.atomic
def reword_announcement(announcement_id: uuid.UUID, wording: Wording, *, by: Actor) -> None:
    """Change what is told, or when. Opens a transaction.

    Raises:
        NoSuchAnnouncement: There is none.
        EndsBeforeItStarts: Its time is empty.
    """
    _refuse_empty_time(wording)
    row = _locked(announcement_id)
    for name, value in dataclasses.asdict(wording).items():
        setattr(row, name, value)
    row.save()
    audit.note("announcements.reworded", about=row, by=by, changes={"title": row.title})


@transaction.atomic
def withdraw_announcement(announcement_id: uuid.UUID, *, by: Actor) -> None:
    """End an announcement now; one that has not begun is removed. Opens a transaction.

    Raises:
        NoSuchAnnouncement: There is none.
    """
    row = _locked(announcement_id)
    audit.note("announcements.withdrawn", about=row, by=by, changes={"title": row.title})
    now = clock.now()
    if row.starts_at >= now:
        row.delete()
        return
    row.ends_at = min(row.ends_at or now, now)
    row.save(update_fields=["ends_at"])


def dismiss(announcement_id: uuid.UUID, *, client_id: uuid.UUID) -> None:
    """Put an announcement away for one client; doing it twice is harmless.

    Raises:
        NoSuchAnnouncement: There is none.
    """
    if not Announcement.objects.filter(pk=announcement_id).exists():
        raise NoSuchAnnouncement
    Dismissal.objects.get_or_create(
        announcement_id=announcement_id,
        client_id=client_id,
        defaults={"dismissed_at": clock.now()},
    )


def _refuse_empty_time(wording: Wording) -> None:
    if wording.ends_at is not None and wording.ends_at <= wording.starts_at:
        raise EndsBeforeItStarts


def _locked(announcement_id: uuid.UUID) -> Announcement:
    row = Announcement.objects.select_for_update().filter(pk=announcement_id).first()
    if row is None:
        raise NoSuchAnnouncement
    return row
