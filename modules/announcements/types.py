"""What crosses the border of the announcements module."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.utils.safestring import SafeString

from kernel.module import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a colleague writes: the text in Markdown, without HTML and pictures."""

    title: str
    text: str
    tone: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementLine:
    """An announcement as lists and the room show it."""

    id: uuid.UUID
    title: str
    text: str
    html: SafeString
    tone: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None
    phase: str
    """``planned``, ``shown`` or ``over``."""
    phase_label: Text
    dismissed: int
    """How many clients have put it away."""
