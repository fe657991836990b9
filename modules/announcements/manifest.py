"""Announcements: what the broker tells its clients in their room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, Module, NavItem, Permission, Widget
from kernel.money import Money

module = Module(
    key="announcements",
    title=_("Announcements"),
    summary=_("Tells clients in their room about holidays, maintenance and news, for a set time."),
    monthly_price=Money(19_00, "USD"),
    icon="megaphone",
    requires=("traders_room",),
    permissions=(
        Permission(code="announcements.read", title=_("Read announcements"), for_clients=True),
        Permission(code="announcements.publish", title=_("Publish announcements")),
    ),
    navigation=(
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("Announcements"),
            url_name="office:announcements:announcements",
            permission="announcements.publish",
            icon="megaphone",
            order=400,
        ),
    ),
    widgets=(
        Widget(
            slot="traders_room.top",
            shows="modules.announcements.widgets.present",
            permission="announcements.read",
            order=100,
        ),
    ),
    publishes=("announcements.AnnouncementPublished",),
)
