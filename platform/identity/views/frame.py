"""What the pages about people share: they stand in the office and in the console."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from kernel import pin
from kernel.actor import Actor

CONSOLE = "console"
OFFICE = "office"


def area() -> str:
    """First namespace of these pages here."""
    return CONSOLE if pin.current() == pin.PUBLIC else OFFICE


def address_of(name: str, *args: object) -> str:
    """Address of one of these pages."""
    return reverse(f"{area()}:identity:{name}", args=args)


def back(name: str, *args: object) -> HttpResponse:
    """Go to a sister page after a change."""
    return HttpResponseRedirect(address_of(name, *args))


def by(request: HttpRequest) -> Actor:
    """Who asks; these pages are for people who signed in."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by IdentityMiddleware
    return actor


def posted(request: HttpRequest) -> QueryDict | None:
    """What was typed, even if it is nothing; ``None`` when the page is only looked at."""
    return request.POST if request.method == "POST" else None


def page(request: HttpRequest, tab: str = "") -> dict[str, Any]:
    """Context of every page: its frame, its tabs, and what the asker may change."""
    return {
        "frame": f"base/{area()}.html",
        "tabs": _tabs(tab) if tab else [],
        "can_manage": by(request).may("identity.manage_people"),
        "can_change_roles": by(request).may("identity.manage_roles"),
    }


def _tabs(current: str) -> list[dict[str, Any]]:
    """The tabs over the pages; the console has only the first two."""
    names = {"people": _("People"), "roles": _("Roles")}
    if area() == OFFICE:
        names |= {"teams": _("Teams"), "addresses": _("Allowed addresses")}
    return [
        {"label": label, "url": address_of(name), "current": name == current}
        for name, label in names.items()
    ]
