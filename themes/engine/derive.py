"""From a brand colour to every colour of a page, each readable on all it may stand on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from themes.engine.colour import (
    MARK,
    STEP,
    TEXT,
    WHITE,
    Lch,
    channels,
    contrast,
    fit,
    hue_distance,
    luminance,
    solve,
    to_lch,
)
from themes.tokens import Tokens, Tone

Sheet: TypeAlias = dict[str, str]
"""Variable name without dashes to its value."""

ROLES: Mapping[str, Lch] = {
    "ok": (0.6, 0.15, 155),
    "warn": (0.75, 0.16, 75),
    "bad": (0.58, 0.2, 25),
    "info": (0.6, 0.14, 245),
}
PLANES = ("surface", "canvas", "raised", "sunken", "hover", "press")
_HUES = {Tone.COOL: 260.0, Tone.WARM: 80.0}
_BROWN = (35, 140)  # hues whose dark shades look like mud, so they lose chroma in the dark
_LIFT = 1.7  # a filled button stands out from a dark card by this ratio
_MELTS = 1.6  # a grey brand closer to the page than this is turned over
_PALE = 1.5  # a fill closer to its card than this gets an outline


@dataclass(frozen=True, slots=True)
class _Page:
    """One mode of one look while it is being derived."""

    dark: bool
    hue: float
    lean: float
    """How strongly greys lean to the hue."""
    tint: float

    @property
    def way(self) -> int:
        """Where text goes to become readable: darker (-1) or lighter (1)."""
        return 1 if self.dark else -1

    def grey(self, light: float, share: float = 1) -> str:
        """A plane or a line of lightness ``light``."""
        return fit(light, self.lean * share, self.hue)


def derive(tokens: Tokens) -> dict[str, Sheet]:
    """The variables of the ``light`` and the ``dark`` mode.

    Every text reaches 4.5:1 and every mark 3:1 on each plane and tint it may stand on,
    whatever the brand: :mod:`themes.engine.pairs` lists and measures the pairs.
    """
    return {"light": _mode(tokens, dark=False), "dark": _mode(tokens, dark=True)}


def _mode(tokens: Tokens, *, dark: bool) -> Sheet:
    page = _page(tokens, dark=dark)
    sheet = _planes(tokens, page)
    ink = fit(0.19, 0.03 * page.tint, page.hue)
    seeds = {"brand": tokens.brand, **{name: fit(*lch) for name, lch in ROLES.items()}}
    if tokens.accent:
        seeds["accent"] = tokens.accent
    tints = {name: _tints(seed, dark=dark, strong=name in ROLES) for name, seed in seeds.items()}
    grounds = [sheet[name] for name in PLANES]
    grounds += [tint[name] for tint in tints.values() for name in ("soft", "soft-2")]
    _inks(sheet, page, grounds)
    for name, seed in seeds.items():
        role = {**_fill(seed, sheet["surface"], ink, dark=dark), **tints[name]}
        role |= _words(seed, grounds, ink, page)
        sheet |= {name if key == "fill" else f"{name}-{key}": value for key, value in role.items()}
    sheet |= _own_label(tokens.label, sheet["brand"])
    if not tokens.accent:
        for key in ("", "-on", "-hover", "-text", "-mark", "-soft", "-soft-2"):
            sheet[f"accent{key}"] = sheet[f"brand{key}"]
    sheet |= _deep(tokens.brand, dark=dark)
    sheet |= _navigation(tokens, sheet)
    sheet |= _prices(tokens, sheet)
    sheet |= _series(tokens.brand, sheet, page)
    shadow = "#000000" if dark else fit(0.3, 0.04 * page.tint, page.hue)
    return {**sheet, "shadow": " ".join(map(str, channels(shadow)))}


def _page(tokens: Tokens, *, dark: bool) -> _Page:
    _, chroma, hue = to_lch(tokens.brand)
    given = _HUES.get(Tone(tokens.tone))
    lean_hue = given if given is not None else (hue if chroma else 260.0)
    tint = 0.0 if tokens.tone == Tone.GREY else tokens.tint / 100
    strength = 1 if (given is not None or chroma) else 0.6
    muddy = 0.4 if dark and _BROWN[0] < lean_hue < _BROWN[1] else 1
    lean = (0.02 * muddy if dark else 0.014) * tint * strength
    return _Page(dark, lean_hue, lean, tint)


def _planes(tokens: Tokens, page: _Page) -> Sheet:
    n = page.grey
    if page.dark:
        sheet = {
            "canvas": n(0.165), "surface": n(0.2), "raised": n(0.235), "sunken": n(0.145),
            "hover": n(0.245), "press": n(0.275), "line": n(0.285), "line-2": n(0.345),
        }  # fmt: skip
        return sheet | {
            "btn": sheet["raised"], "btn-hover": sheet["press"], "seg-on": sheet["line-2"],
            "rim": "rgb(255 255 255 / .06)", "shadow-k": "4",
        }  # fmt: skip
    sheet = {
        "canvas": WHITE if tokens.canvas == "white" else n(0.978, 0.6), "surface": WHITE,
        "raised": WHITE, "sunken": n(0.965, 0.8), "hover": n(0.97, 0.9), "press": n(0.945),
        "line": n(0.918), "line-2": n(0.86),
    }  # fmt: skip
    return sheet | {
        "btn": WHITE, "btn-hover": sheet["hover"], "seg-on": WHITE,
        "rim": "transparent", "shadow-k": "1",
    }  # fmt: skip


def _inks(sheet: Sheet, page: _Page, grounds: Iterable[str]) -> None:
    grounds = list(grounds)
    dark, hue, tint = page.dark, page.hue, page.tint
    sheet["ink"] = solve((0.965 if dark else 0.22, 0.02 * tint, hue), grounds, 10, page.way)
    sheet["ink-2"] = solve((0.76 if dark else 0.44, 0.025 * tint, hue), grounds, 5.5, page.way)
    sheet["ink-3"] = solve((0.6 if dark else 0.58, 0.025 * tint, hue), grounds, TEXT, page.way)
    cards = [sheet[name] for name in ("surface", "canvas", "raised")]
    sheet["control"] = solve((0.4 if dark else 0.78, 0.02 * tint, hue), cards, MARK, page.way)


def _tints(seed: str, *, dark: bool, strong: bool) -> Sheet:
    _, chroma, hue = to_lch(seed)
    if dark:
        return {
            "soft": fit(0.285, min(0.055, chroma * 0.4), hue),
            "soft-2": fit(0.32, min(0.065, chroma * 0.45), hue),
            "line": fit(0.4, min(0.07, chroma * 0.5), hue),
        }
    share = min(0.045, chroma * 0.22) * (1.15 if strong else 1)
    return {
        "soft": fit(0.962, share, hue),
        "soft-2": fit(0.935, share * 1.6, hue),
        "line": fit(0.87, share * 2, hue),
    }


def _words(seed: str, grounds: list[str], ink: str, page: _Page) -> Sheet:
    light, chroma, hue = to_lch(seed)
    dark = page.dark
    text = solve(
        (max(light, 0.72) if dark else min(light, 0.56), chroma, hue), grounds, TEXT, page.way
    )
    mark = solve(
        (max(light, 0.62) if dark else min(light, 0.62), chroma, hue), grounds, MARK, page.way
    )
    on_mark = WHITE if contrast(mark, WHITE) >= contrast(mark, ink) else ink
    return {"text": text, "mark": mark, "on-mark": on_mark}


def _fill(seed: str, surface: str, ink: str, *, dark: bool) -> Sheet:
    fill, label = _solid(seed, ink, surface, dark=dark)
    light, chroma, hue = to_lch(fill)
    pale = contrast(fill, surface) < _PALE
    return {
        "fill": fill,
        "on": label,
        "hover": _state(fill, label, 0.045),
        "active": _state(fill, label, 0.08),
        "edge": fit(light + (0.1 if dark else -0.13), chroma, hue) if pale else "transparent",
    }


def _own_label(label: str, fill: str) -> Sheet:
    """The label that the tenant chose for its buttons, where it can be read on them."""
    if not label or contrast(label, fill) < TEXT:
        return {}
    hover, active = _state(fill, label, 0.045), _state(fill, label, 0.08)
    return {"brand-on": label, "brand-hover": hover, "brand-active": active}


def _solid(seed: str, ink: str, surface: str, *, dark: bool) -> tuple[str, str]:
    """A fill near ``seed`` and the label on it, white or ``ink``."""
    light, chroma, hue = _visible(seed, surface, dark=dark)
    fill = fit(light, chroma, hue) if (light, chroma, hue) != to_lch(seed) else seed
    if contrast(fill, WHITE) >= TEXT:
        return fill, WHITE
    least = _LIFT if dark else 1
    for step in _steps(0.06):
        darker = fit(light - step, chroma, hue)
        if contrast(darker, WHITE) >= TEXT and contrast(darker, surface) >= least:
            return darker, WHITE
    if contrast(fill, ink) >= TEXT:
        return fill, ink
    return _nearest((light, chroma, hue), surface, ink, least)


def _nearest(start: Lch, surface: str, ink: str, least: float) -> tuple[str, str]:
    """The lightness nearest to ``start`` that carries ink (lighter) or white (darker)."""
    light, chroma, hue = start
    for step in _steps(0.6):
        up, down = fit(light + step, chroma, hue), fit(light - step, chroma, hue)
        if contrast(up, ink) >= TEXT:
            return up, ink
        if contrast(down, WHITE) >= TEXT and contrast(down, surface) >= least:
            return down, WHITE
    return ink, WHITE


def _visible(seed: str, surface: str, *, dark: bool) -> Lch:
    light, chroma, hue = to_lch(seed)
    if chroma < 0.04 and contrast(seed, surface) < _MELTS:  # noqa: PLR2004  # nearly grey
        return (0.95 if dark else 0.25), chroma, hue
    colour = seed
    while dark and contrast(colour, surface) < _LIFT and light < 0.9:  # noqa: PLR2004  # enough
        light += 0.01
        colour = fit(light, chroma, hue)
    return light, chroma, hue


def _steps(end: float) -> Iterable[float]:
    return (STEP * count for count in range(1, round(end / STEP) + 1))


def _state(fill: str, label: str, step: float) -> str:
    """The fill while it is pointed at or pressed: away from its label if that stays readable."""
    light, chroma, hue = to_lch(fill)
    way = -1 if luminance(label) > luminance(fill) else 1
    for change in (way * step, -way * step, way * step / 2, -way * step / 2):
        if not 0.12 <= light + change <= 0.985:  # noqa: PLR2004  # neither black nor white
            continue
        colour = fit(light + change, chroma, hue)
        if colour != fill and contrast(colour, label) >= TEXT:
            return colour
    return fill


def _deep(brand: str, *, dark: bool) -> Sheet:
    light, chroma, hue = to_lch(brand)
    muddy = 0.26 if _BROWN[0] < hue < _BROWN[1] else 1
    lean = min(0.075, chroma * 0.45) * muddy
    deep = fit(0.235 if dark else 0.265, lean, hue)
    lifted = fit(0.29 if dark else 0.335, min(0.09, chroma * 0.55) * muddy, hue)
    both = [deep, lifted]
    return {
        "deep": deep,
        "deep-2": lifted,
        "deep-ink": solve((0.97, 0.01, hue), both, 7 + 0.02, 1),
        "deep-ink-2": solve((0.7, 0.03, hue), both, TEXT, 1),
        "deep-line": fit(0.34 if dark else 0.4, lean, hue),
        "deep-mark": solve((max(light, 0.6), chroma, hue), both, TEXT, 1),
    }


def _navigation(tokens: Tokens, sheet: Sheet) -> Sheet:
    names = ("nav", "nav-ink", "nav-ink-2", "nav-active", "nav-active-ink", "nav-mark", "nav-line")
    sources = {
        "deep": ("deep", "deep-ink", "deep-ink-2", "deep-2", "deep-ink", "deep-mark", "deep-line"),
        "canvas": ("canvas", "ink", "ink-2", "press", "ink", "brand-mark", ""),
        "surface": ("surface", "ink", "ink-2", "brand-soft", "brand-text", "brand-mark", "line"),
    }[tokens.nav]
    pairs = zip(names, sources, strict=True)
    return {name: sheet[source] if source else "transparent" for name, source in pairs}


_UPDOWN = {"west": ("ok", "bad"), "east": ("bad", "ok"), "cvd": ("info", "warn")}
_HERO = ("", "-ink", "-ink-2", "-line", "-soft", "-mark", "-text")


def _prices(tokens: Tokens, sheet: Sheet) -> Sheet:
    """Up and down, and the plane of the balance card, where they must be readable too.

    The card's ``hero-ok`` and its sisters stand ready for viewers who chose other price colours.
    """
    up, down = _UPDOWN[tokens.updown]
    prices: Sheet = {}
    for name, role in (("up", up), ("down", down)):
        prices |= {name: sheet[f"{role}-text"], f"{name}-soft": sheet[f"{role}-soft"]}
        prices[f"{name}-mark"] = sheet[f"{role}-mark"]
    if tokens.hero == "deep":
        both = [sheet["deep"], sheet["deep-2"]]
        plane = ("deep", "deep-ink", "deep-ink-2", "deep-line", "deep-2", "deep-mark", "deep-mark")
        gains = {role: solve((0.74, lch[1], lch[2]), both, TEXT, 1) for role, lch in ROLES.items()}
    else:
        plane = ("surface", "ink", "ink-2", "line", "press", "brand-mark", "brand-text")
        gains = {role: sheet[f"{role}-text"] for role in ROLES}
    hero = {f"hero{part}": sheet[source] for part, source in zip(_HERO, plane, strict=True)}
    hero |= {f"hero-{role}": colour for role, colour in gains.items()}
    return {**prices, **hero, "hero-up": gains[up], "hero-down": gains[down]}


def _series(brand: str, sheet: Sheet, page: _Page) -> Sheet:
    """Six colours of charts: the brand, then the hues farthest from it."""
    hue = to_lch(brand)[2]
    hues = sorted((250, 160, 75, 310, 25, 200), key=lambda other: -hue_distance(other, hue))
    cards = [sheet[name] for name in ("surface", "canvas", "raised")]
    start = 0.7 if page.dark else 0.66
    series = {"c1": sheet["brand-mark"]}
    for index, other in enumerate(hues[:5], start=2):
        series[f"c{index}"] = solve((start, 0.13, other), cards, MARK, page.way)
    return series
