"""What the cashier announces."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositReceived(Event):
    """A client's money is in the ledger.

    ``paid_minor`` in ``paid_currency`` came; ``arrives_minor`` in ``arrives_currency`` is on his
    wallet, or on its way to trading account ``account_id``. ``is_first`` for his first ever.
    """

    name: ClassVar[str] = "cashier.DepositReceived"

    deposit_id: uuid.UUID
    client_id: uuid.UUID
    number: str
    method_id: uuid.UUID
    account_id: uuid.UUID | None
    paid_minor: int
    paid_currency: str
    arrives_minor: int
    arrives_currency: str
    is_first: bool

    @property
    def aggregate(self) -> str:
        """The deposit."""
        return f"cashier.Deposit:{self.deposit_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositDone(Event):
    """A deposit is where the client wanted it, or ``was_kept`` in his wallet."""

    name: ClassVar[str] = "cashier.DepositDone"

    deposit_id: uuid.UUID
    client_id: uuid.UUID
    account_id: uuid.UUID | None
    was_kept: bool

    @property
    def aggregate(self) -> str:
        """The deposit."""
        return f"cashier.Deposit:{self.deposit_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositFailed(Event):
    """A deposit was declined, cancelled or has expired; ``code`` says why."""

    name: ClassVar[str] = "cashier.DepositFailed"

    deposit_id: uuid.UUID
    client_id: uuid.UUID
    state: str
    code: str

    @property
    def aggregate(self) -> str:
        """The deposit."""
        return f"cashier.Deposit:{self.deposit_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositTakenBack(Event):
    """A deposit was charged back or reversed; ``owed_minor`` could not be taken from the wallet."""

    name: ClassVar[str] = "cashier.DepositTakenBack"

    deposit_id: uuid.UUID
    client_id: uuid.UUID
    state: str
    owed_minor: int
    currency: str

    @property
    def aggregate(self) -> str:
        """The deposit."""
        return f"cashier.Deposit:{self.deposit_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyGoesBack(Event):
    """Money of a deposit that was turned down is owed to whoever paid it, or ``is_sent``."""

    name: ClassVar[str] = "cashier.MoneyGoesBack"

    deposit_id: uuid.UUID
    client_id: uuid.UUID
    amount_minor: int
    currency: str
    is_sent: bool

    @property
    def aggregate(self) -> str:
        """The deposit."""
        return f"cashier.Deposit:{self.deposit_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalAsked(Event):
    """A client asked for money; ``amount_minor`` in ``currency`` is set aside, or being taken."""

    name: ClassVar[str] = "cashier.WithdrawalAsked"

    withdrawal_id: uuid.UUID
    client_id: uuid.UUID
    number: str
    amount_minor: int
    currency: str

    @property
    def aggregate(self) -> str:
        """The withdrawal."""
        return f"cashier.Withdrawal:{self.withdrawal_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalApproved(Event):
    """A withdrawal will be paid, as clients are told by ``expected_at``."""

    name: ClassVar[str] = "cashier.WithdrawalApproved"

    withdrawal_id: uuid.UUID
    client_id: uuid.UUID
    number: str
    expected_at: dt.datetime

    @property
    def aggregate(self) -> str:
        """The withdrawal."""
        return f"cashier.Withdrawal:{self.withdrawal_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalEnded(Event):
    """A withdrawal is over for now: ``paid_minor`` in ``currency`` reached the client."""

    name: ClassVar[str] = "cashier.WithdrawalEnded"

    withdrawal_id: uuid.UUID
    client_id: uuid.UUID
    number: str
    state: str
    paid_minor: int
    currency: str

    @property
    def aggregate(self) -> str:
        """The withdrawal."""
        return f"cashier.Withdrawal:{self.withdrawal_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferEnded(Event):
    """A transfer is over; ``state`` says whether the money arrived, or where it is."""

    name: ClassVar[str] = "cashier.TransferEnded"

    transfer_id: uuid.UUID
    client_id: uuid.UUID
    beneficiary_id: uuid.UUID | None
    number: str
    state: str
    amount_minor: int
    currency: str
    arrives_minor: int
    arrives_currency: str

    @property
    def aggregate(self) -> str:
        """The transfer."""
        return f"cashier.Transfer:{self.transfer_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFrozen(Event):
    """A client's money does not leave until a person has looked."""

    name: ClassVar[str] = "cashier.ClientFrozen"

    client_id: uuid.UUID
    why: str

    @property
    def aggregate(self) -> str:
        """The client."""
        return f"clients.Client:{self.client_id}"
