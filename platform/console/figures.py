"""The overview's figures: money by month, catalogue lines, sums over brokers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from billing import queries as billing
from billing.catalogue import list_prices, title_of
from billing.types import InvoiceLine
from console import queries
from console.types import CatalogueLine, Months, Overview
from kernel import clock
from kernel.money import Money
from kernel.registry import modules
from provisioning.runs import queries as provisioning

MONTHS = 12


def overview() -> Overview:
    """The first page of the console."""
    brokers = queries.broker_list()
    connected = [b for b in brokers.lines if b.server.tone]
    up = sum(b.server.tone == "ok" for b in connected)
    in_setup = sum(b.state == "new" for b in brokers.lines)
    counts = provisioning.sign_up_counts()
    return Overview(
        brokers=brokers,
        live=sum(b.state == "live" for b in brokers.lines),
        in_setup=_("%(number)d being set up") % {"number": in_setup},
        sign_ups=sum(counts.get(state, 0) for state in ("started", "confirmed", "paying", "paid")),
        clients=f"{sum(b.clients or 0 for b in brokers.lines):,}",
        servers=f"{up} / {len(connected)}",
        run=next(iter(provisioning.runs(limit=1)), None),
    )


def invoiced() -> Months:
    """What was paid in each of the last twelve calendar months (UTC), in major units."""
    starts = _months(clock.now().date())
    paid = [line for line in billing.invoices() if line.paid_at is not None]
    return Months(
        labels=tuple(date_format(start, "M") for start in starts),
        series=(
            {
                "name": _("Subscriptions paid"),
                "values": [_paid_in(paid, start) for start in starts],
            },
        ),
    )


def catalogue() -> tuple[CatalogueLine, ...]:
    """The base plan and every module: price, and what it earns."""
    earned = {line.key: line for line in billing.revenue().by_module}
    prices = list_prices()
    keys = [*(key for key in prices if key not in modules()), *modules()]
    return tuple(
        CatalogueLine(
            key=key,
            title=title_of(key),
            price=prices.get(key),
            requires=tuple(
                title_of(k) for k in (modules()[key].requires if key in modules() else ())
            ),
            brokers=earned[key].brokers if key in earned else 0,
            monthly=earned[key].monthly if key in earned else None,
        )
        for key in keys
    )


def _months(today: dt.date) -> tuple[dt.date, ...]:
    last = today.year * 12 + today.month - 1
    return tuple(dt.date(n // 12, n % 12 + 1, 1) for n in range(last - MONTHS + 1, last + 1))


def _paid_in(lines: Iterable[InvoiceLine], month: dt.date) -> object:
    paid = [
        line.total
        for line in lines
        if line.paid_at and (line.paid_at.year, line.paid_at.month) == (month.year, month.month)
    ]
    return sum(paid, start=Money.zero(paid[0].currency if paid else "USD")).amount
