"""Failed deposits that somebody looks after, and money that is sent back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kernel.ids import new_id
from kernel.money import Money
from modules.cashier.errors import NoSuchMove
from modules.cashier.models.catalogue import CURRENCY_LENGTH
from modules.cashier.models.deposits import Deposit, Payment
from modules.cashier.types.followups import (
    FOLLOW_UP_MOVES,
    REPAYMENT_MOVES,
    FollowUpState,
    Outcome,
    RepaymentState,
    Trouble,
)


class FollowUp(models.Model):
    """A deposit that went wrong, and who looks after it; its story is the deposit's."""

    deposit = models.OneToOneField(
        Deposit, on_delete=models.PROTECT, primary_key=True, related_name="follow_up"
    )
    client_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Trouble.choices)
    """The newest trouble with it."""
    state = models.CharField(
        max_length=8, choices=FollowUpState.choices, default=FollowUpState.OPEN
    )
    taken_by_id = models.UUIDField(null=True)
    taken_by = models.CharField(max_length=200, blank=True, default="")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    times = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=FollowUpState.values), name="cashier_followup_state"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=Trouble.values), name="cashier_followup_kind"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "-opened_at"], name="cashier_followup_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.deposit_id}: {self.kind} {self.state}"

    def move_to(self, state: FollowUpState) -> None:
        """Move to ``state``; the caller saves.

        Raises:
            NoSuchMove: The table of moves has none.
        """
        if state not in FOLLOW_UP_MOVES[FollowUpState(self.state)]:
            raise NoSuchMove(state=FollowUpState(self.state).label)
        self.state = state


class Repayment(models.Model):
    """A payment that came for a deposit which was turned down: owed to whoever paid it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="repayment")
    client_id = models.UUIDField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=CURRENCY_LENGTH)
    reference = models.CharField(max_length=60, unique=True)
    """Ours: what the payment names."""
    state = models.CharField(
        max_length=8, choices=RepaymentState.choices, default=RepaymentState.OWED
    )
    reason = models.CharField(max_length=500)
    """Why it goes back; the client reads it."""
    times = models.PositiveSmallIntegerField(default=0)
    """How often it was sent: a bank may turn it away."""
    entry_id = models.UUIDField(null=True)
    """Of the ledger: what says that it was sent."""
    provider_reference = models.CharField(max_length=200, blank=True, default="")
    decided_by_id = models.UUIDField(null=True)
    decided_by = models.CharField(max_length=200)
    sent_by = models.CharField(max_length=200, blank=True, default="")
    owed_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=RepaymentState.values), name="cashier_repayment_state"
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="cashier_repayment_positive"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["owed_at"], condition=models.Q(state="owed"), name="cashier_repayment_owed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.state}"

    @property
    def amount(self) -> Money:
        """What goes back."""
        return Money(self.amount_minor, self.currency)

    def move_to(self, state: RepaymentState) -> None:
        """Move to ``state``; the caller saves.

        Raises:
            NoSuchMove: The table of moves has none.
        """
        if state not in REPAYMENT_MOVES[RepaymentState(self.state)]:
            raise NoSuchMove(state=RepaymentState(self.state).label)
        self.state = state
