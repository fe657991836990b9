"""The rights of vendor staff in the console and its menu, as pure data for ``config.settings``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, NavItem, Permission

PERMISSIONS = (
    Permission(code="console.see_brokers", title=_("See brokers, their plans and their health")),
    Permission(
        code="console.suspend_brokers", title=_("Suspend and resume brokers"), sensitive=True
    ),
    Permission(code="console.see_runs", title=_("See provisioning runs and ready schemas")),
    Permission(code="console.retry_runs", title=_("Retry stopped provisioning runs")),
    Permission(code="console.see_money", title=_("See plans, invoices and revenue")),
    Permission(code="console.mend_outbox", title=_("Retry or drop undelivered events")),
    Permission(code="console.see_audit", title=_("See what vendor staff did")),
)

_OPERATIONS = _("Operations")

NAVIGATION = (
    NavItem(
        area=Area.CONSOLE,
        title=_("Overview"),
        url_name="console:overview",
        permission="console.see_brokers",
        icon="layout-dashboard",
        order=100,
        on_phone=True,
    ),
    NavItem(
        area=Area.CONSOLE,
        title=_("Brokers"),
        url_name="console:brokers",
        permission="console.see_brokers",
        icon="building-2",
        order=200,
        on_phone=True,
    ),
    NavItem(
        area=Area.CONSOLE,
        title=_("Provisioning"),
        url_name="console:runs",
        permission="console.see_runs",
        icon="server-cog",
        order=300,
        on_phone=True,
    ),
    NavItem(
        area=Area.CONSOLE,
        title=_("Plans and prices"),
        url_name="console:catalogue",
        permission="console.see_money",
        icon="credit-card",
        order=400,
        on_phone=True,
    ),
    NavItem(
        area=Area.CONSOLE,
        title=_("Revenue"),
        url_name="console:revenue",
        on_phone=True,
        permission="console.see_money",
        icon="chart-column",
        order=500,
    ),
    NavItem(
        area=Area.CONSOLE,
        title=_("Ready schemas"),
        url_name="console:pool",
        permission="console.see_runs",
        icon="database",
        order=600,
        group=_OPERATIONS,
    ),
    NavItem(
        area=Area.CONSOLE,
        title=_("Undelivered events"),
        url_name="console:dead_letters",
        permission="console.mend_outbox",
        icon="inbox",
        order=700,
        group=_OPERATIONS,
    ),
    NavItem(
        area=Area.CONSOLE,
        title=_("Audit log"),
        url_name="console:audit",
        permission="console.see_audit",
        icon="scroll-text",
        order=800,
        group=_OPERATIONS,
    ),
)
