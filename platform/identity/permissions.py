"""The rights and menu lines of identity, as pure data for ``config.settings``."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, NavItem, Permission

PERMISSIONS = (
    Permission(code="identity.see_people", title=_("See people and roles")),
    Permission(
        code="identity.manage_people",
        title=_("Invite people, disable them, give roles"),
        sensitive=True,
    ),
    Permission(
        code="identity.manage_roles",
        title=_("Change roles, teams and allowed addresses"),
        sensitive=True,
    ),
)

NAVIGATION = (
    NavItem(
        area=Area.BACK_OFFICE,
        title=_("People and roles"),
        url_name="office:identity:people",
        permission="identity.see_people",
        icon="user-cog",
        order=900,
        group=_("Settings"),
    ),
    NavItem(
        area=Area.CONSOLE,
        title=_("People"),
        url_name="console:identity:people",
        permission="identity.see_people",
        icon="users",
        order=900,
        group=_("Settings"),
    ),
)
