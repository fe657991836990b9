"""Deposits, the payments behind them, their proofs and their story."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from kernel import clock
from kernel.ids import new_id
from kernel.money import Money
from modules.cashier.errors import NoSuchMove
from modules.cashier.models.catalogue import CURRENCY_LENGTH, Method, ProviderAccount
from modules.cashier.types.states import (
    DEPOSIT_MOVES,
    PAYMENT_MOVES,
    DepositState,
    PaymentState,
)

RATE_DIGITS, RATE_PLACES = 24, 12


class Payer(models.Model):
    """A client's line in the cashier: locked while he begins a deposit, so that limits hold."""

    client_id = models.UUIDField(primary_key=True)

    def __str__(self) -> str:
        return str(self.client_id)


class Deposit(models.Model):
    """Money that a client wants to pay in, from the wish to the wallet or the trading account."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=20, unique=True)
    """What people call it, and what a bank transfer names."""
    client_id = models.UUIDField()
    form_key = models.CharField(max_length=80)
    """Of the client's form: sent twice it is one deposit."""
    method = models.ForeignKey(Method, on_delete=models.PROTECT, related_name="deposits")
    account_id = models.UUIDField(null=True)
    """The trading account it goes on to; ``None`` for the wallet."""
    login = models.BigIntegerField(null=True)
    server_id = models.UUIDField(null=True)
    pay_minor = models.BigIntegerField()
    pay_currency = models.CharField(max_length=CURRENCY_LENGTH)
    broker_fee_minor = models.BigIntegerField()
    psp_fee_minor = models.BigIntegerField()
    client_psp_fee_minor = models.BigIntegerField()
    """Fees in the paid currency, as they were shown."""
    arrives_minor = models.BigIntegerField()
    arrives_currency = models.CharField(max_length=CURRENCY_LENGTH)
    rate = models.DecimalField(max_digits=RATE_DIGITS, decimal_places=RATE_PLACES, null=True)
    rate_at = models.DateTimeField(null=True)
    rate_source = models.CharField(max_length=60, blank=True, default="")
    state = models.CharField(
        max_length=12, choices=DepositState.choices, default=DepositState.ASKED
    )
    reason_code = models.CharField(max_length=60, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    """What the client reads."""
    country = models.CharField(max_length=2, blank=True, default="")
    language = models.CharField(max_length=16, blank=True, default="")
    entry_id = models.UUIDField(null=True)
    """Of the ledger: what put it on the wallet."""
    operation_id = models.UUIDField(null=True)
    """Of trading: what puts it on the account."""
    is_stuck = models.BooleanField(default=False, db_default=False)
    """Whether nobody knows if the trading server has it."""
    came_back_at = models.DateTimeField(null=True)
    """When the client came back from the provider's page, as from a payment that he made."""
    first_approved_by_id = models.UUIDField(null=True)
    first_approved_by = models.CharField(max_length=200, blank=True, default="")
    expires_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client_id", "form_key"], name="cashier_form_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=DepositState.values), name="cashier_deposit_state"
            ),
            models.CheckConstraint(
                condition=models.Q(pay_minor__gt=0, arrives_minor__gt=0),
                name="cashier_deposit_positive",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["client_id", "-asked_at"], name="cashier_deposit_client"),
            models.Index(fields=["state", "-asked_at"], name="cashier_deposit_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def pay(self) -> Money:
        """What the client pays."""
        return Money(self.pay_minor, self.pay_currency)

    @property
    def arrives(self) -> Money:
        """What is put on the wallet or account."""
        return Money(self.arrives_minor, self.arrives_currency)

    def move_to(self, state: DepositState) -> None:
        """Move to ``state``; the caller saves.

        Raises:
            NoSuchMove: The table of moves has none.
        """
        if state not in DEPOSIT_MOVES[DepositState(self.state)]:
            raise NoSuchMove(state=DepositState(self.state).label)
        self.state, self.changed_at = state, clock.now()


class Payment(models.Model):
    """One payment at one provider: the first, or another after a technical decline."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="payments")
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="payments")
    place = models.PositiveSmallIntegerField(default=1)
    reference = models.CharField(max_length=60, unique=True)
    """Ours, at the provider."""
    provider_reference = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(
        max_length=12, choices=PaymentState.choices, default=PaymentState.ASKED
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=CURRENCY_LENGTH)
    received_minor = models.BigIntegerField(null=True)
    fee_minor = models.BigIntegerField(null=True)
    """What the provider said that it keeps."""
    code = models.CharField(max_length=60, blank=True, default="")
    redirect_url = models.CharField(max_length=2000, blank=True, default="")
    instructions = models.JSONField(default=list)
    invoice = models.JSONField(default=dict)
    expires_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    looks = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    """When it is begun, or looked up at the provider; ``None`` when nothing is due."""
    began_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    """When we first held it as paid."""
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=PaymentState.values), name="cashier_payment_state"
            ),
            models.UniqueConstraint(fields=["deposit", "place"], name="cashier_payment_place"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(due_at__isnull=False),
                name="cashier_payment_due",
            ),
            models.Index(fields=["account", "provider_reference"], name="cashier_payment_theirs"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.state}"

    @property
    def amount(self) -> Money:
        """What was asked for."""
        return Money(self.amount_minor, self.currency)

    @property
    def received(self) -> Money | None:
        """What came, in the same currency."""
        return None if self.received_minor is None else Money(self.received_minor, self.currency)

    def move_to(self, state: PaymentState) -> None:
        """Move to ``state``; the caller saves.

        Raises:
            NoSuchMove: The table of moves has none.
        """
        if state not in PAYMENT_MOVES[PaymentState(self.state)]:
            raise NoSuchMove(state=PaymentState(self.state).label)
        self.state = state
        if state == PaymentState.APPROVED:
            self.paid_at = clock.now()


class Proof(models.Model):
    """A proof of payment that the client handed in; never changed."""

    append_only: ClassVar = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="proofs")
    file = models.CharField(max_length=200)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    handed_in_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class DepositMove(models.Model):
    """One line of a deposit's story: who did what when, and why; never changed."""

    append_only: ClassVar = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="moves")
    at = models.DateTimeField()
    what = models.CharField(max_length=40)
    state_from = models.CharField(max_length=12)
    state_to = models.CharField(max_length=12)
    note = models.CharField(max_length=500, blank=True, default="")
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["deposit", "at"], name="cashier_story")]

    def __str__(self) -> str:
        return f"{self.deposit_id}: {self.what}"
