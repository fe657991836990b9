"""Small marks: icons, badges, dots, avatars, tiles, bars."""

from __future__ import annotations

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

EMPTY: SafeString = mark_safe("")
"""Nothing at all."""
NOTHING: SafeString = mark_safe('<span class="faint">\N{EN DASH}</span>')
"""A value that is not known."""


def icon(name: str, size: str = "", *, flip: bool = False, label: str = "") -> SafeString:
    """A Lucide icon of the sprite.

    Args:
        name: As in ``frontend/icons.txt``; nothing is drawn when it is empty.
        size: ``sm``, ``lg`` or empty.
        flip: Turn it in right-to-left pages, for arrows.
        label: Said by screen readers; without it the icon is decoration.
    """
    if not name:
        return EMPTY
    named = (
        format_html(' role="img" aria-label="{}"', label)
        if label
        else mark_safe(' aria-hidden="true"')  # a constant of ours
    )
    return format_html(
        '<svg class="ico{}{}"{}><use href="{}#{}"/></svg>',
        f" ico-{size}" if size else "",
        " flip" if flip else "",
        named,
        static("ui/icons.svg"),
        name,
    )


def badge(tone: str, text: object, icon: str = "") -> SafeString:  # the tag's own word
    """A short state in a tinted pill."""
    return format_html('<span class="badge {}">{}{}</span>', tone, _icon(icon), text)


def status(tone: str, text: object) -> SafeString:
    """A coloured dot and a word."""
    return format_html('<span class="st {}">{}</span>', tone, text)


def avatar(name: str, size: str = "", tone: str = "") -> SafeString:
    """The initials of ``name`` in a circle; size ``mini`` or ``lg``."""
    words = str(name).replace("@", " ").replace(".", " ").split()
    initials = "".join(word[0] for word in (words[:1] + words[-1:] if words[1:] else words))
    return format_html(
        '<span class="ava {} {}" aria-hidden="true">{}</span>', size, tone, initials.upper()
    )


def tile(
    icon: str = "", tone: str = "", size: str = "", text: str = "", picture: str = ""
) -> SafeString:
    """An icon, or two letters, in a tinted square; or a picture on a light plate.

    Args:
        icon: As for :func:`icon`.
        tone: Of the square.
        size: ``sm``, ``lg`` or empty.
        text: Two letters instead.
        picture: Address of a logo instead; other people's logos are made for light paper.
    """
    if picture:
        words = '<span class="tile pic {}" aria-hidden="true"><img src="{}" alt=""></span>'
        return format_html(words, size, picture)
    return format_html(
        '<span class="tile {} {}{}" aria-hidden="true">{}</span>',
        tone,
        size,
        " plat" if text else "",
        text or _icon(icon),
    )


def country(code: str) -> SafeString:
    """An ISO 3166 code as a chip; never a flag."""
    return format_html('<span class="cc">{}</span>', code.upper()) if code else EMPTY


def kbd(keys: str) -> SafeString:
    """A key or a chord to press."""
    return format_html('<span class="kbd">{}</span>', keys)


def copy(value: object, label: str = "") -> SafeString:
    """A value to copy: a key, a login, a DNS record."""
    return format_html(
        '<span class="copy"><bdi dir="ltr" class="mono">{}</bdi>'
        '<button type="button" class="btn btn-ghost btn-icon btn-sm" data-copy="{}" '
        'aria-label="{}">{}</button></span>',
        value,
        value,
        label or gettext("Copy"),
        _icon("copy"),
    )


def bar(share: object, label: str = "", tone: str = "") -> SafeString:
    """A bar filled to ``share`` percent; ``label`` says it to screen readers."""
    width = max(0.0, min(100.0, float(str(share or 0))))
    named = (
        format_html('role="img" aria-label="{}"', label)
        if label
        else mark_safe('aria-hidden="true"')  # a constant of ours
    )
    return format_html(
        '<svg class="bar {}" preserveAspectRatio="none" viewBox="0 0 100 6" {}>'
        '<rect width="{}" height="6"/></svg>',
        tone,
        named,
        f"{width:g}",
    )


_icon = icon
