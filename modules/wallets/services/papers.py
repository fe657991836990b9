"""Statements on the broker's paper, in every script that the product's fonts have."""

from __future__ import annotations

import io
import logging
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from unicodedata import bidirectional

from django.contrib.staticfiles import finders
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont
from fpdf import FPDF, XPos, YPos

from kernel import clock
from kernel.money import Money, exponent
from modules.wallets.types import Statement
from themes import queries as themes

logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells every table that it prunes

FONTS = ("inter-latin", "inter-latin-ext", "inter-cyrillic", "inter-greek", "vazirmatn-arabic")
"""The product's own web fonts; the first has most letters, the others help out."""
WEIGHTS = {"": 400, "B": 600}
MARGIN = 16.0
ROW = 7.5
WIDTHS = (36.0, 74.0, 34.0, 34.0)
"""Millimetres: time, what, amount, balance; A4 less its margins."""
INK, MUTED, RULE = (24, 26, 32), (110, 114, 124), (226, 228, 232)


class _Paper(FPDF):
    """A page with the broker's name above and the page's number below."""

    def __init__(self, brand: Mapping[str, Any]) -> None:
        super().__init__(format="A4")
        self.brand = brand
        self.is_rtl = brand["dir"] == "rtl"
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=22)
        for style, weight in WEIGHTS.items():
            for name, file in _fonts(weight).items():
                self.add_font(name, style=style, fname=file)
        self.set_fallback_fonts(list(FONTS[1:]), exact_match=True)
        self.write_as(10)

    def write_as(self, size: float, *, style: str = "", colour: tuple[int, ...] = INK) -> None:
        """The size (points), weight and colour of what follows."""
        self.set_font(FONTS[0], style=style, size=size)
        self.set_text_color(*colour)

    def turn_for(self, text: str) -> None:
        """Let ``text`` run as its script does: figures and Latin words are not turned round."""
        turns = self.is_rtl and any(bidirectional(letter) in {"R", "AL"} for letter in text)
        self.set_text_shaping(use_shaping_engine=True, direction="rtl" if turns else "ltr")

    def line_of(self, text: str, height: float = 6) -> None:
        """A line of its own, at the side where reading begins."""
        align = "R" if self.is_rtl else "L"
        self.turn_for(text)
        self.cell(0, height, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def header(self) -> None:
        """The broker's logo or name, and a rule in his colour."""
        logo = _logo(self.brand)
        if logo:
            x = self.w - MARGIN - 40 if self.is_rtl else MARGIN
            self.image(io.BytesIO(logo), x=x, y=MARGIN - 4, w=40, h=10, keep_aspect_ratio=True)
            self.ln(9)
        else:
            self.write_as(14, style="B")
            self.line_of(self.brand["name"], 8)
        self.set_draw_color(*_rgb(self.brand["light"]["brand"]))
        self.set_line_width(0.8)
        self.line(MARGIN, self.get_y() + 1, self.w - MARGIN, self.get_y() + 1)
        self.ln(6)

    def footer(self) -> None:
        """Who wrote it, and which page it is."""
        self.set_y(-14)
        self.write_as(8, colour=MUTED)
        text = _("%(name)s · page %(page)s") % {"page": self.page_no(), "name": self.brand["name"]}
        self.turn_for(text)
        self.cell(0, 5, text, align="C")

    def row(
        self, cells: tuple[str, ...], *, style: str = "", colour: tuple[int, ...] = INK
    ) -> None:
        """A row of the table, with a thin rule below; it mirrors itself for right-to-left."""
        aligns = ("R", "R", "L", "L") if self.is_rtl else ("L", "L", "R", "R")
        columns = list(zip(cells, WIDTHS, aligns, strict=True))
        self.write_as(9, style=style, colour=colour)
        for text, width, align in reversed(columns) if self.is_rtl else columns:
            self.turn_for(text)
            self.cell(width, ROW, self.fitted(text, width), align=align)
        self.ln(ROW)
        self.set_draw_color(*RULE)
        self.set_line_width(0.2)
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())

    def fitted(self, text: str, width: float) -> str:
        """``text``, cut with an ellipsis where it is wider than its column."""
        if self.get_string_width(text) <= width - 2:
            return text
        while text and self.get_string_width(f"{text}…") > width - 2:
            text = text[:-1]
        return f"{text}…"


def statement_paper(found: Statement) -> bytes:
    """A statement as a PDF with the pinned broker's name, logo and colour.

    Written in the active language; right-to-left languages mirror the page. Times are UTC.
    """
    paper = _Paper(themes.mail_brand())
    title = _("Statement of the %(currency)s wallet") % {"currency": found.currency}
    paper.set_title(title)
    paper.set_creation_date(clock.now())
    paper.add_page()
    _opening(paper, found, title)
    paper.row((_("Time (UTC)"), _("What"), _("Amount"), _("Balance")), style="B", colour=MUTED)
    for line in found.lines:
        what = " · ".join(filter(None, [str(line.kind_label), line.note]))
        at = line.posted_at.strftime("%Y-%m-%d %H:%M")
        paper.row((at, what, _figure(line.amount, sign=True), _figure(line.balance_after)))
    if found.is_cut:
        paper.ln(4)
        paper.write_as(10, colour=MUTED)
        paper.line_of(_("There is more than fits here: ask for fewer days, or for the file."))
    if not found.lines:
        paper.ln(4)
        paper.write_as(10, colour=MUTED)
        paper.line_of(_("Nothing happened in this time."))
    return bytes(paper.output())


def _opening(paper: _Paper, found: Statement, title: str) -> None:
    paper.write_as(17, style="B")
    paper.line_of(title, 9)
    paper.write_as(10, colour=MUTED)
    words = {"from": date_format(found.from_on), "to": date_format(found.to_on)}
    paper.line_of(_("From %(from)s to %(to)s") % words)
    paper.line_of(found.client_name)
    paper.ln(3)
    paper.write_as(11, style="B")
    for label, amount in ((_("Opening"), found.opening), (_("Closing"), found.closing)):
        paper.line_of(f"{label}: {_figure(amount)} {amount.currency}")
    paper.ln(4)


def _figure(amount: Money | None, *, sign: bool = False) -> str:
    if amount is None:
        return ""
    text = f"{abs(amount.amount):,.{exponent(amount.currency)}f}"
    return ("-" if amount.minor < 0 else "+" if sign else "") + text


def _logo(brand: Mapping[str, Any]) -> bytes | None:
    file = brand["logo_url"].rpartition("/t/")[2]
    return themes.logo_bytes(file) if file else None


def _rgb(colour: str) -> tuple[int, ...]:
    digits = colour.lstrip("#")
    return tuple(int(digits[place : place + 2], 16) for place in (0, 2, 4))


@lru_cache
def _fonts(weight: int) -> Mapping[str, str]:
    """The web fonts as files that a PDF can hold: one weight, uncompressed; made once."""
    folder = Path(tempfile.mkdtemp(prefix="atrium-fonts-"))
    made = {}
    for name in FONTS:
        source = finders.find(f"ui/fonts/{name}-wght-normal.woff2")
        font = instantiateVariableFont(TTFont(source), {"wght": weight})
        font.flavor = None
        target = folder / f"{name}-{weight}.ttf"
        font.save(target)
        made[name] = str(target)
    return made
