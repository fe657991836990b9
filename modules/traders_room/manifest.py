"""The trader's room: the client's home, with what he has and what he did."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, Module, NavItem, Permission

module = Module(
    key="traders_room",
    title=_("Trader's room"),
    summary=_("The home of your clients, under your brand: equity, positions and history."),
    monthly_price=None,
    icon="layout-dashboard",
    requires=("clients", "trading"),
    permissions=(
        Permission(code="traders_room.enter", title=_("Enter the room"), for_clients=True),
    ),
    navigation=(
        NavItem(
            area=Area.TRADERS_ROOM,
            title=_("Home"),
            url_name="room:traders_room:dashboard",
            permission="traders_room.enter",
            icon="house",
            order=100,
            on_phone=True,
        ),
        NavItem(
            area=Area.TRADERS_ROOM,
            title=_("History"),
            url_name="room:traders_room:trades",
            permission="traders_room.enter",
            icon="receipt-text",
            order=300,
            on_phone=True,
        ),
        NavItem(
            area=Area.TRADERS_ROOM,
            title=_("Settings"),
            url_name="room:traders_room:settings",
            permission="traders_room.enter",
            icon="settings",
            order=900,
        ),
    ),
    slots=("traders_room.top", "traders_room.dashboard"),
)
