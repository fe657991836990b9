"""Tokens: of a closed kind, so nothing but a look can be said with them (CSP-02)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from themes import errors
from themes.engine.stylesheet import stylesheet
from themes.tokens import CHOICES, COLOURS, RANGES, TEXTS, Tokens

pytestmark = pytest.mark.no_database

MALICIOUS = (
    "red",
    "#12",
    "#12345",
    "#1234567",
    "#ggg",
    "#fff;}body{display:none}",
    "#fff}",
    "#fff/*",
    "#fff\n",
    "#ffﬀff",
    "expression(alert(1))",
    "url(//evil.example/x)",
    "url('javascript:alert(1)')",
    "var(--x)",
    "rgb(0 0 0)",
    "</style><script>alert(1)</script>",
    "@import '//evil.example'",
    "1e3",
    "-1",
    "8px",
    "999",
    "0x10",
    "٣",
    "\\23 fff",
    "",
    " ",
    None,
    True,
    3.5,
    ["#ffffff"],
    {"a": 1},
)
"""Values that try to be more than a colour, a number or a name."""

CLOSED = sorted({*COLOURS, *RANGES, *CHOICES})
MAY_BE_EMPTY = {"accent", "label"}


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("value", MALICIOUS, ids=repr)
def test_csp_02_a_value_that_is_more_than_a_look_is_refused(name, value):
    if name in MAY_BE_EMPTY and value in ("", None):
        assert getattr(Tokens.read({name: value}), name) == ""
        return
    if name == "brand" and value == "#fff\n":
        value = "#fff\n}"
    if name in COLOURS and value == "#fff\n":
        assert getattr(Tokens.read({name: value}), name) == "#ffffff"
        return
    with pytest.raises(errors.BadToken):
        Tokens.read({name: value})


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "value", ["<b>x</b>", "a\nb", "\x00", "x" * 1001, "</style>", None, 5], ids=repr
)
def test_csp_02_a_sentence_cannot_hold_markup_or_control_characters(name, value):
    with pytest.raises(errors.BadToken):
        Tokens.read({name: value})


def test_csp_02_an_unknown_token_is_refused():
    with pytest.raises(errors.BadToken) as refused:
        Tokens.read({"custom_css": "body{}"})
    assert str(refused.value) == "This value is not allowed: custom_css."


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(CLOSED), value=st.text(max_size=40))
def test_csp_02_whatever_is_accepted_stays_one_declaration(name, value):
    try:
        tokens = Tokens.read({name: value})
    except errors.BadToken:
        return
    text = stylesheet(tokens)
    assert text.count("{") == text.count("}") == 4
    assert not re.search(r"url|expression|import|script|<|\\|/\*", text)


def test_a_short_colour_is_written_in_full():
    assert Tokens.read({"brand": " #AbC "}).brand == "#aabbcc"


def test_tokens_survive_being_stored():
    tokens = Tokens.read({"brand": "#0b5d4b", "radius": "14", "mode": "auto", "pitch": "ثقة"})
    assert Tokens.read(tokens.as_dict()) == tokens


def test_what_is_not_given_stays_as_it_was():
    before = Tokens(brand="#0b5d4b", radius=5)
    assert Tokens.read({"radius": 9}, base=before) == Tokens(brand="#0b5d4b", radius=9)
