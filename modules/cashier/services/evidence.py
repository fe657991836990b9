"""What people who decide a withdrawal are shown of it and its client."""

from __future__ import annotations

import datetime as dt

from django.db.models import F, Sum
from django.utils.translation import gettext as _

from kernel import clock
from kernel.money import Money
from modules.cashier.models import Deposit, Payout, Withdrawal
from modules.cashier.queries.targets import TARGETS
from modules.cashier.services.passing import about
from modules.cashier.types.passages import PayoutState
from modules.cashier.types.states import PAID
from modules.requests.types import FactValue, Wish

LATELY = dt.timedelta(days=30)


def wish_of(row: Withdrawal, *, kind: str) -> Wish:
    """The request that asks people to let a withdrawal be paid."""
    found = Withdrawal.objects.select_related("method", "instrument").prefetch_related(*TARGETS)
    full = found.get(pk=row.pk)
    return Wish(
        kind=kind,
        client_id=row.client_id,
        subject=about(row),
        label=row.number,
        words={"amount": str(row.amount), "method": _methods(full)},
        facts=_facts(full),
        amount=row.amount,
    )


def _methods(row: Withdrawal) -> str:
    """By what it is really paid: what returns an earlier payment goes by the way of that one."""
    return _joined(row, row.method.name)


def _joined(row: Withdrawal, rest: str) -> str:
    """Names of the ways that earlier payments came by, and ``rest`` for what is no return.

    As the broker calls them: colleagues read them, whatever the client's language.
    """
    parts = sorted(row.payouts.all(), key=lambda one: one.place)
    names = [one.source.deposit.method.name if one.source else rest for one in parts]
    return ", ".join(dict.fromkeys(names))


def _facts(row: Withdrawal) -> dict[str, FactValue]:
    parts = row.payouts.select_related("account").order_by("place")
    others = Withdrawal.objects.filter(client_id=row.client_id).exclude(pk=row.pk)
    facts: dict[str, FactValue] = {
        "fee": row.fee,
        "to": _joined(row, row.instrument.title if row.instrument else row.method.name),
        "parts": "; ".join(f"{one.net} → {one.account.name}" for one in parts),
        "from": str(row.login or _("Wallet")),
        "came": _came(row),
        "went": _went(row),
        "month": others.filter(asked_at__gt=clock.now() - LATELY).count(),
    }
    if row.instrument and any(one.source_id is None for one in parts):
        facts["known"] = row.instrument.added_at
    return facts


def _came(row: Withdrawal) -> Money:
    rows = Deposit.objects.filter(
        client_id=row.client_id, arrives_currency=row.currency, state__in=PAID
    )
    return Money(rows.aggregate(total=Sum("arrives_minor"))["total"] or 0, row.currency)


def _went(row: Withdrawal) -> Money:
    rows = Payout.objects.filter(
        withdrawal__client_id=row.client_id, currency=row.currency, state=PayoutState.DONE
    )
    net = F("gross_minor") - F("fee_minor")
    return Money(rows.aggregate(total=Sum(net))["total"] or 0, row.currency)
