"""Pauses of sending, as pages show them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseLine:
    """Nothing is sent to a server, or to anybody, until a person releases it."""

    id: uuid.UUID
    server_id: uuid.UUID | None
    """``None``: to nobody."""
    server_name: str
    why: str
    began_at: dt.datetime
    began_by: str
    in_doubt: int
    """Operations from before that are still being looked up."""
    unproven: Sequence[str]
    """Names of servers that have not been compared since, or that differ."""

    @property
    def is_clean(self) -> bool:
        """Whether it may be released."""
        return not self.in_doubt and not self.unproven
