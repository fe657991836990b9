"""The one stylesheet that is a tenant's own: variables, made by us from checked tokens."""

from __future__ import annotations

import hashlib

from themes.engine.derive import Sheet, derive
from themes.tokens import Mode, Tokens

_FAMILIES = {
    "cairo": '"Cairo Variable"',
    "geist": '"Geist Variable"',
    "grotesk": '"Space Grotesk Variable"',
    "hanken": '"Hanken Grotesk Variable"',
    "instrument": '"Instrument Sans Variable"',
    "inter": '"Inter Variable"',
    "manrope": '"Manrope Variable"',
    "serif": '"Source Serif 4 Variable"',
    "vazirmatn": '"Vazirmatn Variable"',
    "system": "system-ui",
}
_SANS = (
    ',system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans Arabic","PingFang SC",'
    '"Microsoft YaHei","Noto Sans CJK SC",sans-serif'
)
_SERIF = ',Georgia,"Noto Serif","Noto Naskh Arabic","Songti SC","Noto Serif CJK SC",serif'
_DENSITY = {"compact": "0.9", "cosy": "1", "roomy": "1.1"}
_ELEVATION = {"flat": "0", "soft": "1", "lifted": "2"}
_TRACK = {"tight": "-.035em", "snug": "-.02em", "none": "0"}


def stylesheet(tokens: Tokens) -> str:
    """The CSS of a look: both modes, and the device's choice when the page names none."""
    sheets = derive(tokens)
    light, dark = _block(sheets["light"]), _block(sheets["dark"])
    return (
        f":root{{{_shared(tokens)};color-scheme:light;{light}}}\n"
        f":root[data-mode=dark]{{color-scheme:dark;{dark}}}\n"
        "@media(prefers-color-scheme:dark){:root:not([data-mode])"
        f"{{color-scheme:dark;{dark}}}}}\n"
    )


def fingerprint(text: str) -> str:
    """Sixteen hex digits that name ``text``."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def fonts(tokens: Tokens) -> tuple[str, ...]:
    """The font ids a look loads; none for the system's own."""
    wanted = dict.fromkeys((tokens.font, tokens.display))
    return tuple(font for font in wanted if font != "system")


def theme_colour(tokens: Tokens) -> str:
    """What the browser paints around the page."""
    return derive(tokens)["dark" if tokens.mode == Mode.DARK else "light"]["nav"]


def _shared(tokens: Tokens) -> str:
    heading = _SERIF if tokens.display == "serif" else _SANS
    values = {
        "radius": f"{tokens.radius}px",
        "density": _DENSITY[tokens.density],
        "font": _FAMILIES[tokens.font] + (_SERIF if tokens.font == "serif" else _SANS),
        "font-display": _FAMILIES[tokens.display] + heading,
        "display-weight": tokens.weight,
        "display-track": _TRACK[tokens.track],
        "elev": _ELEVATION[tokens.elev],
    }
    return _block(values)


def _block(sheet: Sheet) -> str:
    return ";".join(f"--{name}:{value}" for name, value in sheet.items())
