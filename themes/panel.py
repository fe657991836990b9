"""The studio's controls, as data: which token is set by what, under which heading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from themes.tokens import FONTS, RANGES, TEXTS, Tokens

Text = str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One control of the panel, with the value it shows."""

    sets: str
    """The token's name."""
    label: Text
    kind: str
    """``colour``, ``choice``, ``font``, ``range`` or ``text``."""
    options: tuple[tuple[str, Text], ...] = ()
    hint: Text = ""
    value: str | int = ""
    low: int = 0
    high: int = 0
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading of the panel and its controls."""

    key: str
    title: Text
    icon: str
    controls: tuple[Control, ...]


def _choice(sets: str, label: Text, *options: tuple[str, Text]) -> Control:
    return Control(sets=sets, label=label, kind="choice", options=options)


_FONTS = tuple(FONTS.items())

_SECTIONS = (
    Section(
        key="colour",
        title=_("Colour"),
        icon="palette",
        controls=(
            Control(sets="brand", label=_("Brand colour"), kind="colour"),
            Control(
                sets="accent",
                label=_("Second colour"),
                kind="colour",
                hint=_("Leave empty to use the brand colour only."),
            ),
            Control(
                sets="label",
                label=_("Words on buttons"),
                kind="colour",
                hint=_("Leave empty and we take what reads best."),
            ),
            _choice(
                "tone", _("Neutral tone"), ("cool", _("Cool")), ("brand", _("Brand")),
                ("warm", _("Warm")), ("grey", _("Grey")),
            ),
            Control(sets="tint", label=_("Strength of the tone"), kind="range", unit="%"),
            _choice(
                "mode", _("Light or dark"), ("light", _("Light")), ("dark", _("Dark")),
                ("auto", _("Automatic")),
            ),
            _choice(
                "updown", _("Price colours"), ("west", _("Green up")), ("east", _("Red up")),
                ("cvd", _("Blue up")),
            ),
        ),
    ),
    Section(
        key="type",
        title=_("Type"),
        icon="type",
        controls=(
            Control(sets="display", label=_("Headings and figures"), kind="font", options=_FONTS),
            Control(sets="font", label=_("Text"), kind="font", options=_FONTS),
            _choice(
                "weight", _("Weight of headings"), ("500", _("Medium")), ("600", _("Strong")),
                ("700", _("Bold")),
            ),
            _choice(
                "track", _("Spacing of headings"), ("tight", _("Tight")), ("snug", _("Snug")),
                ("none", _("Normal")),
            ),
        ),
    ),
    Section(
        key="shape",
        title=_("Shape"),
        icon="square-round-corner",
        controls=(
            Control(sets="radius", label=_("Corner radius"), kind="range", unit="px"),
            _choice(
                "elev", _("Depth"), ("flat", _("Flat")), ("soft", _("Soft")),
                ("lifted", _("Lifted")),
            ),
            _choice(
                "density", _("Density"), ("compact", _("Compact")), ("cosy", _("Cosy")),
                ("roomy", _("Roomy")),
            ),
            _choice(
                "nav", _("Side navigation"), ("surface", _("Light")), ("canvas", _("Blended")),
                ("deep", _("Deep")),
            ),
            _choice("hero", _("Balance card"), ("surface", _("Plain")), ("deep", _("Deep"))),
            _choice("canvas", _("Page"), ("tint", _("Tinted")), ("white", _("White"))),
        ),
    ),
    Section(
        key="sign-in",
        title=_("Sign-in page"),
        icon="log-in",
        controls=(
            Control(
                sets="art",
                label=_("Drawing"),
                kind="font",
                options=(
                    ("waves", _("Waves")), ("rings", _("Rings")), ("bars", _("Candles")),
                    ("lattice", _("Star lattice")), ("arcs", _("Scales")),
                    ("grid", _("Horizon")), ("rays", _("Rays")),
                ),
            ),
            Control(
                sets="mark",
                label=_("Mark, until there is a logo"),
                kind="font",
                options=(
                    ("arch", _("Arch")), ("shield", _("Shield")), ("bolt", _("Bolt")),
                    ("star", _("Star")), ("coin", _("Coin")), ("sun", _("Sun")),
                    ("peaks", _("Peaks")),
                ),
            ),
            Control(sets="pitch", label=_("Headline"), kind="text"),
            Control(sets="pitch_note", label=_("Line below it"), kind="text"),
            Control(
                sets="risk",
                label=_("Risk warning"),
                kind="text",
                hint=_("Stands under every page of the trader's room and in every mail."),
            ),
        ),
    ),
)  # fmt: skip


def sections(tokens: Tokens) -> tuple[Section, ...]:
    """The panel with the values of ``tokens``."""
    return tuple(
        Section(key=s.key, title=s.title, icon=s.icon, controls=tuple(_filled(s, tokens)))
        for s in _SECTIONS
    )


def _filled(section: Section, tokens: Tokens) -> Iterator[Control]:
    for control in section.controls:
        low, high = RANGES.get(control.sets, (0, TEXTS.get(control.sets, 0)))
        yield Control(
            sets=control.sets,
            label=control.label,
            kind=control.kind,
            options=control.options,
            hint=control.hint,
            value=getattr(tokens, control.sets),
            low=low,
            high=high,
            unit=control.unit,
        )
