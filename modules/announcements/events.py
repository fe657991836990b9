"""What announcements announce."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementPublished(Event):
    """Something is told to clients from ``starts_at`` on."""

    name: ClassVar[str] = "announcements.AnnouncementPublished"

    announcement_id: uuid.UUID
    starts_at: dt.datetime
