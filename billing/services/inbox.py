"""Stripe's events: kept first, understood later, applied once, in whatever order they come."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from billing import stripe_gateway
from billing.models import EventState, StripeEvent, SweepMark
from billing.services.subscriptions import follow_checkout, follow_invoice, follow_subscription
from billing.types import EventFact
from kernel import clock
from kernel.errors import Unavailable

logger = logging.getLogger(__name__)

APPLY: Mapping[str, Callable[[str], None]] = {
    "checkout.session.completed": follow_checkout,
    "checkout.session.expired": follow_checkout,
    "customer.subscription.created": follow_subscription,
    "customer.subscription.updated": follow_subscription,
    "customer.subscription.deleted": follow_subscription,
    "customer.subscription.paused": follow_subscription,
    "customer.subscription.resumed": follow_subscription,
    "invoice.finalized": follow_invoice,
    "invoice.paid": follow_invoice,
    "invoice.payment_failed": follow_invoice,
    "invoice.marked_uncollectible": follow_invoice,
    "invoice.updated": follow_invoice,
    "invoice.voided": follow_invoice,
}
"""What an event makes us look at again. Other kinds are kept and ignored."""

FIRST_WAIT = dt.timedelta(seconds=5)
LONGEST_WAIT = dt.timedelta(hours=1)
LAST_ATTEMPT = 15
FIRST_SWEEP = dt.timedelta(days=3)
OVERLAP = dt.timedelta(minutes=10)
"""How much of the list is read again: an event may appear in it a little late."""


@transaction.atomic
def keep_stripe_event(fact: EventFact, *, was_swept: bool = False) -> uuid.UUID | None:
    """Keep an event; return its id here, or ``None`` when it was kept before."""
    row, is_new = StripeEvent.objects.get_or_create(
        stripe_id=fact.id,
        defaults={
            "kind": fact.kind,
            "payload": dict(fact.payload),
            "occurred_at": fact.occurred_at,
            "was_swept": was_swept,
            "state": EventState.WAITING if fact.kind in APPLY else EventState.IGNORED,
            "due_at": clock.now(),
        },
    )
    return row.pk if is_new and row.state == EventState.WAITING else None


def apply_stripe_event(event_id: uuid.UUID) -> bool:
    """Apply a kept event; return whether it is done. Speaks to Stripe outside transactions.

    An event already applied is left alone. One that cannot be applied is due again later,
    doubling to an hour; after :data:`LAST_ATTEMPT` attempts the vendor's console shows it.
    """
    event = StripeEvent.objects.get(pk=event_id)
    if event.state != EventState.WAITING:
        return True
    try:
        APPLY[event.kind](object_id(event.payload))
    except Unavailable as trouble:
        _put_off(event_id, f"Unavailable: {trouble.why}")
        return False
    except Exception as error:  # as the teller: one bad event must not stop the rest
        logger.exception("A Stripe event could not be applied", extra={"event": str(event)})
        _put_off(event_id, type(error).__name__)
        return False
    StripeEvent.objects.filter(pk=event_id, state=EventState.WAITING).update(
        state=EventState.APPLIED, applied_at=clock.now(), last_error=""
    )
    return True


def apply_waiting(limit: int = 200) -> int:
    """Apply the events that are due, oldest first; return how many were done."""
    due = StripeEvent.objects.filter(state=EventState.WAITING, due_at__lte=clock.now())
    found = list(due.order_by("occurred_at", "pk").values_list("pk", flat=True)[:limit])
    return sum(apply_stripe_event(event_id) for event_id in found)


def sweep() -> int:
    """Keep the events that Stripe lists and no webhook brought (WHK-05); return how many.

    Raises:
        Unavailable: Stripe does not answer; the next sweep reads from the same place.
    """
    began_at = clock.now()
    mark = SweepMark.objects.filter(pk=SweepMark.ONLY).first()
    since = mark.read_until_at - OVERLAP if mark else began_at - FIRST_SWEEP
    missed = 0
    for fact in stripe_gateway.events_since(since, kinds=APPLY):
        if keep_stripe_event(fact, was_swept=True) is not None:
            missed += 1
    SweepMark.objects.update_or_create(pk=SweepMark.ONLY, defaults={"read_until_at": began_at})
    return missed


@transaction.atomic
def retry_stripe_event(event_id: uuid.UUID) -> None:
    """Put a given-up event back among the waiting ones."""
    StripeEvent.objects.filter(pk=event_id, state=EventState.FAILED).update(
        state=EventState.WAITING, attempts=0, due_at=clock.now()
    )


def object_id(payload: Mapping[str, Any]) -> str:
    """The id of the object that an event is about; nothing else in it is believed."""
    return str(payload["data"]["object"]["id"])


@transaction.atomic
def _put_off(event_id: uuid.UUID, why: str) -> None:
    row = StripeEvent.objects.select_for_update().get(pk=event_id)
    if row.state != EventState.WAITING:
        return
    row.attempts += 1
    row.last_error = why[:200]
    row.due_at = clock.now() + min(FIRST_WAIT * 2**row.attempts, LONGEST_WAIT)
    if row.attempts >= LAST_ATTEMPT:
        row.state = EventState.FAILED
    row.save(update_fields=["attempts", "last_error", "due_at", "state"])
