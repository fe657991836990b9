"""Payments that we hold as paid and their providers never settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from kernel import clock
from modules.cashier.models import LineKind, Payment, ProviderAccount, SettlementLine, SettlementMap
from modules.cashier.models.finance import SETTLED_WITHIN
from modules.cashier.providers import ADAPTERS
from modules.cashier.types.finance import PatienceLine, UnsettledLine, UnsettledPage
from modules.cashier.types.states import PaymentState

PER_PAGE = 25


def unsettled(*, page: int = 1) -> UnsettledPage:
    """Payments that are paid for longer than their provider has to settle them, oldest first."""
    rows = _overdue().select_related("account", "deposit")
    found: Page[Payment] = Paginator(rows, PER_PAGE).get_page(page)
    return UnsettledPage(
        lines=tuple(_line(row) for row in found), page=found, total=found.paginator.count
    )


def unsettled_count() -> int:
    """How many there are."""
    return _overdue().count()


def patience() -> tuple[PatienceLine, ...]:
    """How many days each provider has; banks have none, for a colleague sees the money there."""
    known = dict(SettlementMap.objects.values_list("account_id", "days"))
    return tuple(
        PatienceLine(account_id=row.pk, name=row.name, days=known.get(row.pk, SETTLED_WITHIN))
        for row in ProviderAccount.objects.order_by("name")
        if not ADAPTERS[row.kind].capabilities.takes_proofs
    )


def _overdue() -> QuerySet[Payment]:
    settled = SettlementLine.objects.filter(
        kind=LineKind.PAYMENT, ours_id=OuterRef("pk"), entry_id__isnull=False
    )
    rows = Payment.objects.annotate(held_at=Coalesce("paid_at", "began_at", "created_at"))
    rows = rows.filter(_past(patience()), ~Exists(settled), state=PaymentState.APPROVED)
    return rows.order_by("held_at", "pk")


def _past(providers: Sequence[PatienceLine]) -> Q:
    """Past what its provider has, for any of them."""
    moment, wanted = clock.now(), Q(pk__in=[])
    for one in providers:
        if one.days:
            since = moment - dt.timedelta(days=one.days)
            wanted |= Q(account_id=one.account_id, held_at__lte=since)
    return wanted


def _line(row: Payment) -> UnsettledLine:
    held_at = row.paid_at or row.began_at or row.created_at
    return UnsettledLine(
        deposit_id=row.deposit_id,
        number=row.deposit.number,
        provider=row.account.name,
        reference=row.reference,
        provider_reference=row.provider_reference,
        amount=row.received or row.amount,
        held_at=held_at,
        days=(clock.now() - held_at).days,
    )
