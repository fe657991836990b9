"""What every page's frame needs: its area, its menu, who is there."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from kernel.actor import Actor
from kernel.module import Area, NavItem, Text
from kernel.registry import navigation

_AREAS = {"room": Area.TRADERS_ROOM, "office": Area.BACK_OFFICE, "console": Area.CONSOLE}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MenuLine:
    """A line of the menu as the frame draws it."""

    title: Text
    url: str
    icon: str
    group: Text
    is_here: bool
    on_phone: bool


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``area``, ``menu``, ``actor``, ``tenant``; costs no query."""
    match = request.resolver_match
    area = _AREAS.get(match.namespaces[0]) if match and match.namespaces else None
    area = area or getattr(request, "area", None)  # a person's own pages stand in their area
    actor: Actor | None = getattr(request, "actor", None)
    tenant = getattr(request, "tenant", None)
    active: frozenset[str] = getattr(tenant, "active_modules", frozenset())
    return {
        "area": area.value if area else "",
        "actor": actor,
        "tenant": tenant,
        "menu": _menu(request, navigation(area, active), actor) if area and actor else (),
    }


def _menu(request: HttpRequest, items: tuple[NavItem, ...], actor: Actor) -> tuple[MenuLine, ...]:
    visible = (i for i in items if i.permission is None or actor.may(i.permission))
    lines = []
    for item in visible:
        try:
            url = reverse(item.url_name)
        except NoReverseMatch:  # the page belongs to the other kind of host
            continue
        lines.append((item, url))
    here = max(
        (url for _, url in lines if request.path.startswith(url)), key=len, default=request.path
    )
    return tuple(
        MenuLine(
            title=item.title,
            url=url,
            icon=item.icon,
            group=item.group,
            is_here=url == here,
            on_phone=item.on_phone,
        )
        for item, url in lines
    )
