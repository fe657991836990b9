"""What billing announces, in the vendor's schema."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import ClassVar

from kernel.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionStarted(Event):
    """A sign-up has been paid for; told once per sign-up."""

    name: ClassVar[str] = "billing.SubscriptionStarted"

    sign_up_id: uuid.UUID
    subscription_id: uuid.UUID
    modules: tuple[str, ...]
    email: str
    company: str

    @property
    def aggregate(self) -> str:
        """Facts of one subscription are told in order."""
        return f"subscription:{self.subscription_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionChanged(Event):
    """A subscription's state or modules changed."""

    name: ClassVar[str] = "billing.SubscriptionChanged"

    subscription_id: uuid.UUID
    tenant_id: uuid.UUID | None
    state: str
    modules: tuple[str, ...]
    grace_until_at: dt.datetime | None

    @property
    def aggregate(self) -> str:
        """Facts of one subscription are told in order."""
        return f"subscription:{self.subscription_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionEnded(Event):
    """A subscription has ended for good."""

    name: ClassVar[str] = "billing.SubscriptionEnded"

    subscription_id: uuid.UUID
    tenant_id: uuid.UUID | None

    @property
    def aggregate(self) -> str:
        """Facts of one subscription are told in order."""
        return f"subscription:{self.subscription_id}"
