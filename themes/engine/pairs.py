"""Which colour must be readable on which, and the measure of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from themes.engine.colour import contrast
from themes.engine.derive import PLANES, Sheet

_ROLES = ("brand", "accent", "ok", "warn", "bad", "info")


@dataclass(frozen=True, slots=True)
class Pair:
    """A colour on another and the least contrast between them (WCAG 2.2)."""

    front: str
    back: str
    least: float


@cache
def pairs() -> tuple[Pair, ...]:
    """Every pair that components use."""
    return (*_texts(), *_marks(), *_labels(), *_areas())


def shortfalls(sheet: Sheet) -> list[tuple[Pair, float]]:
    """The pairs of one mode that miss their contrast, with what they reach."""
    measured = ((pair, contrast(sheet[pair.front], sheet[pair.back])) for pair in pairs())
    return [(pair, reached) for pair, reached in measured if reached < pair.least]


def _texts() -> Iterator[Pair]:
    tints = [f"{role}{tint}" for role in _ROLES for tint in ("-soft", "-soft-2")]
    for back in (*PLANES, *tints):
        yield Pair("ink", back, 7)
        for front in ("ink-2", "ink-3", "up", "down"):
            yield Pair(front, back, 4.5)
        for role in _ROLES:
            yield Pair(f"{role}-text", back, 4.5)
            yield Pair(f"{role}-mark", back, 3)


def _marks() -> Iterator[Pair]:
    for back in ("surface", "canvas", "raised"):
        yield Pair("control", back, 3)
        for index in range(1, 7):
            yield Pair(f"c{index}", back, 3)


def _labels() -> Iterator[Pair]:
    for role in _ROLES:
        yield Pair(f"{role}-on", role, 4.5)
        yield Pair(f"{role}-on", f"{role}-hover", 4.5)
        if role != "accent":
            yield Pair(f"{role}-on", f"{role}-active", 4.5)
            yield Pair(f"{role}-on-mark", f"{role}-mark", 3)


def _areas() -> Iterator[Pair]:
    for back in ("deep", "deep-2"):
        yield from (Pair("deep-ink", back, 7), Pair("deep-ink-2", back, 4.5))
        yield Pair("deep-mark", back, 4.5)
    for back in ("hero", "hero-soft"):
        yield from (Pair("hero-ink", back, 7), Pair("hero-ink-2", back, 4.5))
        for front in ("up", "down", "ok", "bad", "info", "warn"):
            yield Pair(f"hero-{front}", back, 4.5)
        yield from (Pair("hero-text", back, 4.5), Pair("hero-mark", back, 3))
    yield from (Pair("ink", back, 7) for back in ("btn", "btn-hover", "seg-on"))
    yield from (Pair("nav-ink", "nav", 7), Pair("nav-ink-2", "nav", 4.5))
    yield from (Pair("nav-active-ink", "nav-active", 4.5), Pair("nav-ink-2", "nav-active", 4.5))
    yield Pair("nav-mark", "nav", 3)
