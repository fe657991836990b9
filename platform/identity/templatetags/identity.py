"""Small things that the pages of sign-in and security show."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BoundField
from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from identity.adapters import welcome_of
from identity.masking import MASKABLE
from identity.views.frame import address_of

register = template.Library()

_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@register.simple_tag
def security_tabs(current: str) -> list[dict[str, Any]]:
    """The tabs over one's own security pages."""
    pages = (
        ("factors", "mfa_index", _("Second factor")),
        ("password", "account_change_password", _("Password")),
        ("email", "account_email", _("E-mail")),
        ("devices", "usersessions_list", _("Devices")),
    )
    return [
        {"label": label, "url": reverse(name), "current": key == current}
        for key, name, label in pages
    ]


@register.simple_tag
def device(user_agent: str) -> str:
    """Browser and system, as far as they say: ``Firefox, Windows``."""
    found = [
        next((name for sign, name in signs if sign in user_agent), "")
        for signs in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(name for name in found if name) or _("Unknown device")


@register.simple_tag
def codes_text(codes: list[str]) -> str:
    """Recovery codes, one per line, for copying."""
    return "\n".join(codes)


@register.simple_tag(takes_context=True)
def welcome_link(context: Context) -> str:
    """Where the person begins."""
    return welcome_of(context["request"])


@register.simple_tag
def sister(name: str, *args: object) -> str:
    """Address of another page about people, in the office or in the console."""
    return address_of(name, *args)


@register.simple_tag
def field_title(name: str) -> str:
    """What a maskable field is called."""
    return str(MASKABLE.get(name, name))


@register.simple_tag
def bare_select(bound: BoundField) -> SafeString:
    """A select without anything around it, for a cell of a table."""
    return bound.as_widget(attrs={"class": "input"})
