"""Lists: the bar that narrows them, the table, and what is said when nothing is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kernel.ui.actions import link_button
from kernel.ui.blocks import empty
from kernel.ui.figures import figure
from kernel.ui.marks import EMPTY, icon


def filters(
    content: str,
    url: str,
    target: str = "rows",
    id: str = "",  # noqa: A002  # the HTML word
    *,
    submits: bool = True,
) -> SafeString:
    """The bar above a list: what it is narrowed to, asked anew as soon as something changes.

    Args:
        content: The controls: :func:`search_box`, :func:`choose`, :func:`day_box`, :func:`kept`.
        url: Answers the whole page, and only the list to the page's own script.
        target: The id of the element that holds the list.
        id: The form's own id, for buttons elsewhere that send it too.
        submits: Whether sending the form is answered with the list. Not where such buttons
            fetch files.
    """
    context = {"content": content, "url": url, "target": target, "id": id, "submits": submits}
    return render_to_string("ui/filters.html", context)


def search_box(
    value: object,
    label: object,
    hint: object = "",
    name: str = "q",
    *,
    longest: int = 100,
    mode: str = "",
) -> SafeString:
    """A box for words to search.

    Args:
        value: The words now; ``None`` is none.
        label: What is searched, said to screen readers.
        hint: What can be searched by, shown while the box is empty; the label unless told.
        name: Of the parameter.
        longest: How many characters at the most.
        mode: The keyboard of phones where it is not that of letters: ``numeric`` for logins.
    """
    return format_html(
        '<div class="input-group fsearch">{}<input class="input quiet" type="search" name="{}"'
        '{} value="{}" maxlength="{}" placeholder="{}" aria-label="{}"'
        ' autocomplete="off"></div>',
        icon("search", size="sm"),
        name,
        format_html(' inputmode="{}"', mode) if mode else EMPTY,
        "" if value is None else value,
        longest,
        hint or label,
        label,
    )


def choose(
    name: str, label: object, choices: Iterable[tuple[Any, Any]], value: object, every: object = ""
) -> SafeString:
    """A menu of what a list can be narrowed to; ``every`` is what the choice of none is called."""
    offered = [*([("", every)] if every else []), *choices]
    options = (
        (key, SafeString(" selected") if str(key) == str(value) else EMPTY, said)
        for key, said in offered
    )
    return format_html(
        '<select class="input" name="{}" aria-label="{}">{}</select>',
        name,
        label,
        format_html_join("", '<option value="{}"{}>{}</option>', options),
    )


def day_box(name: str, label: object, value: dt.date | None) -> SafeString:
    """A day that a list begins or ends with."""
    return format_html(
        '<label class="row sm muted">{}<input class="input" type="date" name="{}" value="{}">'
        "</label>",
        label,
        name,
        value.isoformat() if value else "",
    )


def kept(name: str, value: object) -> SafeString:
    """What stays as it is while the list is narrowed: the tab, the order."""
    return format_html('<input type="hidden" name="{}" value="{}">', name, value)


def table(content: str, below: str = "", look: str = "") -> SafeString:
    """A table that becomes a list on phones, its class ``look``, and its pager ``below``."""
    return format_html(
        '<div class="table-wrap"><table class="table stacks{}">{}</table></div>{}',
        f" {look}" if look else "",
        content,
        below,
    )


def no_match(title: object, url: str) -> SafeString:
    """What is said where filters leave nothing, with the way back to all at ``url``."""
    back = link_button(url, _("Clear filters"))
    return empty(back, "search", title, _("Try other words, or clear the filters."))


def total(number: int) -> SafeString:
    """How many there are, beside the heading of a list."""
    return format_html('<span class="md muted num">{}</span>', figure(number, places=0))
