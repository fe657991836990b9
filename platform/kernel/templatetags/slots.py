"""The ``{% slot %}`` tag: a named place in a page that modules put widgets in."""

from __future__ import annotations

from collections.abc import Callable

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.utils.html import format_html_join
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from kernel.actor import Actor
from kernel.registry import widgets

register = template.Library()


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str, subject: object = None) -> SafeString:
    """What the tenant's active modules put in the place ``name``, in order.

    Each widget is called with the request and, when the page gives one, the ``subject``. A widget
    whose permission the actor lacks is not called.
    """
    request: HttpRequest = context["request"]
    actor: Actor | None = getattr(request, "actor", None)
    active: frozenset[str] = getattr(
        getattr(request, "tenant", None), "active_modules", frozenset()
    )
    shown = []
    for widget in widgets(name, active):
        if widget.permission is None or (actor is not None and actor.may(widget.permission)):
            show: Callable[..., SafeString] = import_string(widget.shows)
            shown.append(show(request) if subject is None else show(request, subject))
    return format_html_join("", "{}", ((one,) for one in shown))
