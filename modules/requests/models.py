"""Requests, what was decided and said about them, and who decides which kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import new_id
from kernel.money import Money
from modules.requests.errors import AlreadyDecided


class State(models.TextChoices):
    """Where a request stands."""

    WAITING = "waiting", _("Waiting")
    NEEDS_INFORMATION = "needs_information", _("Needs information")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    CANCELLED = "cancelled", _("Cancelled")


MOVES: Mapping[State, frozenset[State]] = {
    State.WAITING: frozenset(
        {State.NEEDS_INFORMATION, State.APPROVED, State.REFUSED, State.CANCELLED}
    ),
    State.NEEDS_INFORMATION: frozenset({State.WAITING, State.REFUSED, State.CANCELLED}),
    State.APPROVED: frozenset(),
    State.REFUSED: frozenset(),
    State.CANCELLED: frozenset(),
}
OPEN = (State.WAITING, State.NEEDS_INFORMATION)
TONES: Mapping[State, str] = {
    State.WAITING: "warn",
    State.NEEDS_INFORMATION: "info",
    State.APPROVED: "ok",
    State.REFUSED: "bad",
    State.CANCELLED: "",
}


class Outcome(models.TextChoices):
    """What became of an approved request where it is carried out."""

    NONE = "", _("Not known yet")
    DONE = "done", _("Done")
    FAILED = "failed", _("Not done")


class RuleKind(models.TextChoices):
    """What may speak for approving without people."""

    AMOUNT_BELOW = "amount_below", _("The amount is below")
    CLIENT_DAYS = "client_days", _("Client for at least so many days")
    KYC_LEVEL = "kyc_level", _("Verified at least to level")
    APPROVED_BEFORE = "approved_before", _("Approved before at least so often, and never refused")


class RefusalCode(models.TextChoices):
    """Why requests are usually turned down, as the client reads it in his own language."""

    DOCUMENTS = "documents", _("Your documents are incomplete or no longer valid.")
    OTHER_NAME = "other_name", _("The account to be paid to is in somebody else's name.")
    SOURCE = "source", _("Please use the way by which the money came in.")
    POSITIONS = "positions", _("Open positions need the amount.")
    BONUS = "bonus", _("The conditions of a bonus are not fulfilled yet.")
    TERMS = "terms", _("Our terms do not allow it.")
    CHECKS = "checks", _("Our checks could not be finished. Please write to us.")


class Request(models.Model):
    """Something that somebody asked for and people decide."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    """Unique per kind: asking twice with one key is asking once."""
    client_id = models.UUIDField(null=True)
    subject = models.CharField(max_length=120, blank=True, default="")
    """``owner.Thing:id``, a neighbour's."""
    label = models.CharField(max_length=80, blank=True, default="")
    words = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    payload = models.JSONField(default=dict)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=8, blank=True, default="")
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=500, blank=True, default="")
    """Why it was refused, or what is to be told, as the client reads it."""
    reason_code = models.CharField(
        max_length=20, choices=RefusalCode.choices, blank=True, default=""
    )
    """Why it was refused, of the usual reasons; what is said beside it stands in ``reason``."""
    asked_by_id = models.UUIDField(null=True)
    asked_by_name = models.CharField(max_length=200)
    is_asked_by_client = models.BooleanField()
    asked_at = models.DateTimeField()
    expected_at = models.DateTimeField()
    """By when the client may expect a decision."""
    hands = ArrayField(models.UUIDField(), default=list)
    """People who asked or prepared: none of them decides."""
    levels = models.JSONField(default=list)
    """The policy's levels as they were when it was asked."""
    level = models.PositiveSmallIntegerField(default=1)
    """The level that decides next, from 1."""
    level_role_ids = ArrayField(models.UUIDField(), default=list)
    """Of the level that decides next; both empty: anyone with the right."""
    level_person_ids = ArrayField(models.UUIDField(), default=list)
    score = models.PositiveSmallIntegerField(default=0)
    score_needed = models.PositiveSmallIntegerField(default=0)
    verdicts = models.JSONField(default=list)
    """What each rule found when it was asked."""
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True, default="")
    outcome_sentence = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="request_asked_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=State.values), name="request_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(reason_code__in=["", *RefusalCode.values]),
                name="request_reason_code_known",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor=None, currency="")
                | (models.Q(amount_minor__isnull=False) & ~models.Q(currency="")),
                name="request_amount_has_currency",
            ),
        ]
        indexes = [
            models.Index(fields=["client_id", "-asked_at"], name="request_client"),
            models.Index(fields=["subject", "-asked_at"], name="request_subject"),
            models.Index(
                fields=["asked_at"],
                condition=models.Q(state__in=["waiting", "needs_information"]),
                name="request_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def amount(self) -> Money | None:
        """The amount, if it names one."""
        return None if self.amount_minor is None else Money(self.amount_minor, self.currency)

    def move_to(self, state: State) -> None:
        """Move to ``state`` without saving.

        Raises:
            AlreadyDecided: There is no such move.
        """
        if state not in MOVES[State(self.state)]:
            raise AlreadyDecided(state=str(State(self.state).label).lower())
        self.state = state


class DecisionKind(models.TextChoices):
    """What somebody said about a request."""

    APPROVE = "approve", _("Approved")
    REFUSE = "refuse", _("Refused")
    ASK_FOR_MORE = "ask_for_more", _("Asked for more")
    ANSWER = "answer", _("Answered")
    CANCEL = "cancel", _("Cancelled")


class Decision(models.Model):
    """One thing that was decided about a request; kept for ever as it was."""

    append_only: ClassVar = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="decisions")
    level = models.PositiveSmallIntegerField()
    """0 for rules, who need no level."""
    decision = models.CharField(max_length=16, choices=DecisionKind.choices)
    actor_id = models.UUIDField(null=True)
    """The person; behind an API key, who made it. ``None`` for rules."""
    actor_name = models.CharField(max_length=200)
    reason = models.CharField(max_length=500, blank=True, default="")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "level"],
                condition=models.Q(decision="approve"),
                name="request_level_approved_once",
            ),
            models.UniqueConstraint(
                fields=["request", "actor_id"],
                condition=models.Q(decision="approve", actor_id__isnull=False),
                name="request_person_approves_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.decision} {self.request_id}"


class Remark(models.Model):
    """A line of a request's case log; kept for ever as it was."""

    append_only: ClassVar = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="remarks")
    text = models.TextField(max_length=2000, blank=True, default="")
    is_inner = models.BooleanField()
    """Only colleagues read it."""
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    said_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"remark on {self.request_id}"


class Paper(models.Model):
    """A file of a request, in the broker's own storage; kept for ever as it was."""

    append_only: ClassVar = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="papers")
    remark = models.ForeignKey(Remark, on_delete=models.PROTECT, null=True, related_name="papers")
    name = models.CharField(max_length=120)
    """As its owner calls it."""
    file = models.CharField(max_length=200)
    """Its name in the storage."""
    size = models.PositiveIntegerField()
    """Bytes."""
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"file of {self.request_id}"


class ApprovalPolicy(models.Model):
    """What a broker says of one kind; without a row, what the kind's module declares holds."""

    kind = models.CharField(primary_key=True, max_length=60)
    is_decided = models.BooleanField()
    is_for_staff = models.BooleanField(default=False)
    levels = models.JSONField(default=list)
    rules = models.JSONField(default=list)
    score_needed = models.PositiveSmallIntegerField(default=0)
    expected_hours = models.PositiveSmallIntegerField(default=24)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"policy of {self.kind}"
