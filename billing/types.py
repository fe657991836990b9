"""What crosses the border of this package: facts from Stripe, and what pages show."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kernel.money import Money

BASE = "platform"
"""Key of the base plan among the keys of modules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceFact:
    """A monthly price as Stripe has it."""

    id: str
    product_id: str
    lookup_key: str
    price: Money
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutFact:
    """A payment page as Stripe has it."""

    id: str
    url: str
    """Empty once it is closed."""
    status: str
    """``open``, ``complete`` or ``expired``."""
    subscription_id: str
    customer_id: str
    checkout_id: str
    """Our own id of it, from its metadata; empty when it is not ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFact:
    """One line of a subscription."""

    id: str
    key: str
    """A module's key or :data:`BASE`; empty when the price is not of our catalogue."""
    price_id: str
    price: Money
    """For one; a month."""
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionFact:
    """A subscription as Stripe has it at one moment."""

    id: str
    customer_id: str
    status: str
    """Stripe's own word: ``incomplete``, ``trialing``, ``active``, ``past_due``, ..."""
    items: tuple[ItemFact, ...]
    checkout_id: str
    period_end_at: dt.datetime | None
    ends_at: dt.datetime | None
    """When it will end because somebody cancelled it."""
    ended_at: dt.datetime | None

    @property
    def keys(self) -> frozenset[str]:
        """The keys that are paid for, the base plan's included."""
        return frozenset(item.key for item in self.items if item.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFact:
    """An invoice as Stripe has it."""

    id: str
    subscription_id: str
    number: str
    status: str
    """``draft``, ``open``, ``paid``, ``void`` or ``uncollectible``."""
    reason: str
    total: Money
    due: Money
    """What is left to pay."""
    url: str
    issued_at: dt.datetime
    paid_at: dt.datetime | None
    next_attempt_at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewLine:
    """One line of what a change would cost."""

    text: str
    """In Stripe's words."""
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a change of the plan would be invoiced at once."""

    lines: tuple[PreviewLine, ...]
    total: Money
    """Negative when the change gives credit."""
    due_now: Money
    """What the card would be charged: the total less the credit that stands."""
    as_of: int
    """Seconds since 1970 that the proration is counted from; a change made with the same
    number costs exactly this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFact:
    """An event of Stripe's: a hint that something of its object's changed."""

    id: str
    kind: str
    occurred_at: dt.datetime
    payload: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """One line of the price of a plan."""

    key: str
    title: str
    summary: str
    price: Money
    needed_by: str = ""
    """Title of the picked module that brings this one along; empty when it was picked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a plan costs a month, all that its modules require included."""

    lines: tuple[QuoteLine, ...]
    total: Money

    @property
    def modules(self) -> tuple[str, ...]:
        """The paid modules of the plan."""
        return tuple(line.key for line in self.lines if line.key != BASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """An invoice in a list."""

    number: str
    state: str
    total: Money
    due: Money
    url: str
    issued_at: dt.datetime
    paid_at: dt.datetime | None
    tenant_id: uuid.UUID | None = None
    company: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionLine:
    """A subscription, for the broker's own page and for the vendor's console."""

    id: uuid.UUID
    stripe_id: str
    tenant_id: uuid.UUID | None
    company: str
    email: str
    state: str
    state_label: str
    modules: tuple[str, ...]
    monthly: Money
    started_at: dt.datetime | None
    period_end_at: dt.datetime | None
    grace_until_at: dt.datetime | None
    ends_at: dt.datetime | None

    @property
    def can_change(self) -> bool:
        """Whether modules may be added and removed now."""
        return self.state in ("active", "trialing")


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuLine:
    """A module on the broker's Modules page."""

    key: str
    title: str
    summary: str
    price: Money
    is_paid: bool
    is_wanted: bool
    is_active: bool
    requires: tuple[str, ...]
    """Titles of the paid modules it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPage:
    """Everything the Modules page shows."""

    subscription: SubscriptionLine | None
    base_price: Money
    menu: tuple[MenuLine, ...]
    invoices: tuple[InvoiceLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleRevenue:
    """What one module, or the base plan, earns a month."""

    key: str
    title: str
    brokers: int
    monthly: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Revenue:
    """Monthly recurring revenue: list prices of the running subscriptions."""

    monthly: Money
    by_module: tuple[ModuleRevenue, ...]
    by_broker: tuple[SubscriptionLine, ...]
    at_risk: Money
    """The part of ``monthly`` whose last payment failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """A Stripe event that could not be applied, for the vendor."""

    id: uuid.UUID
    stripe_id: str
    kind: str
    occurred_at: dt.datetime
    attempts: int
    last_error: str
