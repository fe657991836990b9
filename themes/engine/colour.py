"""Colour arithmetic: OKLCH to the eight-bit hex a browser paints, and its WCAG contrast.

OKLab after Björn Ottosson (2020); contrast after WCAG 2.2, definition of contrast ratio.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import atan2, cbrt, cos, degrees, hypot, radians, sin
from typing import TypeAlias

Lch: TypeAlias = tuple[float, float, float]
"""Lightness 0-1, chroma from 0, hue in degrees."""
Triple: TypeAlias = tuple[float, float, float]

MARGIN = 0.02
"""Every ratio is reached with this much to spare."""
TEXT, MARK = 4.5 + MARGIN, 3 + MARGIN
WHITE, BLACK = "#ffffff", "#000000"
STEP = 0.0025
"""How finely lightness is searched."""
_GREY = 0.002
_SHORT = 3


def _linear(channel: float) -> float:
    channel /= 255
    if channel <= 0.04045:  # noqa: PLR2004  # the sRGB transfer function
        return channel / 12.92
    return float(((channel + 0.055) / 1.055) ** 2.4)


def _gamma(value: float) -> float:
    if value <= 0.0031308:  # noqa: PLR2004  # the sRGB transfer function
        return 12.92 * value
    return float(1.055 * value ** (1 / 2.4) - 0.055)


@lru_cache(maxsize=65536)
def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue (0-255) of ``#rgb`` or ``#rrggbb``."""
    digits = colour.lstrip("#")
    if len(digits) == _SHORT:
        digits = "".join(digit * 2 for digit in digits)
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


@lru_cache(maxsize=65536)
def to_lch(colour: str) -> Lch:
    """A hex colour in OKLCH; greys have no hue."""
    red, green, blue = (_linear(channel) for channel in channels(colour))
    long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    light = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    chroma, hue = hypot(a, b), degrees(atan2(b, a)) % 360
    return (light, 0.0, 0.0) if chroma < _GREY else (light, chroma, hue)


def _to_linear(light: float, chroma: float, hue: float) -> Triple:
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _paintable(rgb: Triple) -> bool:
    return all(-0.0004 <= value <= 1.0004 for value in rgb)  # noqa: PLR2004  # rounding noise


@lru_cache(maxsize=262144)
def fit(light: float, chroma: float, hue: float) -> str:
    """OKLCH as hex; what a screen cannot show keeps lightness and hue and gives up chroma."""
    light = min(1.0, max(0.0, light))
    rgb = _to_linear(light, chroma, hue)
    if not _paintable(rgb):
        low, high = 0.0, chroma
        for _ in range(18):
            middle = (low + high) / 2
            if _paintable(_to_linear(light, middle, hue)):
                low = middle
            else:
                high = middle
        rgb = _to_linear(light, low, hue)
    eight = (int(min(1, max(0, _gamma(min(1, max(0, v))))) * 255 + 0.5) for v in rgb)
    return "#" + "".join(f"{value:02x}" for value in eight)


@lru_cache(maxsize=65536)
def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    red, green, blue = (_linear(channel) for channel in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio, measured on the eight-bit colours that are painted."""
    first, second = luminance(one), luminance(other)
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def solve(start: Lch, backgrounds: Iterable[str], ratio: float, direction: int) -> str:
    """Walk lightness from ``start`` until ``ratio`` holds on every background.

    Args:
        start: Where to begin; hue is kept, chroma as far as a screen shows it.
        backgrounds: All must be light (walking down) or all dark (walking up): then black or
            white is always an answer, and the ratio is a guarantee.
        ratio: Least contrast wanted.
        direction: ``-1`` walks darker, ``1`` lighter.
    """
    light, chroma, hue = start
    # Luminance is monotonous, so the nearest background decides; the rest need no look.
    hardest = (min if direction < 0 else max)(backgrounds, key=luminance)
    for index in range(401):
        now = light + direction * index * STEP
        if not 0 <= now <= 1:
            break
        colour = fit(now, chroma, hue)
        if contrast(colour, hardest) >= ratio and _beyond(colour, hardest, direction):
            return colour
    return BLACK if direction < 0 else WHITE


def _beyond(colour: str, background: str, direction: int) -> bool:
    return (luminance(colour) - luminance(background)) * direction > 0


def hue_distance(one: float, other: float) -> float:
    """Degrees between two hues, 0-180."""
    apart = abs(one - other) % 360
    return 360 - apart if apart > 180 else apart  # noqa: PLR2004  # half a circle
