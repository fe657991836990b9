"""The rights and menu lines of trading servers, as pure data for ``config.settings``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, NavItem, Permission

PERMISSIONS = (
    Permission(code="provisioning.see_servers", title=_("See trading servers and their health")),
    Permission(
        code="provisioning.wire_servers",
        title=_("Connect trading servers and change their credentials"),
        sensitive=True,
    ),
)

NAVIGATION = (
    NavItem(
        area=Area.BACK_OFFICE,
        title=_("Trading servers"),
        url_name="office:provisioning:servers",
        permission="provisioning.see_servers",
        icon="server",
        order=820,
        group=_("Settings"),
    ),
)
