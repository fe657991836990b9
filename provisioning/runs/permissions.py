"""The rights and menu lines of a broker's set-up, as pure data for ``config.settings``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, NavItem, Permission

PERMISSIONS = (
    Permission(code="provisioning.see_setup", title=_("See the set-up checklist")),
    Permission(code="provisioning.manage_company", title=_("Change the company's details")),
    Permission(code="provisioning.manage_domains", title=_("Add and remove custom domains")),
)

NAVIGATION = (
    NavItem(
        area=Area.BACK_OFFICE,
        title=_("Set-up"),
        url_name="office:provisioning:checklist",
        on_phone=True,
        permission="provisioning.see_setup",
        icon="rocket",
        order=800,
        group=_("Settings"),
    ),
    NavItem(
        area=Area.BACK_OFFICE,
        title=_("Domains"),
        url_name="office:provisioning:domains",
        permission="provisioning.manage_domains",
        icon="globe",
        order=860,
        group=_("Settings"),
    ),
)
