"""Parts of a page: cards, callouts, tabs, steps, facts, timelines, pagers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kernel.ids import new_id
from kernel.ui.marks import EMPTY, icon, tile

_CALLOUT_ICONS = {
    "ok": "circle-check",
    "warn": "triangle-alert",
    "bad": "circle-alert",
    "brand": "info",
}


def card(content: str, title: object = "", **options: object) -> SafeString:
    """A card: ``lead``, ``flush``, ``class``, ``id``, ``icon``, ``action`` with ``action_url``.

    ``flush`` leaves out the padding, for tables and lists.
    """
    context = {
        "content": content,
        "title": title,
        "uid": f"c-{new_id().hex[-8:]}",
        "extra": options.get("class", ""),
        **options,
    }
    return render_to_string("ui/card.html", context)


def callout(content: str, tone: str = "info", title: object = "", icon: str = "") -> SafeString:
    """A tinted box with something to know or to do."""
    heading = format_html("<b>{}</b>", title) if title else ""
    return format_html(
        '<div class="callout {}">{}<div class="grow">{}{}</div></div>',
        tone,
        _icon(icon or _CALLOUT_ICONS.get(tone, "info")),
        heading,
        content,
    )


def empty(content: str, icon: str, title: object, text: object = "") -> SafeString:
    """What is said where there is nothing yet; ``content`` is the one action."""
    return format_html(
        '<div class="empty">{}<h3>{}</h3>{}{}</div>',
        tile(icon),
        title,
        format_html("<p>{}</p>", text) if text else "",
        content,
    )


def stats(content: str, label: str = "") -> SafeString:
    """A row of key figures."""
    named = format_html(' aria-label="{}"', label) if label else ""
    return format_html('<section class="card stats"{}>{}</section>', named, content)


def stat(label: object, value: object, note: object = "", tone: str = "muted") -> SafeString:
    """One key figure with what it means."""
    small = format_html('<span class="xs {}">{}</span>', tone, note) if note else ""
    return format_html(
        '<div class="stat"><span class="k">{}</span><span class="v num">{}</span>{}</div>',
        label,
        value,
        small,
    )


def modal(content: str, id: str, title: object, size: str = "") -> SafeString:  # noqa: A002  # the HTML word
    """A dialog that a button with ``data-open`` opens."""
    context = {"content": content, "id": id, "title": title, "size": size}
    return render_to_string("ui/modal.html", context)


def menu(content: str, label: str, icon: str = "", tone: str = "", size: str = "") -> SafeString:
    """A button that opens a menu of links and buttons; without ``icon`` the label shows."""
    uid = f"m-{new_id().hex[-8:]}"
    context = {"content": content, "label": label, "icon": icon, "uid": uid}
    return render_to_string("ui/menu.html", {**context, "tone": tone, "size": size})


def tabs(items: Iterable[Mapping[str, Any]], label: str = "") -> SafeString:
    """Links to the sections of a page: ``label``, ``url``, ``current``, optional ``count``."""
    return render_to_string("ui/tabs.html", {"items": list(items), "label": label})


def segment(items: Iterable[Mapping[str, Any]], label: str = "") -> SafeString:
    """The same as :func:`tabs`, for a short choice such as a period."""
    return render_to_string("ui/segment.html", {"items": list(items), "label": label})


def pager(request: HttpRequest, page: Page[Any], name: str = "page") -> SafeString:
    """Where in a long list we are; keeps the rest of the address. Empty when all is shown."""
    if not page.has_other_pages():
        return SafeString("")
    kept = [(k, v) for k, values in request.GET.lists() if k != name for v in values]

    def address(number: int) -> str:
        return "?" + urlencode([*kept, (name, number)])

    context = {
        "page": page,
        "previous": address(page.number - 1) if page.has_previous() else "",
        "next": address(page.number + 1) if page.has_next() else "",
    }
    return render_to_string("ui/pager.html", context)


def sort_link(request: HttpRequest, column: str, label: object) -> SafeString:
    """A heading that sorts by ``column``; again for the other direction."""
    current = request.GET.get("sort", "")
    target = f"-{column}" if current == column else column
    kept = [
        (k, v) for k, values in request.GET.lists() if k not in {"sort", "page"} for v in values
    ]
    arrow = {column: "arrow-up", f"-{column}": "arrow-down"}.get(current, "")
    return format_html(
        '<a class="th-sort" href="?{}">{}{}</a>',
        urlencode([*kept, ("sort", target)]),
        label,
        icon(arrow),
    )


def steps(items: Sequence[object], current: int = 1) -> SafeString:
    """The steps of a wizard; ``current`` counts from 1."""
    lines = ((_step(number, current), label) for number, label in enumerate(items, start=1))
    return format_html('<ol class="steps">{}</ol>', format_html_join("", "<li{}>{}</li>", lines))


def _step(number: int, current: int) -> SafeString:
    if number < current:
        return SafeString(' class="done"')
    return SafeString(' aria-current="step"') if number == current else EMPTY


def progress_steps(items: Iterable[Mapping[str, Any]]) -> SafeString:
    """A long job: ``label``, ``state`` (done, now, failed, waiting), perhaps ``took``, ``note``."""
    return render_to_string("ui/progress_steps.html", {"items": list(items)})


def facts(rows: Iterable[tuple[object, object]], style: str = "") -> SafeString:
    """A definition list of (label, value) pairs."""
    lines = format_html_join("", "<dt>{}</dt><dd>{}</dd>", rows)
    return format_html('<dl class="dl {}">{}</dl>', style, lines)


def timeline(entries: Iterable[Mapping[str, Any]]) -> SafeString:
    """What happened: ``icon``, ``title``, optional ``note``, ``at``, ``tone``."""
    return render_to_string("ui/timeline.html", {"entries": list(entries)})


_icon = icon
