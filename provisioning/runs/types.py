"""What sign-ups and runs show to those above them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field

from kernel.module import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a person asks for on the public site."""

    company: str
    slug: str
    email: str
    modules: tuple[str, ...]
    country: str = ""
    """ISO 3166-1 alpha-2, or empty."""
    locale: str = "en"
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUpView:
    """A sign-up as its own person sees it."""

    id: uuid.UUID
    plan: Plan
    state: str
    state_label: str
    created_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Everything a step may know about the broker it works for."""

    run_id: uuid.UUID
    sign_up_id: uuid.UUID
    tenant_id: uuid.UUID
    """The sign-up's own id: chosen before anything is made, so every step can be repeated."""
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    """One attempt, for the vendor's log."""

    step: str
    label: str
    number: int
    outcome: str
    outcome_label: str
    reason: str
    started_at: dt.datetime
    ended_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One step of a run as it stands; the shape that ``{% progress_steps %}`` draws."""

    key: str
    label: str
    state: str
    """``done``, ``now``, ``failed`` or ``waiting``."""
    took: str = ""
    note: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run and its steps."""

    id: uuid.UUID
    sign_up_id: uuid.UUID
    tenant_id: uuid.UUID | None
    company: str
    slug: str
    state: str
    state_label: str
    done: int
    steps: tuple[StepView, ...]
    attempts: tuple[AttemptView, ...] = field(default=())
    created_at: dt.datetime
    finished_at: dt.datetime | None

    @property
    def percent(self) -> int:
        """How much is behind it, 0 to 100."""
        return self.done * 100 // len(self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckItem:
    """One thing that a broker sets up before going live, with its state from real data."""

    key: str
    title: Text
    note: Text
    """What to do, or what was found."""
    is_done: bool
    url_name: str
    """Where it is done, such as ``office:themes:studio``."""
    order: int = 500
    is_required: bool = True
    """Whether going live waits for it."""
    action: Text = ""
    """Words of the link; empty for the usual ones."""
