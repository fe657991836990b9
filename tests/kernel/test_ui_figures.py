"""Figures and instants on a page."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from kernel import clock
from kernel.money import Money
from kernel.ui import figures

pytestmark = pytest.mark.no_database

NOW = dt.datetime(2026, 11, 20, 14, 3, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("amount", "options", "text"),
    [
        (Money(2827706, "USD"), {}, "$28,277.06"),
        (Money(-10158, "EUR"), {}, "−€101.58"),  # noqa: RUF001 - a true minus
        (Money(67155, "USD"), {"sign": True}, "+$671.55"),
        (Money(0, "USD"), {"sign": True}, "$0.00"),
        (Money(5, "JPY"), {}, "¥5"),
        (Money(1_250, "KWD"), {}, "KWD\N{NO-BREAK SPACE}1.250"),
        (Money(1, "BTC"), {}, "₿0.00000001"),
    ],
)
def test_money_is_written_with_its_sign_its_symbol_and_all_its_places(amount, options, text):
    assert figures.money(amount, **options) == f'<bdi dir="ltr">{text}</bdi>'


def test_money_is_coloured_by_its_sign():
    assert figures.money(Money(1, "USD"), tone=True) == '<bdi dir="ltr" class="up">$0.01</bdi>'
    assert figures.money(Money(0, "USD"), tone=True) == '<bdi dir="ltr" class="faint">$0.00</bdi>'


def test_the_cents_of_a_hero_figure_are_smaller():
    shown = figures.money(Money(2827706, "USD"), small=True)
    assert shown == '<bdi dir="ltr">$28,277<small>.06</small></bdi>'


def test_what_is_not_known_is_a_dash():
    dash = '<span class="faint">\N{EN DASH}</span>'
    empty = [figures.money(None), figures.figure(None), figures.instant(None), figures.day(None)]
    assert empty == [dash] * 4


def test_figures_are_rounded_half_even_and_grouped():
    assert figures.figure(Decimal("1234567.125")) == '<bdi dir="ltr">1,234,567.12</bdi>'
    assert figures.percent(910, 0) == '<bdi dir="ltr">910%</bdi>'


def test_an_instant_is_shown_in_the_active_time_zone_and_told_in_utc():
    with timezone.override("Asia/Dubai"):
        shown = figures.instant(NOW)
    assert shown == (
        '<time datetime="2026-11-20T14:03:09+00:00" title="20 November 2026, 18:03:09 +04">'
        "<bdi>20 Nov 2026, 18:03</bdi></time>"
    )


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (dt.timedelta(seconds=20), "just now"),
        (dt.timedelta(minutes=3), "3\N{NO-BREAK SPACE}minutes ago"),
        (dt.timedelta(days=-1), "in 1\N{NO-BREAK SPACE}day"),
    ],
)
def test_how_long_ago_is_said_in_one_unit(before, text):
    with clock.frozen(NOW):
        assert f">{text}</time>" in figures.ago(NOW - before)


def test_a_day_is_written_as_the_language_writes_it():
    with translation.override("zh-hans"):
        assert figures.day(NOW.date()) == '<time datetime="2026-11-20">2026-11-20</time>'


def test_what_a_person_wrote_cannot_become_markup():
    assert figures.ltr("<b>") == '<bdi dir="ltr">&lt;b&gt;</bdi>'
