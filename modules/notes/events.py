"""What notes announce."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone(Event):
    """A colleague did what was promised to or about a client."""

    name: ClassVar[str] = "notes.TaskDone"

    task_id: uuid.UUID
    client_id: uuid.UUID
    by_id: uuid.UUID | None
