"""What one check of a connection found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PASSED, WARNED, FAILED = "passed", "warned", "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found. ``facts`` fill the sentence that belongs to ``code``."""

    key: str
    outcome: str
    code: str
    facts: Mapping[str, str | int] = field(default_factory=dict)
    took_ms: int = 0
