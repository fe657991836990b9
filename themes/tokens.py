"""What a tenant may decide about its looks, and nothing else.

Every value is of a closed kind: a hex colour, a number in a range, a name from a list, a line
of text. Free CSS, scripts and mark-up cannot be expressed (CSP-02).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

from themes.errors import BadToken

_HEX = re.compile(r"#[0-9a-f]{6}", re.ASCII)
_SHORT_HEX = re.compile(r"#[0-9a-f]{3}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029<>]")


class Tone(StrEnum):
    """Which hue the greys lean to."""

    COOL = "cool"
    BRAND = "brand"
    WARM = "warm"
    GREY = "grey"


class Mode(StrEnum):
    """Light, dark, or as the viewer's device says."""

    LIGHT = "light"
    DARK = "dark"
    AUTO = "auto"


FONTS: Mapping[str, str] = {
    "cairo": "Cairo",
    "geist": "Geist",
    "grotesk": "Space Grotesk",
    "hanken": "Hanken Grotesk",
    "instrument": "Instrument Sans",
    "inter": "Inter",
    "manrope": "Manrope",
    "serif": "Source Serif",
    "vazirmatn": "Vazirmatn",
    "system": "System",
}
"""Font id to the name people know; all are served from here, none from elsewhere."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "tone": tuple(Tone),
    "canvas": ("tint", "white"),
    "nav": ("surface", "canvas", "deep"),
    "hero": ("surface", "deep"),
    "elev": ("flat", "soft", "lifted"),
    "density": ("compact", "cosy", "roomy"),
    "font": tuple(FONTS),
    "display": tuple(FONTS),
    "weight": ("500", "550", "600", "650", "700"),
    "track": ("tight", "snug", "none"),
    "mode": tuple(Mode),
    "updown": ("west", "east", "cvd"),
    "art": ("waves", "rings", "bars", "lattice", "arcs", "grid", "rays"),
    "mark": ("arch", "shield", "bolt", "star", "coin", "sun", "peaks"),
}
RANGES: Mapping[str, tuple[int, int]] = {"radius": (0, 24), "tint": (0, 120)}
TEXTS: Mapping[str, int] = {"pitch": 80, "pitch_note": 200, "risk": 400}
COLOURS = ("brand", "accent", "label")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """A look, complete: colours, shapes, fonts and the few sentences of the sign-in page."""

    brand: str = "#3d5afe"
    accent: str = ""
    """Empty: the brand."""
    label: str = ""
    """The words on buttons; empty: white or ink, whichever is readable."""
    tone: str = Tone.COOL
    tint: int = 50
    """How strongly the greys lean, in hundredths."""
    canvas: str = "tint"
    nav: str = "surface"
    hero: str = "surface"
    radius: int = 8
    """Corner radius in pixels."""
    elev: str = "soft"
    density: str = "cosy"
    font: str = "inter"
    display: str = "inter"
    weight: str = "600"
    track: str = "snug"
    mode: str = Mode.LIGHT
    updown: str = "west"
    art: str = "waves"
    mark: str = "arch"
    pitch: str = ""
    pitch_note: str = ""
    risk: str = ""

    @classmethod
    def read(cls, given: Mapping[str, Any], *, base: Tokens | None = None) -> Self:
        """Take ``given`` over ``base`` (or the defaults), value by value.

        Raises:
            BadToken: A name is unknown or a value is not of its kind.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        for name in given:
            if name not in known:
                raise BadToken(name=str(name)[:40])
        start = dataclasses.asdict(base) if base else {}
        return cls(**{**start, **{name: _checked(name, value) for name, value in given.items()}})

    def as_dict(self) -> dict[str, Any]:
        """Every value by name, as JSON takes it."""
        return {name: _plain(value) for name, value in dataclasses.asdict(self).items()}


def _plain(value: object) -> object:
    return value if isinstance(value, int) else str(value)


def _checked(name: str, value: object) -> str | int:
    if name in COLOURS:
        return colour(value, name=name, may_be_empty=name != "brand")
    if name in RANGES:
        return _within(name, value)
    if name in CHOICES:
        if not isinstance(value, str) or value not in CHOICES[name]:
            raise BadToken(name=name)
        return value
    return _text(name, value)


def colour(value: object, *, name: str = "brand", may_be_empty: bool = False) -> str:
    """A colour as ``#rrggbb`` in small letters.

    Raises:
        BadToken: It is not written as ``#rgb`` or ``#rrggbb``.
    """
    text = value.strip().lower() if isinstance(value, str) else ""
    if may_be_empty and value in ("", None):
        return ""
    if _SHORT_HEX.fullmatch(text):
        return "#" + "".join(digit * 2 for digit in text[1:])
    if not _HEX.fullmatch(text):
        raise BadToken(name=name)
    return text


def _within(name: str, value: object) -> int:
    low, high = RANGES[name]
    text = str(value).strip()
    number = int(text) if re.fullmatch(r"[0-9]{1,3}", text, re.ASCII) else -1
    if isinstance(value, bool) or not low <= number <= high:
        raise BadToken(name=name)
    return number


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or _CONTROL.search(value) or len(value) > TEXTS[name]:
        raise BadToken(name=name)
    return value.strip()
