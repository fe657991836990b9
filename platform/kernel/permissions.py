"""The rights and menu lines of the kernel's own pages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, NavItem, Permission

PERMISSIONS = (
    Permission(code="kernel.manage_api_keys", title=_("Manage API keys"), sensitive=True),
)

NAVIGATION = (
    NavItem(
        area=Area.BACK_OFFICE,
        title=_("API keys"),
        url_name="office:kernel:api_keys",
        permission="kernel.manage_api_keys",
        icon="key",
        order=940,
        group=_("Settings"),
    ),
)
