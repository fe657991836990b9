"""Proofs that a trading server and we agree, and what was found to differ."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import new_id
from modules.trading.errors import AlreadyDecided
from modules.trading.models.accounts import TradingAccount


class RunState(models.TextChoices):
    """How a reconciliation stands."""

    RUNNING = "running", _("Running")
    DONE = "done", _("Finished")
    STOPPED = "stopped", _("Stopped")


class Stage(models.TextChoices):
    """What a reconciliation compares, in this order."""

    GROUPS = "groups", _("Groups")
    ACCOUNTS = "accounts", _("Accounts")
    POSITIONS = "positions", _("Open positions")
    DEALS = "deals", _("Deals")
    BALANCES = "balances", _("Balances and daily results")


class Reconciliation(models.Model):
    """One comparison of a whole server with what is here, in both directions.

    It is done in portions: ``stage`` and ``cursor`` say where to go on after an interruption.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server_id = models.UUIDField()
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.RUNNING)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.GROUPS)
    cursor = models.BigIntegerField(default=0)
    """Within the stage: the last login, or seconds of the server's clock."""
    end = models.BigIntegerField(default=0)
    """Where the cursor of the stage will be when it is through; 0 while that is unknown."""
    fence = models.BigIntegerField(default=0)
    """Number of the lease that wrote last."""
    is_nightly = models.BooleanField(default=False)
    asked_by = models.CharField(max_length=200, blank=True, default="")
    began_at = models.DateTimeField()
    worked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    groups = models.PositiveIntegerField(default=0)
    accounts = models.PositiveIntegerField(default=0)
    positions = models.PositiveIntegerField(default=0)
    deals = models.PositiveBigIntegerField(default=0)
    balances = models.PositiveIntegerField(default=0)
    """How many of each were compared."""
    found = models.PositiveIntegerField(default=0)
    """Differences, explained ones too."""
    unexplained = models.PositiveIntegerField(default=0)
    kept_back = models.PositiveIntegerField(default=0)
    """Unexplained differences beyond those that are listed: repair the listed ones, run again."""
    kinds = models.JSONField(default=dict)
    """How many differences of each kind."""
    failure = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["server_id"],
                condition=models.Q(state="running"),
                name="reconciliation_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=RunState.values), name="reconciliation_state_known"
            ),
        ]
        indexes = [models.Index(fields=["server_id", "-began_at"], name="reconciliation_newest")]

    def __str__(self) -> str:
        return f"reconciliation of {self.server_id}"


class DifferenceKind(models.TextChoices):
    """What differs."""

    DEAL_ONLY_THERE = "deal_there", _("Deal only on the server")
    DEAL_ONLY_HERE = "deal_here", _("Deal only here")
    DEAL_DIFFERS = "deal_differs", _("Deal differs")
    BALANCE_DIFFERS = "balance", _("Balance differs")
    CREDIT_DIFFERS = "credit", _("Credit differs")
    POSITION_ONLY_THERE = "position_there", _("Position only on the server")
    POSITION_ONLY_HERE = "position_here", _("Position only here")
    ACCOUNT_ONLY_THERE = "account_there", _("Account only on the server")
    ACCOUNT_ONLY_HERE = "account_here", _("Account only here")
    DAY_DIFFERS = "day", _("Daily result differs")
    MONEY_UNTAGGED = "untagged", _("Money operation that is not ours")
    OPERATION_MISSING = "operation", _("Operation of ours without its deal")
    GROUP_GONE = "group_gone", _("Group gone from the server")
    GROUP_UNMAPPED = "group_unmapped", _("Accounts of a group that no account type maps")


class DifferenceState(models.TextChoices):
    """What became of a difference."""

    OPEN = "open", _("Unexplained")
    REPAIRING = "repairing", _("Being repaired")
    EXPLAINED = "explained", _("Explained")
    GONE = "gone", _("Settled")


DIFFERENCE_MOVES: Mapping[DifferenceState, frozenset[DifferenceState]] = {
    DifferenceState.OPEN: frozenset(DifferenceState) - {DifferenceState.OPEN},
    DifferenceState.REPAIRING: frozenset(DifferenceState) - {DifferenceState.REPAIRING},
    DifferenceState.EXPLAINED: frozenset(DifferenceState) - {DifferenceState.EXPLAINED},
    DifferenceState.GONE: frozenset({DifferenceState.OPEN, DifferenceState.EXPLAINED}),
}


class Difference(models.Model):
    """Something that is not the same on the server and here, with what became of it.

    One row for one thing, however often it is found: an explanation given once holds as long as
    the amounts stay what they were. Money is in minor units of ``currency``.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server_id = models.UUIDField()
    kind = models.CharField(max_length=16, choices=DifferenceKind.choices)
    key = models.CharField(max_length=200)
    """What it is about, within server and kind: a login, a deal, a group."""
    run = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="differences")
    """Which found it last."""
    account = models.ForeignKey(
        TradingAccount, on_delete=models.SET_NULL, null=True, related_name="differences"
    )
    login = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=8, blank=True, default="")
    here_minor = models.BigIntegerField(null=True)
    there_minor = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    """Numbers and codes for the sentence: deal, symbol, day, group."""
    hint = models.CharField(max_length=20, blank=True, default="")
    """Code of what we know about it; see ``explanations``."""
    state = models.CharField(
        max_length=10, choices=DifferenceState.choices, default=DifferenceState.OPEN
    )
    reason = models.CharField(max_length=300, blank=True, default="")
    """What a person said about it, or why a repair failed."""
    decided_by = models.CharField(max_length=200, blank=True, default="")
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["server_id", "kind", "key"], name="difference_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=DifferenceState.values),
                name="difference_state_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["server_id", "kind"],
                condition=models.Q(state__in=["open", "repairing", "explained"]),
                name="difference_standing",
            ),
            models.Index(fields=["run"], name="difference_run"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    def move_to(self, state: DifferenceState) -> None:
        """Move to ``state``; the caller saves.

        Raises:
            AlreadyDecided: There is no such move.
        """
        if state not in DIFFERENCE_MOVES[DifferenceState(self.state)]:
            raise AlreadyDecided
        self.state = state
