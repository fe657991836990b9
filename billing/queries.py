"""What is known of plans and payments; everything here is in the vendor's schema."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet

from billing.catalogue import base_price, list_prices, title_of
from billing.models import (
    RUNNING,
    EventState,
    Invoice,
    StripeEvent,
    Subscription,
    SubscriptionItem,
    SubscriptionState,
)
from billing.types import (
    BASE,
    EventLine,
    InvoiceLine,
    MenuLine,
    ModuleRevenue,
    PlanPage,
    Revenue,
    SubscriptionLine,
)
from kernel.money import Money
from kernel.registry import modules, with_required
from tenants import queries as tenants

LONGEST_LIST = 200


def plan_page(tenant_id: uuid.UUID) -> PlanPage:
    """Everything a broker's Modules page shows."""
    subscription = subscription_of(tenant_id)
    paid = frozenset(subscription.modules) if subscription else frozenset[str]()
    tenant = tenants.get_tenant(tenant_id)
    prices = list_prices()
    menu = tuple(
        MenuLine(
            key=key,
            title=str(module.title),
            summary=str(module.summary),
            price=prices[key],
            is_paid=key in (paid or tenant.entitled_modules),
            is_wanted=key in tenant.wanted_modules,
            is_active=key in tenant.active_modules,
            requires=tuple(title_of(one) for one in sorted(with_required([key]) - {key})),
        )
        for key, module in modules().items()
        if not module.always_on
    )
    return PlanPage(
        subscription=subscription,
        base_price=base_price(),
        menu=menu,
        invoices=invoices(tenant_id=tenant_id, limit=24),
    )


def subscription_of(tenant_id: uuid.UUID) -> SubscriptionLine | None:
    """The tenant's latest subscription."""
    row = _subscriptions().filter(tenant_id=tenant_id).order_by("-created_at").first()
    return _line(row) if row else None


def find_sign_up_subscription(sign_up_id: uuid.UUID) -> SubscriptionLine | None:
    """The subscription that a sign-up has paid for, if it has."""
    row = _subscriptions().filter(sign_up_id=sign_up_id, started_at__isnull=False).first()
    return _line(row) if row else None


def subscriptions() -> tuple[SubscriptionLine, ...]:
    """Every subscription that has begun, newest first."""
    begun = _subscriptions().filter(started_at__isnull=False).order_by("-started_at")
    return tuple(_line(row) for row in begun)


def invoices(
    *, tenant_id: uuid.UUID | None = None, limit: int = LONGEST_LIST
) -> tuple[InvoiceLine, ...]:
    """Invoices, newest first, of one tenant or of all; drafts and empty ones left out."""
    rows = Invoice.objects.select_related("subscription").exclude(number="")
    if tenant_id is not None:
        rows = rows.filter(subscription__tenant_id=tenant_id)
    return tuple(_invoice(row) for row in rows.order_by("-issued_at", "-number")[:limit])


def revenue() -> Revenue:
    """What the running subscriptions bring a month."""
    running = [line for line in subscriptions() if line.state in RUNNING]
    return Revenue(
        monthly=_sum(line.monthly for line in running),
        by_module=_by_module(),
        by_broker=tuple(running),
        at_risk=_sum(line.monthly for line in running if line.state == SubscriptionState.GRACE),
    )


def failed_events() -> tuple[EventLine, ...]:
    """Stripe events that were given up, newest first."""
    rows = StripeEvent.objects.filter(state=EventState.FAILED).order_by("-occurred_at")
    return tuple(
        EventLine(
            id=row.pk,
            stripe_id=row.stripe_id,
            kind=row.kind,
            occurred_at=row.occurred_at,
            attempts=row.attempts,
            last_error=row.last_error,
        )
        for row in rows[:LONGEST_LIST]
    )


def _subscriptions() -> QuerySet[Subscription]:
    return Subscription.objects.prefetch_related(
        Prefetch("items", SubscriptionItem.objects.order_by("pk"))
    )


def _line(row: Subscription) -> SubscriptionLine:
    items = list(row.items.all())
    return SubscriptionLine(
        id=row.pk,
        stripe_id=row.stripe_id,
        tenant_id=row.tenant_id,
        company=row.company,
        email=row.email,
        state=row.state,
        state_label=str(SubscriptionState(row.state).label),
        modules=tuple(sorted({item.key for item in items if item.key not in ("", BASE)})),
        monthly=_sum(item.monthly for item in items),
        started_at=row.started_at,
        period_end_at=row.period_end_at,
        grace_until_at=row.grace_until_at,
        ends_at=row.ends_at,
    )


def _invoice(row: Invoice) -> InvoiceLine:
    return InvoiceLine(
        number=row.number,
        state=row.state,
        total=Money(row.total_minor, row.currency),
        due=Money(row.due_minor, row.currency),
        url=row.url,
        issued_at=row.issued_at,
        paid_at=row.paid_at,
        tenant_id=row.subscription.tenant_id,
        company=row.subscription.company,
    )


def _by_module() -> tuple[ModuleRevenue, ...]:
    found: dict[str, list[SubscriptionItem]] = defaultdict(list)
    rows = SubscriptionItem.objects.filter(
        subscription__state__in=RUNNING, subscription__started_at__isnull=False
    )
    for item in rows.exclude(key=""):
        found[item.key].append(item)
    lines = [
        ModuleRevenue(
            key=key,
            title=title_of(key),
            brokers=len({item.subscription_id for item in items}),
            monthly=_sum(item.monthly for item in items),
        )
        for key, items in found.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.monthly.minor, line.key)))


def _sum(amounts: Iterable[Money]) -> Money:
    return sum(amounts, start=Money.zero(base_price().currency))
