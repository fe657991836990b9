"""The ledger's tables. PostgreSQL writes them, by the functions of migration 0002 alone.

The application's role reads. Rules that Python would forget are constraints and triggers there.
"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WALLET = "client_wallet"

TIMES = (dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(2999, 12, 31, tzinfo=dt.UTC))
"""Nothing happens outside of these: a wallet's times never go back, so one instant of a clock gone
wild (or ``infinity``) would spoil it for good."""

HOUSE: dict[str, tuple[str | Promise, bool]] = {
    "bank": (_("Bank"), False),
    "psp_clearing": (_("Payment provider, to be settled"), True),
    "psp_fees": (_("Fees of payment providers"), True),
    "fees": (_("Fees earned"), False),
    "bonus": (_("Bonuses given"), False),
    "fx": (_("Currency exchange"), False),
    "fx_result": (_("Result of currency exchange"), False),
    "rounding": (_("Rounding"), False),
    "ib_payable": (_("Owed to partners"), False),
    "ib_expense": (_("Rewards of partners"), False),
    "payout_pending": (_("Payouts on their way"), False),
    "mt_in_transit": (_("On the way to or from a trading server"), True),
    "mt_mirror": (_("On a trading account"), True),
    "negative_balance": (_("Negative balances written off"), False),
    "chargeback": (_("Chargebacks"), False),
    "corrections": (_("Corrections"), False),
    "suspense": (_("To be clarified"), False),
}
"""House accounts: code to title, and whether the code goes on to name whose: ``bank``,
``psp_clearing:stripe``."""


class Account(models.Model):
    """A place where money is: a client's wallet, or an account of the house by its code."""

    append_only: ClassVar = True
    written_by_functions: ClassVar = True

    id = models.UUIDField(primary_key=True, editable=False)
    code = models.CharField(max_length=100)
    """``client_wallet:<client>``, ``bank``, ``psp_clearing:<psp>``; unique with the currency."""
    client_id = models.UUIDField(null=True)
    currency = models.CharField(max_length=8)
    exponent = models.SmallIntegerField()
    """Decimal places of the currency when the account was opened; amounts are read by it."""
    keeps_balance = models.BooleanField()
    """Whether there is a balance row. Such an account never goes below zero; one without is
    never locked, so many may post to it at once."""
    opened_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "currency"], name="wallets_account_once"),
            models.CheckConstraint(
                condition=models.Q(keeps_balance=True, client_id__isnull=False)
                | models.Q(keeps_balance=False, client_id__isnull=True),
                name="wallets_account_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(exponent__range=(0, 8)), name="wallets_account_exponent"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["client_id"], name="wallets_account_client")]

    def __str__(self) -> str:
        return f"{self.code} {self.currency}"


class Balance(models.Model):
    """What is in a wallet now. The row that whoever moves its money locks."""

    written_by_functions: ClassVar = True

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True)
    posted_minor = models.BigIntegerField(default=0)
    held_minor = models.BigIntegerField(default=0)
    seq = models.BigIntegerField(default=0)
    """Running number of the newest posting."""
    moved_at = models.DateTimeField()
    """When the newest posting was made; the next is not earlier."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(held_minor__gte=0, posted_minor__gte=models.F("held_minor")),
                name="wallets_balance_covered",
            ),
            models.CheckConstraint(
                condition=models.Q(moved_at__range=TIMES), name="wallets_balance_times"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.posted_minor}"


class Entry(models.Model):
    """One event in the ledger: two or more postings that sum to zero in every currency."""

    append_only: ClassVar = True
    written_by_functions: ClassVar = True

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=20)
    """An ``EntryKind`` of the types."""
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    legs = models.SmallIntegerField()
    """How many postings it has; with all of them present there is no place for one more."""
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    cause = models.CharField(max_length=200)
    note = models.CharField(max_length=300, default="")
    occurred_at = models.DateTimeField()
    posted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], name="wallets_entry_once"),
            models.UniqueConstraint(fields=["id", "legs"], name="wallets_entry_sealed"),
            models.CheckConstraint(
                condition=models.Q(legs__range=(2, 100)), name="wallets_entry_legs"
            ),
            models.CheckConstraint(
                condition=~models.Q(actor_name="") & ~models.Q(cause="") & ~models.Q(key=""),
                name="wallets_entry_named",
            ),
            models.CheckConstraint(
                condition=models.Q(occurred_at__range=TIMES, posted_at__range=TIMES),
                name="wallets_entry_times",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-posted_at", "-id"], name="wallets_entry_newest"),
            models.Index(fields=["cause"], name="wallets_entry_cause"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Posting(models.Model):
    """One side of an entry.

    The foreign key to the entry is of two columns (id, legs) and stands in migration 0002. There
    is none to the account: it would lock a busy account's row for every posting, and accounts
    are never removed; the entry's trigger looks the account up instead.
    """

    append_only: ClassVar = True
    written_by_functions: ClassVar = True

    pk = models.CompositePrimaryKey("entry_id", "leg")
    entry = models.ForeignKey(
        Entry, models.PROTECT, related_name="postings", db_constraint=False, db_index=False
    )
    leg = models.SmallIntegerField()
    """Its number within the entry, from 1."""
    legs = models.SmallIntegerField()
    account = models.ForeignKey(Account, models.PROTECT, db_constraint=False, db_index=False)
    currency = models.CharField(max_length=8)
    amount_minor = models.BigIntegerField()
    seq = models.BigIntegerField(null=True)
    """Running number within an account that keeps a balance, without gaps."""
    balance_after_minor = models.BigIntegerField(null=True)
    posted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="wallets_leg_moves"),
            models.CheckConstraint(
                condition=models.Q(leg__gte=1, leg__lte=models.F("legs")), name="wallets_leg_fits"
            ),
            models.CheckConstraint(
                condition=models.Q(seq__isnull=True, balance_after_minor__isnull=True)
                | models.Q(seq__gte=1, balance_after_minor__gte=0),
                name="wallets_leg_covered",
            ),
            models.UniqueConstraint(
                fields=["account", "seq"],
                condition=models.Q(seq__isnull=False),
                name="wallets_leg_numbered",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["account", "posted_at", "seq"],
                include=["amount_minor"],
                name="wallets_leg_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.leg}: {self.amount_minor} {self.currency}"


class Snapshot(models.Model):
    """The sum of an account without a balance row up to an instant, so that reading stays short."""

    append_only: ClassVar = True
    written_by_functions: ClassVar = True

    pk = models.CompositePrimaryKey("account_id", "until_at")
    account = models.ForeignKey(Account, models.PROTECT, db_index=False)
    until_at = models.DateTimeField()
    """Postings up to and including this instant are in it."""
    balance_minor = models.BigIntegerField()
    postings = models.BigIntegerField()
    """How many postings it sums up."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(until_at__range=TIMES), name="wallets_snapshot_times"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.balance_minor} until {self.until_at}"


class HoldState(models.TextChoices):
    """What became of a hold."""

    OPEN = "open", _("Held")
    RELEASED = "released", _("Released")
    CAPTURED = "captured", _("Paid")


HOLD_MOVES = {
    HoldState.OPEN: frozenset({HoldState.RELEASED, HoldState.CAPTURED}),
    HoldState.RELEASED: frozenset(),
    HoldState.CAPTURED: frozenset(),
}


class Hold(models.Model):
    """Money of a wallet that is spoken for: it is there, and cannot be spent otherwise."""

    written_by_functions: ClassVar = True

    id = models.UUIDField(primary_key=True, editable=False)
    account = models.ForeignKey(Account, models.PROTECT)
    amount_minor = models.BigIntegerField()
    key = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, choices=HoldState.choices, default=HoldState.OPEN)
    cause = models.CharField(max_length=200)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=200, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="wallets_hold_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=HoldState.values), name="wallets_hold_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.amount_minor}"
