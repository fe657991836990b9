"""What the studio says about a choice of colours, in plain words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from themes import errors
from themes.engine.colour import contrast
from themes.engine.derive import Sheet, derive
from themes.engine.pairs import shortfalls
from themes.tokens import Tokens
from themes.types import Note


def samples(sheet: Sheet) -> tuple[Note, ...]:
    """The six pairs that people meet most."""
    shown = (
        (_("Button label"), "brand-on", "brand", False),
        (_("Link on page"), "brand-text", "canvas", False),
        (_("Badge"), "brand-text", "brand-soft-2", False),
        (_("Secondary text"), "ink-3", "press", False),
        (_("Focus ring"), "brand-mark", "surface", True),
        (_("Side navigation"), "nav-ink-2", "nav", False),
    )
    return tuple(
        Note(
            label=label,
            front=sheet[front],
            back=sheet[back],
            ratio=f"{contrast(sheet[front], sheet[back]):.1f}",
            is_mark=mark,
        )
        for label, front, back, mark in shown
    )


def remarks(tokens: Tokens, sheet: Sheet) -> tuple[str, ...]:
    """How the brand's colour is used, and where it had to be moved to stay readable."""
    said = []
    if sheet["brand"] == tokens.brand:
        said.append(_("Buttons keep your exact colour."))
    else:
        words = {"colour": sheet["brand"]}
        said.append(_("Buttons use %(colour)s so that the label stays readable.") % words)
    raw = contrast(tokens.brand, sheet["surface"])
    if sheet["brand-text"] == tokens.brand:
        said.append(_("It is readable as text too."))
    else:
        words = {"ratio": f"{raw:.1f}", "colour": sheet["brand-text"]}
        said.append(_("As text it would reach %(ratio)s:1, so links use %(colour)s.") % words)
    return tuple(said)


def check(tokens: Tokens) -> None:
    """Refuse a look in which something cannot be read.

    The engine reaches every ratio whatever the brand; this is the second lock, and the word on
    two colours that the tenant chose against each other.

    Raises:
        errors.Unreadable: A pair misses its contrast.
    """
    if tokens.label:
        check_pair(tokens.label, tokens.brand)
    for sheet in derive(tokens).values():
        for pair, reached in shortfalls(sheet):
            raise errors.Unreadable(
                front=sheet[pair.front],
                back=sheet[pair.back],
                ratio=f"{reached:.1f}",
                least=f"{pair.least:g}",
            )


def check_pair(front: str, back: str) -> None:
    """Refuse two colours chosen by hand that nobody can read on each other.

    Raises:
        errors.Unreadable: Their contrast is below 4.5:1.
    """
    reached = contrast(front, back)
    if reached < 4.5:  # noqa: PLR2004  # WCAG 2.2, 1.4.3
        raise errors.Unreadable(front=front, back=back, ratio=f"{reached:.1f}", least="4.5")
