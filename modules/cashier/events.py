"""What the cashier announces."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfDeposit(Event):
    name: ClassVar[str] = "cashier._OfDeposit"

    deposit_id: uuid.UUID
    client_id: uuid.UUID

    @property
    def aggregate(self) -> str:
        """The deposit."""
        return f"cashier.Deposit:{self.deposit_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositReceived(_OfDeposit):
    """A client's money is in the ledger.

    ``paid_minor`` in ``paid_currency`` came; ``arrives_minor`` in ``arrives_currency`` is on his
    wallet, or on its way to trading account ``account_id``. ``is_first`` for his first ever.
    """

    name: ClassVar[str] = "cashier.DepositReceived"

    number: str
    method_id: uuid.UUID
    account_id: uuid.UUID | None
    paid_minor: int
    paid_currency: str
    arrives_minor: int
    arrives_currency: str
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositDone(_OfDeposit):
    """A deposit is where the client wanted it, or ``was_kept`` in his wallet."""

    name: ClassVar[str] = "cashier.DepositDone"

    account_id: uuid.UUID | None
    was_kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositFailed(_OfDeposit):
    """A deposit was declined, cancelled or has expired; ``code`` says why."""

    name: ClassVar[str] = "cashier.DepositFailed"

    state: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositTakenBack(_OfDeposit):
    """A deposit was charged back or reversed; ``owed_minor`` could not be taken from the wallet."""

    name: ClassVar[str] = "cashier.DepositTakenBack"

    state: str
    owed_minor: int
    currency: str
