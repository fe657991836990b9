"""The story of operations on trading servers, and what a broker lets happen by itself."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import new_id
from modules.trading.models.accounts import TradingAccount
from modules.trading.models.intents import Intent


class What(models.TextChoices):
    """What happened to an operation."""

    ASKED = "asked", _("Asked for")
    SENT = "sent", _("Sent to the trading server")
    NOT_SENT = "not_sent", _("Did not leave us")
    CONFIRMED = "confirmed", _("The trading server confirmed it")
    REFUSED = "refused", _("Refused")
    REFUSED_LATER = "refused_later", _("A later attempt was refused")
    UNANSWERED = "unanswered", _("No clear answer")
    WORKER_LOST = "worker_lost", _("The worker was lost while it was under way")
    FOUND = "found", _("Found on the trading server")
    DOUBLED = "doubled", _("Found more than once on the trading server")
    MISSED = "missed", _("Looked up and not found")
    LOOK_FAILED = "look_failed", _("Could not be looked up")
    LEFT_TO_PERSON = "left_to_person", _("Left to a person")
    DECIDED = "decided", _("Decided by a person")
    LOOK_AGAIN = "look_again", _("To be looked up once more")
    CALLED_OFF = "called_off", _("Called off")
    DOUBTED = "doubted", _("In doubt since a restore")


class IntentMove(models.Model):
    """One line of an operation's story: who did what when, and why; never changed."""

    append_only: ClassVar = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    intent = models.ForeignKey(Intent, on_delete=models.PROTECT, related_name="moves")
    happened_at = models.DateTimeField()
    what = models.CharField(max_length=16, choices=What.choices)
    state_from = models.CharField(max_length=12, blank=True, default="")
    state_to = models.CharField(max_length=12)
    why = models.CharField(max_length=500, blank=True, default="")
    facts = models.JSONField(default=dict)
    """Number of the attempt, deals found, evidence."""
    actor = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["intent", "happened_at"], name="intent_story")]

    def __str__(self) -> str:
        return f"{self.intent_id}: {self.what}"


class MoneyFreeze(models.Model):
    """An account on which no money is moved until a person has cleared up what happened."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(TradingAccount, on_delete=models.CASCADE, related_name="freezes")
    intent = models.ForeignKey(Intent, on_delete=models.PROTECT, related_name="freezes")
    """The operation that was found more than once."""
    why = models.CharField(max_length=300)
    frozen_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_why = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(lifted_at__isnull=True),
                name="freeze_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"freeze of {self.account_id}"


class OperationRule(models.Model):
    """What a broker lets happen without a person; one row, or none for the defaults."""

    ONLY: ClassVar = 1
    RESEND_LIMIT: ClassVar = Decimal(1000)

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    resend_limit = models.DecimalField(max_digits=20, decimal_places=2, default=RESEND_LIMIT)
    """Largest amount, in major units of the account's currency, that may be sent again after it
    was looked up and missed."""

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="operation_rule_only_one"),
            models.CheckConstraint(
                condition=models.Q(resend_limit__gte=0), name="operation_rule_limit"
            ),
        ]

    def __str__(self) -> str:
        return "rules of operations"
