"""What we are about to do on a trading server, written down before it is done.

The only table of moves of an operation, from asked for to decided, stands here.
"""

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
    BALANCE = "balance", _("Move money")
    CREDIT = "credit", _("Move credit")
    GROUP = "group", _("Change the group")
    RIGHTS = "rights", _("Change what the login may do")
    ARCHIVE = "archive", _("Archive the account")
    RESTORE = "restore", _("Bring the account back")
    DELETE = "delete", _("Delete the account on the server")


MONEY_KINDS = (IntentKind.FUND, IntentKind.BALANCE, IntentKind.CREDIT)
"""What must never happen twice, and can only be known by its tag."""

RECOUNTS = "recounts"
"""Payload of a change of the group: amounts mean another thing after it (see ``cent_factor``)."""

QUEUED_KINDS = (IntentKind.BALANCE, IntentKind.CREDIT)
"""Of which several may wait for one account, in the order in which they were asked for."""


class IntentState(models.TextChoices):
    """How far it came."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    UNKNOWN = "unknown", _("Being checked")
    MANUAL = "manual", _("A person decides")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")


MOVES: Mapping[IntentState, frozenset[IntentState]] = {
    # Waiting: no attempt that may have been heard. Refused from here: a person called it off.
    # Unknown from here: a restore has lost whether there was one.
    IntentState.WAITING: frozenset({IntentState.SENT, IntentState.REFUSED, IntentState.UNKNOWN}),
    # Sent: one attempt is under way, written down before it left. Back to waiting only when it
    # certainly never left us.
    IntentState.SENT: frozenset(
        {
            IntentState.DONE,
            IntentState.REFUSED,
            IntentState.UNKNOWN,
            IntentState.WAITING,
        }
    ),
    # Unknown: decided by looking. Sent again only after a look that missed it.
    IntentState.UNKNOWN: frozenset(
        {
            IntentState.DONE,
            IntentState.REFUSED,
            IntentState.SENT,
            IntentState.MANUAL,
        }
    ),
    # Manual: a person decides with evidence, or lets it be looked up once more.
    IntentState.MANUAL: frozenset({IntentState.DONE, IntentState.REFUSED, IntentState.UNKNOWN}),
    IntentState.DONE: frozenset(),
    IntentState.REFUSED: frozenset(),
}

TONES: Mapping[IntentState, str] = {
    IntentState.WAITING: "info",
    IntentState.SENT: "info",
    IntentState.UNKNOWN: "warn",
    IntentState.MANUAL: "bad",
    IntentState.DONE: "ok",
    IntentState.REFUSED: "",
}

RUNNING_STATES = (IntentState.WAITING, IntentState.SENT, IntentState.UNKNOWN)
"""What a worker goes on with by itself."""

IN_DOUBT = (IntentState.SENT, IntentState.UNKNOWN, IntentState.MANUAL)
"""The server may have heard of it and nobody has decided yet."""

OPEN_STATES = (*RUNNING_STATES, IntentState.MANUAL)
"""Not decided yet."""


class Intent(models.Model):
    """One change of one account: intended here, carried out by a task, then recorded.

    ``was_sent`` says that the server may have heard of an attempt: from then on it is looked up
    before it is ever sent again.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(
        TradingAccount, on_delete=models.CASCADE, null=True, related_name="intents"
    )
    client_id = models.UUIDField(null=True)
    """``None`` for an account that no client has claimed."""
    server_id = models.UUIDField()
    kind = models.CharField(max_length=12, choices=IntentKind.choices)
    state = models.CharField(
        max_length=12, choices=IntentState.choices, default=IntentState.WAITING
    )
    was_sent = models.BooleanField(default=False)
    payload = models.JSONField(default=dict)
    """What is not secret: login, leverage, group."""
    amount_minor = models.BigIntegerField(null=True)
    """Signed: into the account (+) or out of it (-), in ``currency``; only of money. Real money:
    on a cent account the server moves a hundred times of it."""
    currency = models.CharField(max_length=8, blank=True, default="", db_default="")
    sealed = models.BinaryField(null=True)
    """Passwords; wiped when they were shown, or are of no more use."""
    tag = models.CharField(max_length=20, unique=True)
    """Ours, unique for ever: how the operation is found again on the server."""
    cause = models.CharField(max_length=80, blank=True, default="", db_default="")
    """What it is for, in the asker's words: ``cashier.deposit:1234``."""
    key = models.CharField(max_length=80, blank=True, default="", db_default="")
    """The asker's own: asking twice with one key is asking once."""
    asked_by = models.CharField(max_length=80, blank=True, default="", db_default="")
    """``person:<id>``, ``api_key:<id>`` or ``system:<name>``, as in the audit."""
    asked_by_name = models.CharField(max_length=200, blank=True, default="", db_default="")
    attempts = models.PositiveIntegerField(default=0)
    """Counts claims; a worker whose number is not this one any more is ignored."""
    sends = models.PositiveSmallIntegerField(default=0, db_default=0)
    """Attempts that left us, or may have."""
    sent_at = models.DateTimeField(null=True)
    """When the last of them was written down, just before it left."""
    lookups = models.PositiveSmallIntegerField(default=0)
    """Looks since then that worked, came late enough, and found nothing."""
    refusal = models.CharField(max_length=60, blank=True, default="", db_default="")
    """Code of a refusal that counts only if a fresh look finds nothing of earlier attempts."""
    deal_id = models.BigIntegerField(null=True)
    """The deal that it made on the server."""
    due_at = models.DateTimeField()
    """When a worker may take it; while one has it, when that worker is taken for dead."""
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    sentence = models.CharField(max_length=300, blank=True, default="")
    """Why it was refused, or what it waits for."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=IntentState.values), name="intent_state_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind__in=["balance", "credit"])
                | models.Q(amount_minor__isnull=False) & ~models.Q(currency=""),
                name="intent_money_has_amount",
            ),
            models.UniqueConstraint(
                fields=["account", "kind"],
                condition=models.Q(state__in=["waiting", "sent", "unknown", "manual"])
                & ~models.Q(kind__in=["balance", "credit"]),
                name="intent_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(
                    state__in=["sent", "unknown", "manual"],
                    kind__in=["fund", "balance", "credit"],
                ),
                name="intent_money_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["kind", "key"], condition=~models.Q(key=""), name="intent_key_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["waiting", "sent", "unknown"]),
                name="intent_due",
            ),
            models.Index(
                fields=["asked_at"],
                condition=models.Q(state__in=["waiting", "sent", "unknown", "manual"]),
                name="intent_undecided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.tag}"

    @property
    def is_money(self) -> bool:
        """Whether it must never happen twice."""
        return self.kind in MONEY_KINDS

    def secret(self) -> str:
        """The sealed text; empty when it was wiped."""
        return secrets.unseal(self.sealed, about=place(self.pk)).decode() if self.sealed else ""


def place(intent_id: uuid.UUID) -> str:
    """Where an intent's secret is kept."""
    return f"trading.Intent.sealed:{intent_id}"
