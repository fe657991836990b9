"""The rights and menu lines of themes, as pure data for the settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, NavItem, Permission

PERMISSIONS = (Permission(code="themes.edit", title=_("Change the branding and publish it")),)

NAVIGATION = (
    NavItem(
        area=Area.BACK_OFFICE,
        title=_("Branding"),
        url_name="office:themes:studio",
        permission="themes.edit",
        icon="palette",
        order=910,
        group=_("Settings"),
    ),
    NavItem(
        area=Area.CONSOLE,
        title=_("Components"),
        url_name="console:themes:gallery",
        permission=None,
        icon="panels-top-left",
        order=950,
        group=_("Settings"),
    ),
)
