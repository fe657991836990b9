"""Failed deposits as tasks, and money that is sent back: their states, moves and figures."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.module import Text
from kernel.money import Money


class Trouble(models.TextChoices):
    """Why somebody has to look after a deposit."""

    TECHNICAL = "technical", _("No provider could take it")
    EXPIRED = "expired", _("Not confirmed after the client came back")
    AMOUNT = "amount", _("Another amount came")
    CONFLICT = "conflict", _("The provider contradicts itself")
    LATE = "late", _("Money came after it had ended")
    TWICE = "twice", _("Paid twice")


class FollowUpState(models.TextChoices):
    """Whether somebody still has to look after it."""

    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


FOLLOW_UP_MOVES: Mapping[FollowUpState, frozenset[FollowUpState]] = {
    FollowUpState.OPEN: frozenset({FollowUpState.CLOSED}),
    # News reopens what was closed.
    FollowUpState.CLOSED: frozenset({FollowUpState.OPEN}),
}


class Outcome(models.TextChoices):
    """What came of looking after it."""

    CONTACTED = "contacted", _("Client contacted")
    RETRIED = "retried", _("Tried again")
    WRITTEN_OFF = "written_off", _("Written off")
    NOTHING = "nothing", _("Nothing to do")
    DECIDED = "decided", _("Decided")


BY_PEOPLE = (Outcome.CONTACTED, Outcome.RETRIED, Outcome.WRITTEN_OFF, Outcome.NOTHING)
"""What a colleague may choose; the rest follows from what was decided about the deposit."""


class RepaymentState(models.TextChoices):
    """Where money is that is sent back to whoever paid it."""

    OWED = "owed", _("To be sent back")
    SENT = "sent", _("Sent back")
    GONE = "gone", _("Taken back by the provider")


REPAYMENT_MOVES: Mapping[RepaymentState, frozenset[RepaymentState]] = {
    RepaymentState.OWED: frozenset({RepaymentState.SENT, RepaymentState.GONE}),
    # A bank may turn it away: then it is owed again.
    RepaymentState.SENT: frozenset({RepaymentState.OWED}),
    RepaymentState.GONE: frozenset(),
}

REPAYMENT_TONES: Mapping[RepaymentState, str] = {
    RepaymentState.OWED: "warn",
    RepaymentState.SENT: "ok",
    RepaymentState.GONE: "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpLine:
    """A failed deposit that somebody looks after."""

    deposit_id: uuid.UUID
    number: str
    client_id: uuid.UUID
    client_name: str
    pay: Money
    kind: str
    kind_label: Text
    is_open: bool
    taken_by: str
    is_mine: bool
    outcome_label: Text
    reason: str
    times: int
    """How often it was opened."""
    opened_at: dt.datetime
    ended_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpPage:
    """One page of them."""

    lines: tuple[FollowUpLine, ...]
    page: Page[Any]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RepaymentLine:
    """Money of a deposit that was turned down, on its way back to whoever paid it."""

    deposit_id: uuid.UUID
    number: str
    client_id: uuid.UUID
    client_name: str
    provider_name: str
    amount: Money
    reference: str
    """Ours: what the payment should name."""
    state: str
    state_label: Text
    tone: str
    reason: str
    decided_by: str
    decided_by_id: uuid.UUID | None
    """Of whoever decided it: he does not send it as well."""
    sent_by: str
    provider_reference: str
    """Where the payment can be found."""
    owed_at: dt.datetime
    sent_at: dt.datetime | None
