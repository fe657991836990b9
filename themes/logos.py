"""Logos: what is uploaded is never what is served.

Rasters are decoded and written anew, which leaves metadata and anything hidden behind the
picture (a polyglot's script) behind. An SVG is rebuilt from a list of shapes and attributes
that can only draw (CSP-03).
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import IO

from PIL import Image, UnidentifiedImageError

from themes import errors, vector

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 4096
"""On each side, before it is scaled down."""
_SCALED_TO = 1024
_SQUARE = 512
_KINDS = ("PNG", "JPEG", "WEBP")
_NEAR = 48
_LEAST_SHARE = 0.02
_OPAQUE = 128
_WHITE = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A logo ready to be served."""

    file: str
    """``<sha>.<ext>``."""
    data: bytes
    width: int
    height: int
    colours: tuple[str, ...]


def read_logo(upload: IO[bytes], size: int, *, square: bool = False) -> Picture:
    """Check an uploaded logo and write it anew.

    Args:
        upload: The open file.
        size: Its length in bytes, as received.
        square: It will be an icon: a raster is centred on a transparent square.

    Raises:
        errors.LogoTooLarge: More than 2 MB.
        errors.LogoTooManyPixels: More than 4096 pixels on a side.
        errors.LogoUnknownKind: Neither PNG, JPEG, WebP nor SVG, whatever its name says.
        errors.LogoDamaged: It cannot be decoded.
        errors.LogoUnsafe: An SVG holds something that is not a drawing.
    """
    if size > MOST_BYTES:
        raise errors.LogoTooLarge(size=f"{size / 1048576:.1f}", most=MOST_BYTES // 1048576)
    data = upload.read(MOST_BYTES + 1)
    if _is_text(data):
        drawing = vector.clean(data)
        return _picture(drawing.data, "svg", (drawing.width, drawing.height), drawing.colours)
    return _raster(data, square=square)


def _is_text(data: bytes) -> bool:
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg"))


def _raster(data: bytes, *, square: bool) -> Picture:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=_KINDS)
            _check_size(opened)
            opened.load()
            # A picture with a shallow palette or of odd depth becomes plain colour with alpha.
            picture = opened.convert("RGBA")
    except UnidentifiedImageError as error:
        raise errors.LogoUnknownKind from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise errors.LogoTooManyPixels(most=MOST_PIXELS) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise errors.LogoDamaged from error
    if square:
        picture = _squared(picture)
    else:
        picture.thumbnail((_SCALED_TO, _SCALED_TO), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return _picture(written.getvalue(), "png", picture.size, _main_colours(picture))


def _check_size(picture: Image.Image) -> None:
    if max(picture.size) > MOST_PIXELS:
        raise errors.LogoTooManyPixels(most=MOST_PIXELS)


def _squared(picture: Image.Image) -> Image.Image:
    picture.thumbnail((_SQUARE, _SQUARE), Image.Resampling.LANCZOS)
    canvas = Image.new("RGBA", (_SQUARE, _SQUARE), (0, 0, 0, 0))
    left, top = ((_SQUARE - side) // 2 for side in picture.size)
    canvas.paste(picture, (left, top))
    return canvas


def _main_colours(picture: Image.Image) -> tuple[str, ...]:
    """The colours that fill most of the picture; whites and what is transparent do not count."""
    small = picture.copy()
    small.thumbnail((96, 96))
    raw = small.tobytes()
    quads = (raw[place : place + 4] for place in range(0, len(raw), 4))
    pixels = [tuple(quad[:3]) for quad in quads if quad[3] >= _OPAQUE and min(quad) <= _WHITE]
    if not pixels:
        return ()
    flat = Image.new("RGB", (len(pixels), 1))
    flat.putdata(pixels)
    counted = flat.quantize(8).convert("RGB").getcolors(len(pixels)) or []
    least = len(pixels) * _LEAST_SHARE
    chosen: list[tuple[int, ...]] = []
    for count, colour in sorted(counted, key=lambda pair: -pair[0]):
        channels = colour if isinstance(colour, tuple) else (0, 0, 0)
        if count >= least and all(_distance(channels, other) > _NEAR for other in chosen):
            chosen.append(channels)
    return tuple("#" + "".join(f"{int(c):02x}" for c in colour) for colour in chosen[:5])


def _distance(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return max(abs(int(a) - int(b)) for a, b in zip(one, other, strict=True))


def _picture(data: bytes, ext: str, size: tuple[int, int], colours: tuple[str, ...]) -> Picture:
    name = hashlib.sha256(data).hexdigest()[:20]
    width, height = size
    return Picture(file=f"{name}.{ext}", data=data, width=width, height=height, colours=colours)
