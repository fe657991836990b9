"""What the pages and other packages learn about servers: frozen, without secrets."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from kernel.module import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLine:
    """A trading server. The password is not among it and cannot be read back."""

    id: uuid.UUID
    name: str
    platform: str
    platform_label: str
    environment: str
    environment_label: str
    host: str
    port: int
    login: int
    is_pinned: bool
    state: str
    state_label: str
    latency_ms: int | None
    offset_minutes: int | None
    drift_seconds: int | None
    last_seen_at: dt.datetime | None
    failing_since: dt.datetime | None
    last_failure: str
    proven_at: dt.datetime | None
    certified_at: dt.datetime | None
    groups_chosen: int

    @property
    def is_usable(self) -> bool:
        """Whether accounts may be opened on it."""
        return self.state != "draft"

    @property
    def tone(self) -> str:
        """Colour of its state."""
        return {"proven": "ok", "broken": "bad"}.get(self.state, "warn")

    @property
    def offset_label(self) -> str:
        """The server's clock against UTC, as people write it."""
        if self.offset_minutes is None:
            return ""
        hours, minutes = divmod(abs(self.offset_minutes), 60)
        return f"UTC{'+' if self.offset_minutes >= 0 else '-'}{hours}:{minutes:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """One named check with what was found and what to do about it."""

    key: str
    label: Text
    outcome: str
    """``passed``, ``warned``, ``failed``, ``skipped`` or ``waiting``."""
    sentence: str
    advice: str
    took_ms: int | None

    @property
    def state(self) -> str:
        """As ``{% progress_steps %}`` calls it."""
        return {"passed": "done", "warned": "done"}.get(self.outcome, self.outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeLine:
    """A test of a connection, check by check in their order."""

    id: uuid.UUID
    server_id: uuid.UUID
    state: str
    checks: tuple[CheckLine, ...]
    fingerprint_found: str
    certificate: tuple[tuple[Text, str], ...]
    """Facts about a certificate that may be pinned."""
    started_at: dt.datetime
    ended_at: dt.datetime | None

    @property
    def is_running(self) -> bool:
        """Whether more is to come."""
        return self.state == "running"

    @property
    def fingerprint_shown(self) -> str:
        """The fingerprint as tools print it, in parts that a narrow screen can break."""
        pairs = [self.fingerprint_found[i : i + 2].upper() for i in range(0, 64, 2)]
        return " ".join(":".join(pairs[i : i + 4]) for i in range(0, 32, 4))

    @property
    def has_passed(self) -> bool:
        """Whether the server may be used."""
        return self.state == "passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """A group as the choice shows it."""

    name: str
    currency: str
    leverage_default: int
    stop_out_level: str
    margin_mode: Text
    is_demo: bool
    is_chosen: bool
    is_present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """Where a server is and who signs in: what the form holds."""

    name: str
    environment: str
    host: str
    port: int
    login: int
    authority_pem: str = ""
