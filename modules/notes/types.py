"""What crosses the border of the notes module."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLine:
    """A note in its present wording, and how often it was reworded."""

    id: uuid.UUID
    client_id: uuid.UUID
    text: str
    author_id: uuid.UUID | None
    author: str
    written_at: dt.datetime
    rewordings: int
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """A task; ``due_on`` is a day of the broker's."""

    id: uuid.UUID
    client_id: uuid.UUID
    client_name: str
    title: str
    due_on: dt.date
    assignee_id: uuid.UUID | None
    assignee: str
    done_at: dt.datetime | None
    is_overdue: bool
