"""Clients: who trades at this broker, and who looks after them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, Module, NavItem, Permission

module = Module(
    key="clients",
    title=_("Clients"),
    summary=_("Keeps each client's profile, language and contacts, and who looks after them."),
    monthly_price=None,
    icon="users",
    permissions=(
        Permission(code="clients.own_profile", title=_("Keep one's own profile"), for_clients=True),
        Permission(code="clients.see_clients", title=_("See clients")),
        Permission(code="clients.edit_clients", title=_("Edit clients")),
        Permission(code="clients.assign_clients", title=_("Assign clients to colleagues")),
        Permission(
            code="clients.set_level", title=_("Set verification levels of clients"), sensitive=True
        ),
        Permission(code="clients.set_groups", title=_("Put clients into groups")),
        Permission(
            code="clients.manage_groups",
            title=_("Make client groups and name verification levels"),
        ),
    ),
    navigation=(
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("Clients"),
            url_name="office:clients:clients",
            on_phone=True,
            permission="clients.see_clients",
            icon="users",
            order=100,
        ),
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("Groups and levels"),
            url_name="office:clients:groups",
            permission="clients.manage_groups",
            icon="users-round",
            order=720,
            group=_("Settings"),
        ),
        NavItem(
            area=Area.TRADERS_ROOM,
            title=_("Profile"),
            url_name="room:clients:profile",
            permission="clients.own_profile",
            icon="circle-user",
            order=800,
        ),
    ),
    slots=(
        "clients.client_page",
        "clients.client_rail",
        "clients.profile",
        "clients.quick_look",
    ),
    publishes=("clients.ClientRegistered", "clients.ClientChanged"),
    subscribes={"identity.PersonRegistered": "modules.clients.handlers.register_client"},
)
