"""Withdrawals, their payouts, transfers, and what clients may be paid to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import ClassVar

from django.db import models

from kernel import clock, secrets
from kernel.ids import new_id
from kernel.money import Money
from modules.cashier.errors import NoSuchMove
from modules.cashier.models.catalogue import CURRENCY_LENGTH, Method, ProviderAccount
from modules.cashier.models.deposits import RATE_DIGITS, RATE_PLACES, Payment
from modules.cashier.types.passages import (
    INSTRUMENT_MOVES,
    PAYOUT_MOVES,
    TRANSFER_MOVES,
    WITHDRAWAL_MOVES,
    InstrumentKind,
    InstrumentState,
    PayoutState,
    SplitMode,
    TransferState,
    Where,
    WithdrawalState,
)


class PayoutRule(models.Model):
    """What a broker says of money that leaves; one row, or none for the defaults."""

    ONLY: ClassVar = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    split = models.CharField(max_length=12, choices=SplitMode.choices, default=SplitMode.FIFO)
    cool_down_hours = models.PositiveSmallIntegerField(default=24)
    """How long after its approval nothing is paid to something new."""
    most_a_day = models.PositiveSmallIntegerField(default=5)
    """Withdrawals that one client may ask for within 24 hours."""
    expected_hours = models.PositiveSmallIntegerField(default=24)
    """What clients are told: so long it takes once it is approved."""
    is_to_others_on = models.BooleanField(default=False)
    """Clients may send money to other clients."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="cashier_rule_only_one"),
        ]

    def __str__(self) -> str:
        return "rules of payouts"


class Instrument(models.Model):
    """Something that a client wants to be paid to; its details are sealed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    client_id = models.UUIDField()
    kind = models.CharField(max_length=8, choices=InstrumentKind.choices)
    currency = models.CharField(max_length=CURRENCY_LENGTH)
    title = models.CharField(max_length=60)
    """As lists show it: the bank, or the network, and the last characters."""
    sealed = models.BinaryField(default=b"")
    """Holder, account and the like, as JSON."""
    fingerprint = models.BinaryField()
    """Blind index of the account or address: who else has it."""
    state = models.CharField(
        max_length=10, choices=InstrumentState.choices, default=InstrumentState.WAITING
    )
    reason = models.CharField(max_length=500, blank=True, default="")
    usable_from_at = models.DateTimeField(null=True)
    """When the cool-down ends."""
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=InstrumentState.values),
                name="cashier_instrument_state",
            ),
            models.UniqueConstraint(
                fields=["client_id", "fingerprint", "currency"],
                condition=models.Q(state__in=["waiting", "approved"]),
                name="cashier_instrument_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["client_id", "-added_at"], name="cashier_instrument_client"),
            models.Index(fields=["fingerprint"], name="cashier_instrument_same"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.title}"

    @property
    def place(self) -> str:
        """Where the details are kept; sealing is bound to it."""
        return f"cashier.Instrument.sealed:{self.pk}"

    def details(self) -> Mapping[str, str]:
        """Holder, account and the like, in clear."""
        found: Mapping[str, str] = json.loads(secrets.unseal(bytes(self.sealed), about=self.place))
        return found

    def keep_details(self, told: Mapping[str, str]) -> None:
        """Seal ``told``. The caller saves."""
        self.sealed = secrets.seal(json.dumps(dict(told)), about=self.place)

    def move_to(self, state: InstrumentState) -> None:
        """Move to ``state``; the caller saves.

        Raises:
            NoSuchMove: The table of moves has none.
        """
        if state not in INSTRUMENT_MOVES[InstrumentState(self.state)]:
            raise NoSuchMove(state=InstrumentState(self.state).label)
        self.state = state


class Withdrawal(models.Model):
    """Money that a client wants to have, from the wish to his bank, card or coins."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=20, unique=True)
    client_id = models.UUIDField()
    form_key = models.CharField(max_length=80)
    """Of the client's form: sent twice it is one withdrawal."""
    method = models.ForeignKey(Method, on_delete=models.PROTECT, related_name="withdrawals")
    instrument = models.ForeignKey(
        Instrument, on_delete=models.PROTECT, null=True, related_name="withdrawals"
    )
    account_id = models.UUIDField(null=True)
    """The trading account it is taken from; ``None`` for the wallet."""
    login = models.BigIntegerField(null=True)
    server_id = models.UUIDField(null=True)
    wallet_id = models.UUIDField()
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    """Part of the amount that the client bears."""
    currency = models.CharField(max_length=CURRENCY_LENGTH)
    state = models.CharField(max_length=10, choices=WithdrawalState.choices)
    reason_code = models.CharField(max_length=60, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    """What the client reads."""
    is_stuck = models.BooleanField(default=False)
    """Nobody knows whether the trading account was debited; a person decides."""
    operation_id = models.UUIDField(null=True)
    """Of trading: what took it from the account."""
    returning_id = models.UUIDField(null=True)
    """Of trading: what puts it back there."""
    ends_as = models.CharField(max_length=10, blank=True, default="", db_default="")
    """How it ends once the account has it again: refused or cancelled."""
    is_back = models.BooleanField(default=False, db_default=False)
    """The trading account has it again; else what came back is in the wallet."""
    request_id = models.UUIDField(null=True)
    expected_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["client_id", "form_key"], name="cashier_withdrawal_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=WithdrawalState.values),
                name="cashier_withdrawal_state",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, fee_minor__gte=0)
                & models.Q(fee_minor__lt=models.F("amount_minor")),
                name="cashier_withdrawal_positive",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["client_id", "-asked_at"], name="cashier_withdrawal_client"),
            models.Index(fields=["state", "-asked_at"], name="cashier_withdrawal_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def amount(self) -> Money:
        """What leaves the wallet or account."""
        return Money(self.amount_minor, self.currency)

    @property
    def fee(self) -> Money:
        """What the client bears."""
        return Money(self.fee_minor, self.currency)

    def move_to(self, state: WithdrawalState) -> None:
        """Move to ``state``; the caller saves.

        Raises:
            NoSuchMove: The table of moves has none.
        """
        if state not in WITHDRAWAL_MOVES[WithdrawalState(self.state)]:
            raise NoSuchMove(state=WithdrawalState(self.state).label)
        self.state, self.changed_at = state, clock.now()


class Payout(models.Model):
    """One part of a withdrawal, to one place: back to an earlier payment, or to an instrument."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    withdrawal = models.ForeignKey(Withdrawal, on_delete=models.PROTECT, related_name="payouts")
    place = models.PositiveSmallIntegerField()
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="payouts")
    source = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="payouts")
    """The earlier payment that it returns."""
    gross_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    currency = models.CharField(max_length=CURRENCY_LENGTH)
    reference = models.CharField(max_length=60, unique=True)
    """Ours, at the provider."""
    provider_reference = models.CharField(max_length=200, blank=True, default="")
    """The provider's, or what finance wrote down."""
    state = models.CharField(
        max_length=10, choices=PayoutState.choices, default=PayoutState.PLANNED
    )
    hold_id = models.UUIDField(null=True)
    code = models.CharField(max_length=60, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    sent_at = models.DateTimeField(null=True)
    looks = models.PositiveSmallIntegerField(default=0)
    """Looks that reached the provider and did not find it."""
    due_at = models.DateTimeField(null=True)
    """When it is sent or looked up; ``None`` when nothing is due."""
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=PayoutState.values), name="cashier_payout_state"
            ),
            models.CheckConstraint(
                condition=models.Q(gross_minor__gt=0, fee_minor__gte=0)
                & models.Q(fee_minor__lt=models.F("gross_minor")),
                name="cashier_payout_positive",
            ),
            models.UniqueConstraint(fields=["withdrawal", "place"], name="cashier_payout_place"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(due_at__isnull=False),
                name="cashier_payout_due",
            ),
            models.Index(fields=["state"], name="cashier_payout_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.state}"

    @property
    def gross(self) -> Money:
        """What leaves the wallet."""
        return Money(self.gross_minor, self.currency)

    @property
    def net(self) -> Money:
        """What is paid."""
        return Money(self.gross_minor - self.fee_minor, self.currency)

    def move_to(self, state: PayoutState) -> None:
        """Move to ``state``; the caller saves.

        Raises:
            NoSuchMove: The table of moves has none.
        """
        if state not in PAYOUT_MOVES[PayoutState(self.state)]:
            raise NoSuchMove(state=PayoutState(self.state).label)
        self.state = state


class Transfer(models.Model):
    """Money from one wallet or trading account to another, perhaps to another client's wallet."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=20, unique=True)
    client_id = models.UUIDField()
    form_key = models.CharField(max_length=80)
    beneficiary_id = models.UUIDField(null=True)
    """Another client; ``None`` for his own."""
    source = models.CharField(max_length=8, choices=Where.choices)
    source_id = models.UUIDField()
    """Of the wallet or the trading account."""
    source_login = models.BigIntegerField(null=True)
    source_server_id = models.UUIDField(null=True)
    target = models.CharField(max_length=8, choices=Where.choices)
    target_id = models.UUIDField()
    target_login = models.BigIntegerField(null=True)
    target_server_id = models.UUIDField(null=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=CURRENCY_LENGTH)
    arrives_minor = models.BigIntegerField()
    arrives_currency = models.CharField(max_length=CURRENCY_LENGTH)
    rate = models.DecimalField(max_digits=RATE_DIGITS, decimal_places=RATE_PLACES, null=True)
    rate_at = models.DateTimeField(null=True)
    rate_source = models.CharField(max_length=60, blank=True, default="")
    rate_facts = models.JSONField(default=dict)
    """What the ledger needs to post the exchange, as it was shown."""
    state = models.CharField(max_length=10, choices=TransferState.choices)
    reason_code = models.CharField(max_length=60, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    is_stuck = models.BooleanField(default=False)
    hold_id = models.UUIDField(null=True)
    request_id = models.UUIDField(null=True)
    taking_id = models.UUIDField(null=True)
    giving_id = models.UUIDField(null=True)
    returning_id = models.UUIDField(null=True)
    """Operations of trading."""
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client_id", "form_key"], name="cashier_transfer_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=TransferState.values), name="cashier_transfer_state"
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, arrives_minor__gt=0),
                name="cashier_transfer_positive",
            ),
            models.CheckConstraint(
                condition=~models.Q(source_id=models.F("target_id")),
                name="cashier_transfer_moves",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["client_id", "-asked_at"], name="cashier_transfer_client"),
            models.Index(fields=["state", "-asked_at"], name="cashier_transfer_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def amount(self) -> Money:
        """What leaves the source."""
        return Money(self.amount_minor, self.currency)

    @property
    def arrives(self) -> Money:
        """What is put on the target."""
        return Money(self.arrives_minor, self.arrives_currency)

    def move_to(self, state: TransferState) -> None:
        """Move to ``state``; the caller saves.

        Raises:
            NoSuchMove: The table of moves has none.
        """
        if state not in TRANSFER_MOVES[TransferState(self.state)]:
            raise NoSuchMove(state=TransferState(self.state).label)
        self.state, self.changed_at = state, clock.now()


class PassageMove(models.Model):
    """One line of the story of a withdrawal, payout, transfer or claim; never changed."""

    append_only: ClassVar = True

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    about = models.UUIDField()
    """Id of the withdrawal, transfer or claim."""
    happened_at = models.DateTimeField()
    what = models.CharField(max_length=40)
    state_to = models.CharField(max_length=12)
    why = models.CharField(max_length=500, blank=True, default="")
    facts = models.JSONField(default=dict)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=200)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["about", "happened_at"], name="cashier_passage_story"),
        ]

    def __str__(self) -> str:
        return f"{self.about}: {self.what}"


class Told(models.Model):
    """A letter that was written: news that is told again does not write it again."""

    key = models.CharField(primary_key=True, max_length=120)
    """What about, and what: ``withdrawal:<id>:paid``."""
    told_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key
