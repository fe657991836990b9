"""The rights and menu lines of billing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, NavItem, Permission

PERMISSIONS = (
    Permission(code="billing.see_plan", title=_("See the plan and its invoices")),
    Permission(code="billing.switch_modules", title=_("Switch paid modules on and off")),
    Permission(code="billing.manage_plan", title=_("Add and remove modules, pay"), sensitive=True),
)

NAVIGATION = (
    NavItem(
        area=Area.BACK_OFFICE,
        title=_("Modules"),
        url_name="office:billing:modules",
        permission="billing.see_plan",
        icon="blocks",
        order=900,
        group=_("Settings"),
    ),
)
