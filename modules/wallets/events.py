"""What the wallets module announces."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutsStopped(Event):
    """A check of the ledger found something: no money leaves until a person has looked."""

    name: ClassVar[str] = "wallets.PayoutsStopped"

    stop_id: uuid.UUID
    began_at: dt.datetime
    findings: int

    @property
    def aggregate(self) -> str:
        """The stop."""
        return f"wallets.PayoutStop:{self.stop_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyExchanged(Event):
    """A client exchanged money between his wallets; amounts in minor units."""

    name: ClassVar[str] = "wallets.MoneyExchanged"

    exchange_id: uuid.UUID
    client_id: uuid.UUID
    paid_minor: int
    paid_currency: str
    received_minor: int
    received_currency: str
    exchanged_at: dt.datetime

    @property
    def aggregate(self) -> str:
        """The client."""
        return f"clients.Client:{self.client_id}"
