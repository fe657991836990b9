"""What the pages about people share: they stand in the office and in the console."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kernel import pin

CONSOLE = "console"
OFFICE = "office"


def area() -> str:
    """First namespace of these pages here."""
    return CONSOLE if pin.current() == pin.PUBLIC else OFFICE


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: its frame, and where its sisters are."""
    del request
    return {"frame": f"base/{area()}.html", "ns": f"{area()}:identity"}


def back(request: HttpRequest, name: str, *args: Any) -> HttpResponse:
    """Go to a sister page after a change."""
    del request
    return redirect(reverse(f"{area()}:identity:{name}", args=args))


def tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """The tabs over the pages; the console has only the first two."""
    del request
    names = {"people": _("People"), "roles": _("Roles")}
    if area() == OFFICE:
        names |= {"teams": _("Teams"), "addresses": _("Allowed addresses")}
    return [
        {"label": label, "url": reverse(f"{area()}:identity:{name}"), "current": name == current}
        for name, label in names.items()
    ]
