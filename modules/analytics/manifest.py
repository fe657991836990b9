"""Trading analytics: a client sees how he trades."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, Module, NavItem, Permission, Widget
from kernel.money import Money

module = Module(
    key="analytics",
    title=_("Trading analytics"),
    summary=_("Shows clients how they trade: calendar of results, symbols, weekdays, drawdown."),
    monthly_price=Money(79_00, "USD"),
    icon="chart-line",
    requires=("trading", "traders_room"),
    permissions=(
        Permission(code="analytics.see_own", title=_("See how one trades"), for_clients=True),
    ),
    navigation=(
        NavItem(
            area=Area.TRADERS_ROOM,
            title=_("Analytics"),
            url_name="room:analytics:overview",
            permission="analytics.see_own",
            icon="chart-line",
            order=250,
        ),
    ),
    widgets=(
        Widget(
            slot="traders_room.dashboard",
            shows="modules.analytics.widgets.this_month",
            permission="analytics.see_own",
            order=200,
        ),
    ),
)
