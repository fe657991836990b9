"""Logos: what is uploaded is never what is served (CSP-03)."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kernel.errors import Refused
from themes import errors
from themes.logos import read_logo

pytestmark = pytest.mark.no_database

NS = 'xmlns="http://www.w3.org/2000/svg"'
GOOD = f'<svg {NS} viewBox="0 0 120 30"><rect width="120" height="30" fill="#0b5d4b"/></svg>'

HOSTILE = {
    "a script": f"<svg {NS} viewBox='0 0 1 1'><script>alert(1)</script></svg>",
    "an event handler": f"<svg {NS} viewBox='0 0 1 1' onload='alert(1)'/>",
    "an animation": f"<svg {NS} viewBox='0 0 1 1'><animate attributeName='href' to='x'/></svg>",
    "foreign markup": f"<svg {NS} viewBox='0 0 1 1'><foreignObject><b/></foreignObject></svg>",
    "markup of another kind": (
        f"<svg {NS} viewBox='0 0 1 1'><x:script xmlns:x='http://www.w3.org/1999/xhtml'/></svg>"
    ),
    "a link": f"<svg {NS} viewBox='0 0 1 1'><a href='javascript:alert(1)'><rect/></a></svg>",
    "an image from elsewhere": (
        f"<svg {NS} viewBox='0 0 1 1'><image href='https://evil.example/x.png'/></svg>"
    ),
    "a use from elsewhere": f"<svg {NS} viewBox='0 0 1 1'><use href='//evil.example#x'/></svg>",
    "a data address": f"<svg {NS} viewBox='0 0 1 1'><use href='data:image/svg+xml,x'/></svg>",
    "a fill from elsewhere": (
        f"<svg {NS} viewBox='0 0 1 1'><rect fill='url(https://evil.example/x)'/></svg>"
    ),
    "a style that fetches": (
        f"<svg {NS} viewBox='0 0 1 1'><rect style='fill:url(//evil.example/x)'/></svg>"
    ),
    "a style sheet": f"<svg {NS} viewBox='0 0 1 1'><style>@import '//evil.example'</style></svg>",
    "an entity bomb": (
        "<?xml version='1.0'?><!DOCTYPE s [<!ENTITY a 'aa'><!ENTITY b '&a;&a;'>]>"
        f"<svg {NS} viewBox='0 0 1 1'><title>&b;</title></svg>"
    ),
    "an outside entity": (
        "<?xml version='1.0'?><!DOCTYPE s [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
        f"<svg {NS} viewBox='0 0 1 1'><title>&a;</title></svg>"
    ),
    "text in a font of the viewer's": f"<svg {NS} viewBox='0 0 1 1'><text>x</text></svg>",
}


def read(data: bytes | str, **options: bool):
    raw = data.encode() if isinstance(data, str) else data
    return read_logo(io.BytesIO(raw), len(raw), **options)


def png(width: int = 40, height: int = 20, colour: str = "#c8102e", **more: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(written, "PNG", **more)
    return written.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A tiny file that says it is a huge picture."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    head = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + head + struct.pack(">I", len(data) - 4) + data + b"\0\0\0\0"


@pytest.mark.parametrize("what", HOSTILE)
def test_csp_03_an_svg_that_is_more_than_a_drawing_is_refused(what):
    with pytest.raises(errors.LogoUnsafe):
        read(HOSTILE[what])


def test_csp_03_a_refused_svg_is_explained():
    with pytest.raises(errors.LogoUnsafe) as refused:
        read(HOSTILE["a script"])
    assert str(refused.value) == (
        "This SVG contains <script>, which a logo may not have. Save it as a plain drawing"
        " without scripts, links or text, or send a PNG."
    )


def test_csp_03_a_clean_svg_is_rebuilt_with_a_size():
    picture = read(GOOD)
    assert picture.data.decode() == (
        '<svg viewBox="0 0 120 30" width="256" height="64" xmlns="http://www.w3.org/2000/svg">'
        '<rect width="120" height="30" fill="#0b5d4b" /></svg>'
    )
    assert (picture.width, picture.height, picture.colours) == (256, 64, ("#0b5d4b",))


def test_csp_03_what_an_editor_leaves_is_left_out():
    drawn = (
        f'<?xml version="1.0"?><!-- drawn --><svg {NS} xmlns:i="http://www.inkscape.org/ns"'
        ' i:version="1" width="64px" height="64" data-name="x"><metadata><a/></metadata>'
        '<path style="fill:#123456;stroke:none;-inkscape-font:x" d="M0 0L9 9Z"/></svg>'
    )
    assert read(drawn).data.decode() == (
        '<svg width="64" height="64" viewBox="0 0 64 64" xmlns="http://www.w3.org/2000/svg">'
        '<path fill="#123456" stroke="none" d="M0 0L9 9Z" /></svg>'
    )


@settings(max_examples=150, deadline=None)
@given(
    name=st.from_regex(r"[a-zA-Z:-]{1,14}", fullmatch=True),
    attribute=st.from_regex(r"[a-zA-Z-]{1,14}", fullmatch=True),
    value=st.text(max_size=30),
)
def test_csp_03_no_made_up_svg_leads_outside(name, attribute, value):
    quoted = value.replace("&", "").replace("<", "").replace('"', "")
    svg = f'<svg {NS} viewBox="0 0 9 9"><{name} {attribute}="{quoted}"/></svg>'
    try:
        written = read(svg).data.decode().lower()
    except Refused:
        return
    rest = written.replace("http://www.w3.org/2000/svg", "")
    assert [bad for bad in ("script", "//", "javascript", "data:", " on") if bad in rest] == []


def test_a_logo_of_twenty_megabytes_is_refused_with_a_sentence():
    with pytest.raises(errors.LogoTooLarge) as refused:
        read_logo(io.BytesIO(b""), 20 * 1024 * 1024)
    assert str(refused.value) == "This file has 20.0 MB. A logo may have at most 2 MB."


@pytest.mark.parametrize("side", [5_000, 10_000, 20_000])
def test_a_small_file_of_a_huge_picture_is_refused_before_it_is_decoded(side):
    with pytest.raises(errors.LogoTooManyPixels) as refused:
        read(png_header(side, side))
    assert str(refused.value) == (
        "This picture is larger than 4096 by 4096 pixels. Send a smaller one."
    )


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"GIF89a" + b"\0" * 40, b"hello", b"MZ\x90"])
def test_a_file_that_is_no_picture_is_refused(data):
    with pytest.raises(errors.LogoUnknownKind):
        read(data)


def test_a_cut_picture_is_refused():
    with pytest.raises(errors.LogoDamaged):
        read(png(400, 400)[:120])


@pytest.mark.parametrize("svg", ["<svg", f"<svg {NS}/>", f"<svg {NS} viewBox='0 0 a b'/>"])
def test_a_broken_svg_is_refused(svg):
    with pytest.raises(errors.LogoDamaged):
        read(svg)


def test_csp_03_a_raster_is_written_anew_without_what_hides_in_it():
    hidden = png() + b"<script>alert(1)</script>"
    picture = read(hidden)
    assert b"script" not in picture.data
    assert Image.open(io.BytesIO(picture.data)).info == {}


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_every_raster_becomes_a_png_of_a_sensible_size(kind):
    written = io.BytesIO()
    Image.new("RGB", (3000, 1500), "#0b5d4b").save(written, kind)
    picture = read(written.getvalue())
    assert (picture.file.endswith(".png"), picture.width, picture.height) == (True, 1024, 512)


def test_an_icon_is_centred_on_a_square():
    picture = read(png(400, 200), square=True)
    image = Image.open(io.BytesIO(picture.data))
    assert image.size == (512, 512)
    assert image.getpixel((5, 5)) == (0, 0, 0, 0)


def test_the_main_colours_are_read_and_white_does_not_count():
    image = Image.new("RGB", (90, 30), "#ffffff")
    image.paste("#0b5d4b", (0, 0, 40, 30))
    image.paste("#c8a24a", (40, 0, 60, 30))
    written = io.BytesIO()
    image.save(written, "PNG")
    assert read(written.getvalue()).colours == ("#0b5d4b", "#c8a24a")
