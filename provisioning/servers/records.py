"""What the pages and other packages learn about servers: frozen, without secrets."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

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
    up_since_at: dt.datetime | None
    certificate_expires_at: dt.datetime | None
    proven_at: dt.datetime | None
    certified_at: dt.datetime | None
    groups_chosen: int

    @property
    def is_usable(self) -> bool:
        """Whether accounts may be opened on it."""
        return self.state in {"proven", "broken"}

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
    proposes: str
    """The address that is tried, when it is another than the one in use."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a server is and how it proves who it is: what a move replaces."""

    host: str
    port: int
    authority_pem: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """What the broker wants to be told of, from when on, and whom."""

    target_bp: int
    """Calls that shall succeed, in hundredths of a percent."""
    drift_limit_s: int
    lag_limit_s: int
    tells_admins: bool
    receivers: tuple[str, ...]
    muted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentLine:
    """Something that is or was wrong with a server."""

    id: uuid.UUID
    server_id: uuid.UUID
    kind: str
    title: str
    what: str
    advice: str
    opened_at: dt.datetime
    closed_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificationLine:
    """How a certification ended."""

    id: uuid.UUID
    login: int | None
    state: str
    state_label: str
    sentence: str
    advice: str
    started_at: dt.datetime
    ended_at: dt.datetime | None

    @property
    def is_running(self) -> bool:
        """Whether more is to come."""
        return self.state == "running"

    @property
    def tone(self) -> str:
        """Colour of its result."""
        return {"passed": "ok", "failed": "bad", "running": "info"}.get(self.state, "warn")


@dataclass(frozen=True, slots=True, kw_only=True)
class RightLine:
    """A right of our manager."""

    key: str
    label: Text
    is_given: bool | None
    """``None`` while nobody has looked."""
    is_needed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RightChangeLine:
    """A right that came or went."""

    label: Text
    is_given: bool
    noticed_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many calls of a period failed, against how many may."""

    calls: int
    failed: int
    target_percent: Decimal
    success_percent: Decimal | None
    """``None`` without calls."""
    left_percent: Decimal | None
    """What is left of the errors that the target allows; below 0 it was missed."""

    @property
    def shown(self) -> Decimal:
        """What is left, as a bar can show it."""
        return min(max(self.left_percent or Decimal(0), Decimal(0)), Decimal(100))

    @property
    def tone(self) -> str:
        """Colour of what is left."""
        if self.left_percent is None:
            return ""
        if self.left_percent < 0:
            return "bad"
        return "warn" if self.left_percent < SCARCE else "ok"


SCARCE = 25
"""Percent of an error budget below which it is worth a look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Columns of a small chart."""

    labels: tuple[str, ...]
    series: tuple[Mapping[str, Any], ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(any(line["values"]) for line in self.series)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """How the calls to a server went of late."""

    day: Budget
    month: Budget
    calls_per_second: Decimal
    """Mean of the past five minutes."""
    repeats: int
    sign_ins: int
    failures: tuple[tuple[str, int], ...]
    """Failures of the past 24 hours by kind, the most frequent first."""
    p50_ms: int | None
    p95_ms: int | None
    p99_ms: int | None
    """Over the past 24 hours."""
    calls_plot: Plot
    """Answered and failed calls in each of the past 24 hours."""
    budget_plot: tuple[Decimal, ...]
    """What was left of the month's budget at the end of each of its days, in percent."""
    drift_plot: Plot
    """Largest deviation of the server's clock in each of the past 24 hours, in seconds."""
