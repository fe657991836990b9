"""What clients owe after chargebacks, and what payment providers say that they settled."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import new_id
from kernel.money import Money
from modules.cashier.errors import NoSuchMove
from modules.cashier.models.catalogue import CURRENCY_LENGTH, ProviderAccount
from modules.cashier.models.deposits import Deposit

SETTLED_WITHIN = 5
"""Days that a provider has to settle a payment, unless the broker says otherwise."""


class ClaimState(models.TextChoices):
    """What became of money that a client owes."""

    OPEN = "open", _("Owed")
    SETTLED = "settled", _("Taken back")
    WRITTEN_OFF = "written_off", _("Written off")


CLAIM_MOVES = {
    ClaimState.OPEN: frozenset({ClaimState.SETTLED, ClaimState.WRITTEN_OFF}),
    ClaimState.SETTLED: frozenset(),
    ClaimState.WRITTEN_OFF: frozenset(),
}


class Claim(models.Model):
    """A deposit that was taken back from us, and what the client still owes of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deposit = models.OneToOneField(Deposit, on_delete=models.PROTECT, related_name="claim")
    client_id = models.UUIDField()
    amount_minor = models.BigIntegerField()
    """What was taken back from us."""
    owed_minor = models.BigIntegerField()
    """What is left after all that could be taken from his wallets."""
    currency = models.CharField(max_length=CURRENCY_LENGTH)
    state = models.CharField(max_length=12, choices=ClaimState.choices, default=ClaimState.OPEN)
    operation_id = models.UUIDField(null=True)
    """Of trading: what takes it from a trading account now."""
    operation_minor = models.BigIntegerField(default=0)
    operation_place = models.CharField(max_length=100, blank=True, default="")
    """The ledger's account of that trading account."""
    reason = models.CharField(max_length=500, blank=True, default="")
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=ClaimState.values), name="cashier_claim_state"
            ),
            models.CheckConstraint(
                condition=models.Q(owed_minor__gte=0), name="cashier_claim_owed"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state"], name="cashier_claim_queue")]

    def __str__(self) -> str:
        return f"claim on {self.deposit_id}"

    @property
    def owed(self) -> Money:
        """What is left."""
        return Money(self.owed_minor, self.currency)

    def move_to(self, state: ClaimState) -> None:
        """Move to ``state``; the caller saves.

        Raises:
            NoSuchMove: There is none.
        """
        if state not in CLAIM_MOVES[ClaimState(self.state)]:
            raise NoSuchMove(state=ClaimState(self.state).label)
        self.state = state


class ClientFreeze(models.Model):
    """A client whose money does not leave until a person has looked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    client_id = models.UUIDField()
    why = models.CharField(max_length=300)
    frozen_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=200, blank=True, default="")
    lifted_why = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["client_id"],
                condition=models.Q(lifted_at__isnull=True),
                name="cashier_freeze_once",
            ),
        ]

    def __str__(self) -> str:
        return f"freeze of {self.client_id}"


class SettlementMap(models.Model):
    """Which columns of a provider's file say what, and how long it may take to send one."""

    account = models.OneToOneField(
        ProviderAccount, on_delete=models.CASCADE, primary_key=True, related_name="settlement_map"
    )
    columns = models.JSONField(default=dict)
    """Our name of a column to theirs."""
    days = models.PositiveSmallIntegerField(default=SETTLED_WITHIN, db_default=SETTLED_WITHIN)
    """What is paid and not settled after so many days is looked into; 0 for never."""

    def __str__(self) -> str:
        return f"columns of {self.account_id}"


class FileState(models.TextChoices):
    """Where a file of a provider's stands."""

    PREVIEW = "preview", _("Preview")
    TAKEN = "taken", _("Taken over")
    DROPPED = "dropped", _("Dropped")


class SettlementFile(models.Model):
    """A file in which a provider says what it settled."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(
        ProviderAccount, on_delete=models.PROTECT, related_name="settlement_files"
    )
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=FileState.choices, default=FileState.PREVIEW)
    lines_count = models.PositiveIntegerField(default=0)
    by_name = models.CharField(max_length=200)
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "sha256"],
                condition=~models.Q(state="dropped"),
                name="cashier_file_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LineKind(models.TextChoices):
    """What a line of such a file is about."""

    PAYMENT = "payment", _("Payment")
    PAYOUT = "payout", _("Payout")


class LineState(models.TextChoices):
    """What was found of a line here."""

    MATCHED = "matched", _("Matched")
    UNKNOWN = "unknown", _("Not known here")
    AMOUNT = "amount", _("Another amount here")
    STATE = "state", _("Not finished here")
    TWICE = "twice", _("Settled before")
    RESOLVED = "resolved", _("Explained")


MISMATCHES = (LineState.UNKNOWN, LineState.AMOUNT, LineState.STATE, LineState.TWICE)


class SettlementLine(models.Model):
    """One line: an amount that a provider settled, less what it kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(SettlementFile, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    """Of the line in the file, from 1; the header does not count."""
    kind = models.CharField(max_length=8, choices=LineKind.choices)
    reference = models.CharField(max_length=200)
    gross_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=CURRENCY_LENGTH)
    settled_on = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=LineState.choices)
    ours_id = models.UUIDField(null=True)
    """The payment or payout that it is about."""
    ours_minor = models.BigIntegerField(null=True)
    """What we have for it."""
    entry_id = models.UUIDField(null=True)
    resolved_by = models.CharField(max_length=200, blank=True, default="")
    resolved_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "number"], name="cashier_line_once"),
            models.UniqueConstraint(
                fields=["kind", "ours_id"],
                condition=models.Q(entry_id__isnull=False),
                name="cashier_line_settles_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state"], name="cashier_line_queue")]

    def __str__(self) -> str:
        return f"{self.reference} {self.state}"

    @property
    def gross(self) -> Money:
        """What it is about."""
        return Money(self.gross_minor, self.currency)

    @property
    def fee(self) -> Money:
        """What the provider keeps."""
        return Money(self.fee_minor, self.currency)


class MirrorGap(models.Model):
    """A trading account of which the ledger holds another sum than our operations moved."""

    account_id = models.UUIDField(primary_key=True, editable=False)
    """Trading's."""
    server_id = models.UUIDField()
    login = models.BigIntegerField()
    client_id = models.UUIDField(null=True)
    ledger_minor = models.BigIntegerField()
    moved_minor = models.BigIntegerField()
    currency = models.CharField(max_length=CURRENCY_LENGTH)
    found_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.login}: {self.ledger_minor} and {self.moved_minor} {self.currency}"
