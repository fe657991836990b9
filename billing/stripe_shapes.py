"""Stripe's answers, read into frozen facts; knows their JSON and imports nothing of theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeAlias

from billing.types import (
    CheckoutFact,
    EventFact,
    InvoiceFact,
    ItemFact,
    Preview,
    PreviewLine,
    PriceFact,
    SubscriptionFact,
)
from kernel.money import Money

Json: TypeAlias = Mapping[str, Any]

KEY = "atrium_key"
"""Metadata of a price: which module it pays for."""
CHECKOUT = "atrium_checkout"
"""Metadata of a payment page and its subscription: our id of the page."""


def money(minor: int, holder: Json) -> Money:
    """Minor units in the currency of what holds them."""
    return Money(minor, str(holder["currency"]).upper())


def _at(seconds: int | None) -> dt.datetime | None:
    return dt.datetime.fromtimestamp(seconds, dt.UTC) if seconds else None


def _instant(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _id(value: Any) -> str:
    return str(value["id"] if isinstance(value, Mapping) else value or "")


def price(found: Json) -> PriceFact:
    """A price."""
    return PriceFact(
        id=found["id"],
        product_id=_id(found["product"]),
        lookup_key=found["lookup_key"] or "",
        price=money(found["unit_amount"], found),
        is_active=found["active"],
    )


def checkout(found: Json) -> CheckoutFact:
    """A payment page."""
    return CheckoutFact(
        id=found["id"],
        url=found.get("url") or "",
        status=found["status"],
        subscription_id=_id(found.get("subscription")),
        customer_id=_id(found.get("customer")),
        checkout_id=(found.get("metadata") or {}).get(CHECKOUT, ""),
    )


def subscription(found: Json) -> SubscriptionFact:
    """A subscription with its items."""
    items = found["items"]["data"]
    ends = [item["current_period_end"] for item in items]
    ends_at = found.get("cancel_at") or (
        max(ends, default=None) if found.get("cancel_at_period_end") else None
    )
    return SubscriptionFact(
        id=found["id"],
        customer_id=_id(found["customer"]),
        status=found["status"],
        items=tuple(
            ItemFact(
                id=item["id"],
                key=(item["price"].get("metadata") or {}).get(KEY, ""),
                price_id=item["price"]["id"],
                price=money(item["price"]["unit_amount"], item["price"]),
                quantity=item["quantity"],
            )
            for item in items
        ),
        checkout_id=(found.get("metadata") or {}).get(CHECKOUT, ""),
        period_end_at=_at(max(ends, default=None)),
        ends_at=_at(ends_at),
        ended_at=_at(found.get("ended_at")),
    )


def invoice(found: Json) -> InvoiceFact:
    """An invoice."""
    return InvoiceFact(
        id=found["id"],
        subscription_id=subscription_of_invoice(found),
        number=found.get("number") or "",
        status=found["status"] or "draft",
        reason=found.get("billing_reason") or "",
        total=money(found["total"], found),
        due=money(found["amount_remaining"], found),
        url=found.get("hosted_invoice_url") or "",
        issued_at=_instant(found["created"]),
        paid_at=_at((found.get("status_transitions") or {}).get("paid_at")),
        next_attempt_at=_at(found.get("next_payment_attempt")),
    )


def preview(found: Json, *, as_of: int) -> Preview:
    """An invoice that was only worked out; ``as_of`` in seconds since 1970."""
    return Preview(
        lines=tuple(
            PreviewLine(text=line["description"] or "", amount=money(line["amount"], line))
            for line in found["lines"]["data"]
        ),
        total=money(found["total"], found),
        due_now=money(found["amount_due"], found),
        as_of=as_of,
    )


def subscription_of_invoice(found: Json) -> str:
    """The subscription that an invoice's ``parent`` names; empty when it has none."""
    details = (found.get("parent") or {}).get("subscription_details") or {}
    return _id(details.get("subscription"))


def event(found: Json) -> EventFact:
    """An event, its payload as it came."""
    return EventFact(
        id=found["id"],
        kind=found["type"],
        occurred_at=_instant(found["created"]),
        payload=found,
    )
