"""The engine: whatever the brand, everything on the page can be read."""

from __future__ import annotations

import random

import pytest

from themes import errors, notes
from themes.engine.colour import contrast, fit, to_lch
from themes.engine.derive import derive
from themes.engine.pairs import pairs, shortfalls
from themes.engine.stylesheet import stylesheet
from themes.presets import PRESETS
from themes.tokens import Tokens

pytestmark = pytest.mark.no_database

EXTREMES = (
    "#ffffff", "#000000", "#ffff00", "#00ffff", "#ff00ff", "#c6ff3d", "#808080", "#ff0000",
    "#0000ff", "#00ff00", "#0a1f44", "#b8893b", "#777777", "#010101", "#fefefe", "#7f7f00",
)  # fmt: skip


@pytest.mark.parametrize("brand", EXTREMES)
@pytest.mark.parametrize("nav", ["surface", "canvas", "deep"])
def test_every_pair_is_readable_for_extreme_brands(brand, nav):
    sheets = derive(Tokens(brand=brand, nav=nav, hero="deep", updown="cvd"))
    assert {mode: shortfalls(sheet) for mode, sheet in sheets.items()} == {"light": [], "dark": []}


def test_every_pair_is_readable_for_brands_and_accents_drawn_at_random():
    drawn = random.Random(20261120)
    for _ in range(150):
        tokens = Tokens(
            brand=f"#{drawn.randrange(1 << 24):06x}",
            accent=f"#{drawn.randrange(1 << 24):06x}",
            tone=drawn.choice(["cool", "brand", "warm", "grey"]),
            tint=drawn.randrange(121),
            hero=drawn.choice(["surface", "deep"]),
            updown=drawn.choice(["west", "east", "cvd"]),
        )
        for mode, sheet in derive(tokens).items():
            assert shortfalls(sheet) == [], (tokens.brand, tokens.accent, mode)


@pytest.mark.parametrize("key", PRESETS)
def test_every_preset_is_readable(key):
    notes.check(PRESETS[key].tokens)


def test_the_presets_do_not_look_like_one_template():
    looks = [preset.tokens for preset in PRESETS.values()]
    assert len(looks) >= 7
    assert len({look.art for look in looks}) == len(looks)
    assert len({look.mark for look in looks}) == len(looks)
    assert len({(look.brand, look.radius, look.display) for look in looks}) == len(looks)


def test_most_brands_keep_their_exact_colour_on_buttons():
    for brand in ("#0b5d4b", "#c6ff3d", "#b8893b", "#c8102e", "#f97316", "#0a1f44"):
        assert derive(Tokens(brand=brand))["light"]["brand"] == brand


def test_a_white_brand_becomes_a_dark_button_on_a_light_page():
    light = derive(Tokens(brand="#ffffff"))["light"]
    assert contrast(light["brand"], light["surface"]) > 10
    assert light["brand-on"] == "#ffffff"


def test_a_colour_survives_the_way_to_oklch_and_back():
    for colour in ("#0b5d4b", "#c6ff3d", "#123456", "#fedcba"):
        assert fit(*to_lch(colour)) == colour


def test_words_on_buttons_that_can_be_read_are_taken_as_chosen():
    sheet = derive(Tokens(brand="#0b5d4b", label="#ffe9a8"))["light"]
    assert sheet["brand-on"] == "#ffe9a8"
    assert contrast(sheet["brand-on"], sheet["brand-hover"]) >= 4.5


def test_words_on_buttons_that_nobody_can_read_are_refused_with_a_sentence():
    with pytest.raises(errors.Unreadable) as refused:
        notes.check(Tokens(brand="#c6ff3d", label="#ffffff"))
    assert str(refused.value) == (
        "#ffffff on #c6ff3d reaches a contrast of 1.2:1 only; at least 4.5:1 is needed to read it."
    )


def test_the_pairs_cover_every_role_on_every_plane_and_tint():
    assert len(pairs()) == len(set(pairs())) == 383


def test_the_stylesheet_holds_both_modes_and_the_choice_of_the_device():
    text = stylesheet(PRESETS["voltr"].tokens)
    assert text.count("--brand-text:") == 3
    assert text.startswith(":root{--radius:14px;--density:1;")
    assert "prefers-color-scheme:dark" in text
    assert len(text) < 10_000
