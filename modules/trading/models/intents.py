"""What we are about to do on a trading server, written down before it is done."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel import secrets
from kernel.ids import new_id
from modules.trading.models.accounts import TradingAccount


class IntentKind(models.TextChoices):
    """What is to be done."""

    OPEN = "open", _("Open the account")
    FUND = "fund", _("Pay in the starting amount")
    PASSWORD = "password", _("Change the password")
    INVESTOR = "investor", _("Change the investor password")
    LEVERAGE = "leverage", _("Change the leverage")
    BIND = "bind", _("Connect an existing account")


class IntentState(models.TextChoices):
    """How far it came."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    UNKNOWN = "unknown", _("Being checked")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")


MOVES: Mapping[IntentState, frozenset[IntentState]] = {
    IntentState.WAITING: frozenset({IntentState.SENT, IntentState.REFUSED}),
    IntentState.SENT: frozenset(IntentState) - {IntentState.SENT},
    IntentState.UNKNOWN: frozenset({IntentState.SENT}),
    IntentState.DONE: frozenset(),
    IntentState.REFUSED: frozenset(),
}

OPEN_STATES = (IntentState.WAITING, IntentState.SENT, IntentState.UNKNOWN)


class Intent(models.Model):
    """One change of one account: intended here, carried out by a task, then recorded.

    ``was_sent`` says that the server may have heard of it: from then on it is looked up before
    it is ever sent again.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(
        TradingAccount, on_delete=models.CASCADE, null=True, related_name="intents"
    )
    client_id = models.UUIDField()
    server_id = models.UUIDField()
    kind = models.CharField(max_length=12, choices=IntentKind.choices)
    state = models.CharField(
        max_length=12, choices=IntentState.choices, default=IntentState.WAITING
    )
    was_sent = models.BooleanField(default=False)
    payload = models.JSONField(default=dict)
    """What is not secret: login, leverage, amount."""
    sealed = models.BinaryField(null=True)
    """Passwords; wiped when they were shown, or are of no more use."""
    tag = models.CharField(max_length=20, unique=True)
    """Ours, unique for ever: how the operation is found again on the server."""
    attempts = models.PositiveSmallIntegerField(default=0)
    lookups = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    sentence = models.CharField(max_length=300, blank=True, default="")
    """Why it was refused, or what it waits for."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=IntentState.values), name="intent_state_known"
            ),
            models.UniqueConstraint(
                fields=["account", "kind"],
                condition=models.Q(state__in=["waiting", "sent", "unknown"]),
                name="intent_one_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["waiting", "sent", "unknown"]),
                name="intent_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.tag}"

    def secret(self) -> str:
        """The sealed text; empty when it was wiped."""
        return secrets.unseal(self.sealed, about=place(self.pk)).decode() if self.sealed else ""


def place(intent_id: uuid.UUID) -> str:
    """Where an intent's secret is kept."""
    return f"trading.Intent.sealed:{intent_id}"
