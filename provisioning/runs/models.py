"""Sign-ups of brokers, and the runs that make them live."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import new_id
from provisioning.runs.errors import NoSuchMove


class SignUpState(models.TextChoices):
    """How far a sign-up has come."""

    STARTED = "started", _("E-mail not confirmed")
    CONFIRMED = "confirmed", _("E-mail confirmed")
    PAYING = "paying", _("At the payment page")
    PAID = "paid", _("Paid, being set up")
    LIVE = "live", _("Live")
    EXPIRED = "expired", _("Given up")


SIGN_UP_MOVES: Mapping[SignUpState, frozenset[SignUpState]] = {
    SignUpState.STARTED: frozenset({SignUpState.CONFIRMED, SignUpState.EXPIRED}),
    SignUpState.CONFIRMED: frozenset(
        {SignUpState.STARTED, SignUpState.PAYING, SignUpState.PAID, SignUpState.EXPIRED}
    ),
    SignUpState.PAYING: frozenset(
        {SignUpState.STARTED, SignUpState.CONFIRMED, SignUpState.PAID, SignUpState.EXPIRED}
    ),
    SignUpState.PAID: frozenset({SignUpState.LIVE}),
    SignUpState.LIVE: frozenset(),
    # Money that arrives late is still money: a given-up sign-up that is paid goes on.
    SignUpState.EXPIRED: frozenset({SignUpState.PAID}),
}

HOLDING = (SignUpState.CONFIRMED, SignUpState.PAYING, SignUpState.PAID, SignUpState.LIVE)
"""States in which nobody else can take the subdomain."""


class SignUp(models.Model):
    """A broker on the way in: what was chosen, who asked, what was proven."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.CharField(max_length=100)
    slug = models.CharField(max_length=40)
    email = models.EmailField()
    country = models.CharField(max_length=2, blank=True, default="")
    """ISO 3166-1 alpha-2."""
    locale = models.CharField(max_length=10, default="en")
    time_zone = models.CharField(max_length=40, default="UTC")
    modules = ArrayField(models.CharField(max_length=50), default=list)
    state = models.CharField(
        max_length=10, choices=SignUpState.choices, default=SignUpState.STARTED
    )
    code_hash = models.CharField(max_length=64, blank=True, default="")
    """HMAC-SHA256 of the six digits mailed last; empty once used."""
    code_until = models.DateTimeField(null=True)
    codes_sent = models.PositiveSmallIntegerField(default=0)
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    """When the sign-up is given up and its subdomain is free again, unless it is paid."""
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slug"],
                condition=models.Q(state__in=HOLDING),
                name="sign_up_slug_held_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=SignUpState.values), name="sign_up_state_known"
            ),
        ]
        indexes = [models.Index(fields=["state", "expires_at"], name="sign_up_expiry")]

    def __str__(self) -> str:
        return f"{self.slug} ({self.state})"

    def move_to(self, state: SignUpState) -> None:
        """Move to ``state``; the caller saves.

        Raises:
            NoSuchMove: The table has no such move.
        """
        if state not in SIGN_UP_MOVES[SignUpState(self.state)]:
            raise NoSuchMove(before=self.state, after=state)
        self.state = state


class RunState(models.TextChoices):
    """How a run stands."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    FAILED = "failed", _("Stopped")
    DONE = "done", _("Done")


class Run(models.Model):
    """A tenant's way from paid to live: ``done`` counts the steps behind it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sign_up = models.OneToOneField(SignUp, on_delete=models.PROTECT, related_name="run")
    tenant_id = models.UUIDField(null=True, unique=True)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.WAITING)
    done = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    """Grows with every claim; a worker that holds an older number can record nothing."""
    lease_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    """When the sweep may take it up again."""
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=RunState.values), name="run_state_known"
            ),
        ]
        indexes = [
            models.Index(
                "due_at", condition=~models.Q(state__in=("failed", "done")), name="run_unfinished"
            )
        ]

    def __str__(self) -> str:
        return f"run of {self.sign_up_id} ({self.state}, {self.done} done)"


class Outcome(models.TextChoices):
    """How one attempt at a step ended."""

    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    LOST = "lost", _("Interrupted")


class StepAttempt(models.Model):
    """One attempt at one step, written before it begins and closed when it ends."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="attempts")
    step = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    fence = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.RUNNING)
    reason = models.TextField(blank=True, default="")
    """Why it failed, for the vendor: a refusal's sentence, or kind and place of a fault."""
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "step", "number"], name="attempt_numbered_once"),
        ]
        ordering = ("started_at", "id")

    def __str__(self) -> str:
        return f"{self.step} #{self.number} ({self.outcome})"
