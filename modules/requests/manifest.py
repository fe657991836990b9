"""Requests: the one queue of everything that a broker wants people to decide."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, Module, NavItem, Permission, Widget

module = Module(
    key="requests",
    title=_("Requests"),
    summary=_("One queue for everything that clients ask and colleagues decide, with four eyes."),
    monthly_price=None,
    icon="inbox",
    requires=("clients",),
    permissions=(
        Permission(code="requests.own_requests", title=_("Ask, and follow it"), for_clients=True),
        Permission(code="requests.see_requests", title=_("See requests")),
        Permission(
            code="requests.set_policies", title=_("Change who approves what"), sensitive=True
        ),
    ),
    navigation=(
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("Requests"),
            url_name="office:requests:queue",
            permission="requests.see_requests",
            icon="inbox",
            order=90,
            on_phone=True,
        ),
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("Approvals"),
            url_name="office:requests:policies",
            permission="requests.set_policies",
            icon="shield-check",
            order=730,
            group=_("Settings"),
        ),
        NavItem(
            area=Area.TRADERS_ROOM,
            title=_("Requests"),
            url_name="room:requests:requests",
            permission="requests.own_requests",
            icon="inbox",
            order=400,
        ),
    ),
    widgets=(
        Widget(
            slot="clients.client_page",
            shows="modules.requests.widgets.requests_of_client",
            permission="requests.see_requests",
            order=150,
        ),
    ),
    publishes=(
        "requests.RequestAsked",
        "requests.LevelReached",
        "requests.RequestApproved",
        "requests.RequestRefused",
        "requests.RequestCancelled",
        "requests.InformationAsked",
        "requests.InformationGiven",
    ),
)
