"""Buttons and links that look like buttons."""

from __future__ import annotations

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kernel.ui.marks import EMPTY, icon


def classes(tone: str = "", size: str = "", *, block: bool = False) -> str:
    """The class list of a button."""
    names = ["btn"]
    names += [f"btn-{tone}"] if tone else []
    names += [f"btn-{size}"] if size else []
    names += ["btn-block"] if block else []
    return " ".join(names)


def button(label: str, **options: object) -> SafeString:
    """A button.

    Options: ``icon``, ``tone`` (primary, soft, ghost, danger), ``size`` (sm, lg), ``type``
    (submit unless given), ``name``, ``value``, ``disabled``, ``block``, ``opens`` (id of a
    dialog), ``closes`` (the dialog around it), ``confirm`` (a question asked first), ``form``
    (id of the form it belongs to).
    """
    opens = str(options.get("opens", ""))
    kind = "button" if opens or options.get("closes") else str(options.get("type", "submit"))
    return format_html(
        '<button type="{}" class="{}"{}{}{}{}{}{}{}>{}{}</button>',
        kind,
        _look(options),
        _attribute("name", options.get("name")),
        _attribute("value", options.get("value")),
        _attribute("form", options.get("form")),
        _attribute("data-open", opens),
        _attribute("data-confirm", options.get("confirm")),
        SafeString(" data-close") if options.get("closes") else EMPTY,
        SafeString(" disabled") if options.get("disabled") else EMPTY,
        icon(str(options.get("icon", ""))),
        label,
    )


def link_button(url: str, label: str, **options: object) -> SafeString:
    """A link like a button; options ``icon``, ``tone``, ``size``, ``block``, ``flip``."""
    return format_html(
        '<a class="{}" href="{}">{}{}</a>',
        _look(options),
        url,
        icon(str(options.get("icon", "")), flip=bool(options.get("flip"))),
        label,
    )


def post_button(request: HttpRequest, url: str, label: str, **options: object) -> SafeString:
    """A form of one button that posts to ``url``; options as for :func:`button`, and ``next``."""
    return format_html(
        '<form method="post" action="{}" class="inline">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">{}{}</form>',
        url,
        get_token(request),
        format_html('<input type="hidden" name="next" value="{}">', options["next"])
        if options.get("next")
        else EMPTY,
        button(label, **options),
    )


def icon_button(name: str, label: str, **options: object) -> SafeString:
    """A button of an icon alone, named for screen readers.

    Options: ``opens`` (id of a dialog), ``menu`` (id of a popover), ``tone`` (ghost unless
    given), ``size``, ``type``, ``close`` (closes the dialog around it).
    """
    look = classes(str(options.get("tone", "ghost")), str(options.get("size", "")))
    return format_html(
        '<button type="{}" class="{} btn-icon" aria-label="{}"{}{}{}>{}</button>',
        options.get("type", "button"),
        look,
        label,
        _attribute("data-open", options.get("opens")),
        _attribute("popovertarget", options.get("menu")),
        SafeString(" data-close") if options.get("close") else EMPTY,
        icon(name),
    )


def _look(options: dict[str, object]) -> str:
    return classes(
        str(options.get("tone", "")), str(options.get("size", "")), block=bool(options.get("block"))
    )


def _attribute(name: str, value: object) -> SafeString:
    return format_html(' {}="{}"', name, value) if value else EMPTY
