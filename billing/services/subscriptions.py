"""Following what Stripe says of subscriptions and invoices, and what that entitles to.

News are hints: the object is fetched from Stripe and its present state recorded, so repeats,
disorder and gaps end in the same rows.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.conf import settings
from django.db import transaction

from billing import stripe_gateway
from billing.errors import NotAtStripe
from billing.events import SubscriptionChanged, SubscriptionEnded, SubscriptionStarted
from billing.models import (
    RUNNING,
    CheckoutState,
    Invoice,
    SignUpCheckout,
    Subscription,
    SubscriptionItem,
    SubscriptionState,
    Watched,
)
from billing.types import BASE, InvoiceFact, SubscriptionFact
from kernel import audit, clock
from kernel.actor import Actor
from kernel.events import publish
from tenants import queries
from tenants import services as tenants

logger = logging.getLogger(__name__)

BY = Actor.system("billing")
GRACE = dt.timedelta(days=14)
"""How long modules stay after a payment failed; ``settings.BILLING_GRACE`` overrides it."""

_STATES = {
    "incomplete": SubscriptionState.WAITING,
    "trialing": SubscriptionState.TRIALING,
    "active": SubscriptionState.ACTIVE,
    "past_due": SubscriptionState.GRACE,
    "unpaid": SubscriptionState.SUSPENDED,
    "paused": SubscriptionState.SUSPENDED,
    "canceled": SubscriptionState.ENDED,
    "incomplete_expired": SubscriptionState.ENDED,
}
"""Stripe's words in ours."""


def follow_checkout(session_id: str) -> None:
    """Record what became of a payment page, and of the subscription it made.

    Raises:
        Unavailable: Stripe does not answer.
    """
    fact = stripe_gateway.checkout(session_id)
    with transaction.atomic():
        page = _page(fact.checkout_id)
        if page is None:
            return
        page.session_id = fact.id
        page.save(update_fields=["session_id"])
        if fact.status == "complete" and page.state != CheckoutState.PAID:
            page.move_to(CheckoutState.PAID)
        elif fact.status == "expired" and page.state == CheckoutState.OPEN:
            page.move_to(CheckoutState.CLOSED)
    if fact.subscription_id:
        follow_subscription(fact.subscription_id)


def follow_subscription(stripe_id: str) -> None:
    """Record a subscription as it stands at Stripe.

    Raises:
        Unavailable: Stripe does not answer.
    """
    question = ask(stripe_id)
    fact = stripe_gateway.subscription(stripe_id)
    if not _is_ours(fact):
        logger.warning("A subscription of Stripe's is not ours", extra={"stripe_id": stripe_id})
        return
    record_subscription(fact, question)
    _end_second(stripe_id)


def follow_invoice(stripe_id: str) -> None:
    """Record an invoice as it stands at Stripe, and its subscription.

    Raises:
        Unavailable: Stripe does not answer.
    """
    question = ask(stripe_id)
    fact = stripe_gateway.invoice(stripe_id)
    if fact.subscription_id:
        follow_subscription(fact.subscription_id)
        _record_invoice(fact, question)


@transaction.atomic
def record_subscription(fact: SubscriptionFact, question: int, *, by: Actor = BY) -> None:
    """Record what Stripe answered to ``question``, unless a later answer stands."""
    if not _stands(fact.id, question):
        return
    row = _row(fact)
    before = (row.state, tuple(_modules(row)))
    row.period_end_at, row.ends_at = fact.period_end_at, fact.ends_at
    _move(row, fact)
    _record_items(row, fact)
    _announce(row, before, by=by)


@transaction.atomic
def bind_tenant(sign_up_id: uuid.UUID, tenant_id: uuid.UUID, *, by: Actor = BY) -> None:
    """Say which tenant a sign-up has become, and entitle it; repeating it is harmless.

    Raises:
        Subscription.DoesNotExist: The sign-up has not been paid for.
    """
    row = Subscription.objects.locked().get(sign_up_id=sign_up_id, started_at__isnull=False)
    if row.tenant_id is None:
        row.tenant_id = tenant_id
        row.save(update_fields=["tenant_id"])
        audit.note("billing.tenant_bound", about=row, by=by, changes={"tenant_id": str(tenant_id)})
    _grant(row, by=by)


def entitled_modules(tenant_id: uuid.UUID) -> frozenset[str]:
    """The modules that a tenant's subscription pays for at present."""
    row = Subscription.objects.filter(tenant_id=tenant_id).order_by("-created_at").first()
    return frozenset(_entitled(row)) if row else frozenset()


def end_grace() -> int:
    """Suspend the modules whose days of grace are over; return of how many subscriptions."""
    late = Subscription.objects.filter(
        state=SubscriptionState.GRACE, grace_until_at__lte=clock.now()
    )
    return sum(_end_one_grace(pk) for pk in late.values_list("pk", flat=True))


@transaction.atomic
def _end_one_grace(subscription_id: uuid.UUID) -> bool:
    row = Subscription.objects.locked().get(pk=subscription_id)
    over = row.grace_until_at is not None and row.grace_until_at <= clock.now()
    if row.state != SubscriptionState.GRACE or not over:
        return False
    before = (row.state, tuple(_modules(row)))
    row.move_to(SubscriptionState.SUSPENDED)
    row.save()
    _announce(row, before, by=BY)
    return True


def ask(stripe_id: str) -> int:
    """Take a number for a question to Stripe; committed before it is asked."""
    Watched.objects.get_or_create(stripe_id=stripe_id)
    with transaction.atomic():
        watched = Watched.objects.select_for_update().get(pk=stripe_id)
        watched.asked += 1
        watched.save(update_fields=["asked"])
    return watched.asked


def _stands(stripe_id: str, question: int) -> bool:
    """Whether the answer to ``question`` may be written: no later one stands yet."""
    rows = Watched.objects.filter(pk=stripe_id, told__lt=question)
    return bool(rows.update(told=question))


def _page(checkout_id: str) -> SignUpCheckout | None:
    try:
        key = uuid.UUID(checkout_id)
    except ValueError:
        return None
    return SignUpCheckout.objects.locked().filter(pk=key).first()


def _is_ours(fact: SubscriptionFact) -> bool:
    """Whether the subscription was bought on a page of ours.

    Metadata alone prove nothing (WHK-03): the page they name must have made this very one.
    """
    if Subscription.objects.filter(stripe_id=fact.id).exists():
        return True
    with transaction.atomic():
        page = _page(fact.checkout_id)
    if page is None or page.session_id is None:
        return False
    try:
        return stripe_gateway.checkout(page.session_id).subscription_id == fact.id
    except NotAtStripe:
        return False


def _row(fact: SubscriptionFact) -> Subscription:
    found = Subscription.objects.locked().filter(stripe_id=fact.id).first()
    if found is not None:
        return found
    page = SignUpCheckout.objects.locked().get(pk=uuid.UUID(fact.checkout_id))
    row, _made = Subscription.objects.get_or_create(
        stripe_id=fact.id,
        defaults={
            "customer_id": fact.customer_id,
            "checkout": page,
            "sign_up_id": page.sign_up_id,
            "company": page.company,
            "email": page.email,
        },
    )
    return row


def _move(row: Subscription, fact: SubscriptionFact) -> None:
    """Move to the state that Stripe's means, with its dates, and save."""
    state = _STATES.get(fact.status, SubscriptionState.SUSPENDED)
    if state == SubscriptionState.GRACE:
        row.grace_until_at = row.grace_until_at or clock.now() + _grace()
        if row.grace_until_at <= clock.now():
            state = SubscriptionState.SUSPENDED
    elif state in RUNNING:
        row.grace_until_at = None
    if state == SubscriptionState.ENDED:
        row.ended_at = fact.ended_at or clock.now()
    if row.state not in (state, SubscriptionState.ENDED):
        row.move_to(state)
    row.save()


def _grace() -> dt.timedelta:
    grace: dt.timedelta = getattr(settings, "BILLING_GRACE", GRACE)
    return grace


def _record_items(row: Subscription, fact: SubscriptionFact) -> None:
    row.items.exclude(stripe_id__in=[item.id for item in fact.items]).delete()
    for item in fact.items:
        SubscriptionItem.objects.update_or_create(
            stripe_id=item.id,
            defaults={
                "subscription": row,
                "key": item.key,
                "price_minor": item.price.minor,
                "currency": item.price.currency,
                "quantity": item.quantity,
            },
        )


def _announce(row: Subscription, before: tuple[str, tuple[str, ...]], *, by: Actor) -> None:
    """Grant, note and tell what is different now; needs a transaction."""
    modules = tuple(_modules(row))
    if row.started_at is None and row.state in RUNNING and not _is_second(row):
        _start(row, modules, by=by)
        return
    if (row.state, modules) == before or row.started_at is None:
        return
    _grant(row, by=by)
    changes = {"state": [before[0], row.state], "modules": [before[1], modules]}
    audit.note("billing.subscription_changed", about=row, by=by, changes=changes)
    publish(
        SubscriptionChanged(
            subscription_id=row.pk,
            tenant_id=row.tenant_id,
            state=row.state,
            modules=modules,
            grace_until_at=row.grace_until_at,
        )
    )
    if row.state == SubscriptionState.ENDED:
        publish(SubscriptionEnded(subscription_id=row.pk, tenant_id=row.tenant_id))
        _close_doors(row, by=by)


def _start(row: Subscription, modules: tuple[str, ...], *, by: Actor) -> None:
    row.started_at = clock.now()
    row.save(update_fields=["started_at"])
    audit.note("billing.subscription_started", about=row, by=by, changes={"modules": modules})
    publish(
        SubscriptionStarted(
            sign_up_id=row.sign_up_id,
            subscription_id=row.pk,
            modules=modules,
            email=row.email,
            company=row.company,
        )
    )


def _is_second(row: Subscription) -> bool:
    """Whether the sign-up has paid for another subscription before this one."""
    same = Subscription.objects.filter(sign_up_id=row.sign_up_id, started_at__isnull=False)
    return same.exclude(pk=row.pk).exists()


def _end_second(stripe_id: str) -> None:
    """End what a sign-up paid for twice, on two pages at the same moment; it gets credit."""
    row = Subscription.objects.filter(stripe_id=stripe_id, state__in=RUNNING).first()
    if row is None or row.started_at is not None:
        return
    logger.error("A sign-up has paid twice", extra={"stripe_id": stripe_id})
    stripe_gateway.end(stripe_id)
    question = ask(stripe_id)
    record_subscription(stripe_gateway.subscription(stripe_id), question)


def _close_doors(row: Subscription, *, by: Actor) -> None:
    if row.tenant_id is not None and queries.get_tenant(row.tenant_id).state == "live":
        tenants.suspend(row.tenant_id, reason="The subscription has ended.", by=by)


def _modules(row: Subscription) -> list[str]:
    keys = row.items.exclude(key__in=["", BASE]).values_list("key", flat=True)
    return sorted(set(keys))


def _entitled(row: Subscription) -> list[str]:
    return _modules(row) if row.state in RUNNING else []


def _grant(row: Subscription, *, by: Actor) -> None:
    """Entitle the tenant to what runs; a change of nothing writes nothing."""
    if row.tenant_id is None:
        return
    entitled = _entitled(row)
    if sorted(row.granted) != entitled:
        tenants.set_entitlements(row.tenant_id, entitled, by=by)
        row.granted = entitled
        row.save(update_fields=["granted"])


def _record_invoice(fact: InvoiceFact, question: int) -> None:
    with transaction.atomic():
        row = Subscription.objects.filter(stripe_id=fact.subscription_id).first()
        if row is None or not _stands(fact.id, question):
            return
        Invoice.objects.update_or_create(
            stripe_id=fact.id,
            defaults={
                "subscription": row,
                "number": fact.number,
                "state": fact.status,
                "reason": fact.reason,
                "total_minor": fact.total.minor,
                "due_minor": fact.due.minor,
                "currency": fact.total.currency,
                "url": fact.url,
                "issued_at": fact.issued_at,
                "paid_at": fact.paid_at,
                "next_attempt_at": fact.next_attempt_at,
            },
        )
