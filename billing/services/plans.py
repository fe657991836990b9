"""Changing a running plan: modules added and removed, with the price known before."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from billing import catalogue, stripe_gateway
from billing.errors import (
    AlreadyInPlan,
    CardRefused,
    ChangeUnderWay,
    NoSubscription,
    NotInPlan,
    PlanFrozen,
    PreviewTooOld,
    StillRequired,
    UnknownModule,
)
from billing.models import ChangeState, PlanChange, Subscription, SubscriptionState
from billing.services.subscriptions import ask, follow_subscription, record_subscription
from billing.types import BASE, Preview, SubscriptionFact
from kernel import audit, clock
from kernel.actor import Actor
from kernel.registry import modules, with_required

PREVIEW_LIVES = dt.timedelta(minutes=30)
CHANGE_TAKES = dt.timedelta(minutes=3)
"""After so long an unfinished change is looked up and closed: its worker has died."""
CHANGEABLE = frozenset({SubscriptionState.ACTIVE, SubscriptionState.TRIALING})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What a change would do."""

    subscription: Subscription
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def prices(self) -> list[str]:
        return list(catalogue.price_ids(self.added).values()) if self.added else []

    def items(self) -> list[str]:
        gone = self.subscription.items.filter(key__in=self.removed)
        return list(gone.values_list("stripe_id", flat=True))


def preview_addition(tenant_id: uuid.UUID, key: str) -> Preview:
    """What adding a module, and all it requires, would cost today.

    Raises:
        UnknownModule, AlreadyInPlan: It cannot be added.
        NoSubscription, PlanFrozen: The plan cannot change now.
        Unavailable: Stripe does not answer.
    """
    return _preview(_addition(tenant_id, key))


def preview_removal(tenant_id: uuid.UUID, key: str) -> Preview:
    """What removing a module would give back today.

    Raises:
        NotInPlan, StillRequired: It cannot be removed.
        NoSubscription, PlanFrozen: The plan cannot change now.
        Unavailable: Stripe does not answer.
    """
    return _preview(_removal(tenant_id, key))


def add_module(tenant_id: uuid.UUID, key: str, *, as_of: int | None = None, by: Actor) -> None:
    """Add a module, and all it requires, to a tenant's plan; it works at once.

    ``as_of`` is the preview's own number: the change then costs exactly what was shown.
    Speaks to Stripe outside any transaction.

    Raises:
        CardRefused: The bank said no; the plan is as it was.
        PreviewTooOld: ``as_of`` is more than half an hour old.
        ChangeUnderWay: Another change of the same plan is not finished.
        UnknownModule, AlreadyInPlan: It cannot be added.
        NoSubscription, PlanFrozen: The plan cannot change now.
        Unavailable: Stripe does not answer; what it did is found out by itself.
    """
    _close_forgotten(tenant_id)
    _change(_addition(tenant_id, key), as_of=_checked(as_of), by=by)


def remove_module(tenant_id: uuid.UUID, key: str, *, as_of: int | None = None, by: Actor) -> None:
    """Remove a module from a tenant's plan at once; the rest of the month becomes credit.

    Raises:
        PreviewTooOld: ``as_of`` is more than half an hour old.
        ChangeUnderWay: Another change of the same plan is not finished.
        NotInPlan, StillRequired: It cannot be removed.
        NoSubscription, PlanFrozen: The plan cannot change now.
        Unavailable: Stripe does not answer; what it did is found out by itself.
    """
    _close_forgotten(tenant_id)
    _change(_removal(tenant_id, key), as_of=_checked(as_of), by=by)


def portal_url(tenant_id: uuid.UUID, *, return_url: str) -> str:
    """The Customer Portal of a tenant; the address works for minutes only.

    Raises:
        NoSubscription: It has no subscription of its own.
        Unavailable: Stripe does not answer.
    """
    return stripe_gateway.portal_url(_running(tenant_id).customer_id, return_url=return_url)


def _running(tenant_id: uuid.UUID) -> Subscription:
    found = Subscription.objects.filter(tenant_id=tenant_id)
    row = found.exclude(state=SubscriptionState.ENDED).first()
    if row is None:
        raise NoSubscription
    return row


def _changeable(tenant_id: uuid.UUID) -> Subscription:
    row = _running(tenant_id)
    if row.state not in CHANGEABLE:
        raise PlanFrozen(state=SubscriptionState(row.state).label)
    return row


def _paid(row: Subscription) -> set[str]:
    return set(row.items.exclude(key__in=["", BASE]).values_list("key", flat=True))


def _addition(tenant_id: uuid.UUID, key: str) -> _Wish:
    if key not in modules() or modules()[key].always_on:
        raise UnknownModule(module=key)
    row = _changeable(tenant_id)
    paid = _paid(row)
    if key in paid:
        raise AlreadyInPlan(module=modules()[key].title)
    return _Wish(subscription=row, added=tuple(sorted(with_required([key]) - paid)))


def _removal(tenant_id: uuid.UUID, key: str) -> _Wish:
    row = _changeable(tenant_id)
    paid = _paid(row)
    if key not in paid:
        raise NotInPlan(module=catalogue.title_of(key))
    for other in sorted(paid - {key}):
        if other in modules() and key in with_required([other]):
            raise StillRequired(module=modules()[key].title, by=modules()[other].title)
    return _Wish(subscription=row, removed=(key,))


def _preview(wish: _Wish) -> Preview:
    return stripe_gateway.preview_change(
        wish.subscription.stripe_id,
        add=wish.prices(),
        remove=wish.items(),
        as_of=int(clock.now().timestamp()),
    )


def _checked(as_of: int | None) -> int:
    now = int(clock.now().timestamp())
    if as_of is None:
        return now
    if not now - PREVIEW_LIVES.total_seconds() <= as_of <= now + 1:
        raise PreviewTooOld
    return as_of


def _change(wish: _Wish, *, as_of: int, by: Actor) -> None:
    """Intend, act, record."""
    prices, items = wish.prices(), wish.items()
    change = _intend(wish, as_of)
    question = ask(wish.subscription.stripe_id)
    try:
        fact = stripe_gateway.change_items(
            wish.subscription.stripe_id,
            add=prices,
            remove=items,
            as_of=as_of,
            operation=str(change.pk),
        )
    except CardRefused:
        _decide(change, ChangeState.REFUSED)
        raise
    _record(change, fact, question, by=by)


def _intend(wish: _Wish, as_of: int) -> PlanChange:
    try:
        with transaction.atomic():
            return PlanChange.objects.create(
                subscription=wish.subscription,
                added=list(wish.added),
                removed=list(wish.removed),
                as_of=as_of,
            )
    except IntegrityError:
        raise ChangeUnderWay from None


def _close_forgotten(tenant_id: uuid.UUID) -> None:
    """Look up what became of a change whose worker died, and close it."""
    row = _running(tenant_id)
    forgotten = row.changes.filter(
        state=ChangeState.OPEN, created_at__lt=clock.now() - CHANGE_TAKES
    ).first()
    if forgotten is None:
        return
    follow_subscription(row.stripe_id)
    done = _is_done(_paid(row), forgotten.added, forgotten.removed)
    _decide(forgotten, ChangeState.DONE if done else ChangeState.REFUSED)


def _is_done(paid: set[str], added: Collection[str], removed: Collection[str]) -> bool:
    return paid >= set(added) and paid.isdisjoint(removed)


@transaction.atomic
def _decide(change: PlanChange, state: ChangeState) -> None:
    locked = PlanChange.objects.locked().get(pk=change.pk)
    if locked.state == ChangeState.OPEN:
        locked.move_to(state)


@transaction.atomic
def _record(change: PlanChange, fact: SubscriptionFact, question: int, *, by: Actor) -> None:
    record_subscription(fact, question, by=by)
    _decide(change, ChangeState.DONE)
    audit.note(
        "billing.plan_changed",
        about=change.subscription,
        by=by,
        changes={"added": change.added, "removed": change.removed},
    )
