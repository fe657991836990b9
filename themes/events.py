"""What themes announces."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from kernel.events import Event


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ThemePublished(Event):
    """A tenant wears a new look."""

    name: ClassVar[str] = "themes.ThemePublished"
    version: str
