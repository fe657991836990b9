"""SVG logos, rebuilt from shapes and attributes that can only draw.

What is not on the lists refuses the whole file: a logo that loses a part silently would be a
surprise on the broker's page, and a filter that repairs is a filter to get around.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, ParseError, tostring  # only built and written here

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from themes import errors

_NS: Final = "http://www.w3.org/2000/svg"
_SHAPES: Final = frozenset(
    {
        "svg", "g", "defs", "symbol", "use", "title", "desc",
        "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
        "linearGradient", "radialGradient", "stop", "clipPath", "mask",
    }
)  # fmt: skip
_IGNORED: Final = frozenset({"metadata", "namedview"})
"""Editors leave these; they draw nothing and are left out."""
_ATTRIBUTES: Final = frozenset(
    {
        "id", "viewBox", "width", "height", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r",
        "rx", "ry", "fx", "fy", "d", "points", "transform", "fill", "fill-opacity", "fill-rule",
        "stroke", "stroke-width", "stroke-opacity", "stroke-linecap", "stroke-linejoin",
        "stroke-miterlimit", "stroke-dasharray", "stroke-dashoffset", "opacity", "clip-path",
        "clip-rule", "mask", "offset", "stop-color", "stop-opacity", "gradientUnits",
        "gradientTransform", "spreadMethod", "clipPathUnits", "maskUnits", "maskContentUnits",
        "preserveAspectRatio", "version", "color",
    }
)  # fmt: skip
_HARMLESS: Final = frozenset({"class", "data-name", "role", "focusable", "space", "baseProfile",
    "enable-background", "aria-hidden", "aria-label", "overflow"})  # fmt: skip
"""Dropped without a word: they change nothing in a picture that stands alone."""
_STYLED: Final = frozenset(
    name for name in _ATTRIBUTES if name.startswith(("fill", "stroke", "stop", "opacity", "clip"))
)
_REFERENCE: Final = re.compile(r"url\(\s*#[\w.-]{1,80}\s*\)", re.ASCII)
_LOCAL: Final = re.compile(r"#[\w.-]{1,80}", re.ASCII)
_PLAIN: Final = re.compile(r"[\w\s#.,%()+/'-]*", re.ASCII)
_NUMBER: Final = re.compile(r"\s*([0-9]{1,5}(?:\.[0-9]+)?)\s*(?:px)?\s*", re.ASCII)
_HEX: Final = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})", re.ASCII)
_MOST_ELEMENTS: Final = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A clean SVG."""

    data: bytes
    width: int
    height: int
    colours: tuple[str, ...]


def clean(data: bytes) -> Drawing:
    """Rebuild an SVG from what a drawing may hold.

    Raises:
        errors.LogoUnsafe: It holds something else: a script, an event handler, text, an image,
            a link, an animation, a style sheet, a document type.
        errors.LogoDamaged: It is not well-formed, or says no size.
        errors.LogoUnknownKind: It is XML, but no SVG.
    """
    try:
        root = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as error:
        raise errors.LogoUnsafe(what="<!DOCTYPE>") from error
    except (ParseError, ValueError, LookupError) as error:
        raise errors.LogoDamaged from error
    if _local(root.tag) != "svg":
        raise errors.LogoUnknownKind
    if sum(1 for _ in root.iter()) > _MOST_ELEMENTS:
        raise errors.LogoUnsafe(what="too many shapes")
    drawing = _rebuilt(root)
    width, height = _size(drawing)
    drawing.set("xmlns", _NS)
    text = tostring(drawing, encoding="unicode")
    return Drawing(data=text.encode(), width=width, height=height, colours=_colours(text))


def _rebuilt(element: Element) -> Element:
    name = _local(element.tag)
    if name not in _SHAPES:
        raise errors.LogoUnsafe(what=f"<{name}>")
    made = Element(name, _attributes(element.attrib))
    if name in {"title", "desc"}:
        made.text = (element.text or "")[:200]
        return made
    for child in element:
        if not isinstance(child.tag, str):  # a comment or an instruction
            continue
        if _local(child.tag) not in _IGNORED:
            made.append(_rebuilt(child))
    return made


def _attributes(given: Mapping[str, str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    for full, value in given.items():
        space, name = _split(full)
        if name == "href" and space in {"", "http://www.w3.org/1999/xlink"}:
            kept["href"] = _checked(name, value, _LOCAL)
        elif space and space != _NS:
            continue  # an editor's own note
        elif name == "style":
            kept |= _style(value)
        elif name in _ATTRIBUTES:
            kept[name] = _value(name, value)
        elif name not in _HARMLESS:
            raise errors.LogoUnsafe(what=name)
    return kept


def _style(text: str) -> dict[str, str]:
    """Declarations of a ``style`` attribute as attributes of their own."""
    kept = {}
    for declaration in text.split(";"):
        name, colon, value = declaration.partition(":")
        name = name.strip().lower()
        if not colon:
            continue
        if name in _STYLED:
            kept[name] = _value(name, value.strip())
        elif not re.fullmatch(r"[a-z-]{1,40}", name) or not _PLAIN.fullmatch(value):
            raise errors.LogoUnsafe(what="style")
        elif "url" in value.lower():
            raise errors.LogoUnsafe(what="url()")
    return kept


def _value(name: str, value: str) -> str:
    if "url" in value.lower():
        return _checked(name, value.strip(), _REFERENCE)
    return _checked(name, value, _PLAIN)


def _checked(name: str, value: str, pattern: re.Pattern[str]) -> str:
    if not pattern.fullmatch(value):
        raise errors.LogoUnsafe(what=name)
    return value


def _split(tag: str) -> tuple[str, str]:
    space, brace, name = tag.rpartition("}")
    return (space.lstrip("{"), name) if brace else ("", tag)


def _local(tag: str) -> str:
    space, name = _split(tag)
    if space not in {"", _NS} and name not in _IGNORED:
        raise errors.LogoUnsafe(what=f"<{name}>")
    return name


def _size(drawing: Element) -> tuple[int, int]:
    """The drawing's size; given only one of size and view box, the other is added."""
    box = (drawing.get("viewBox") or "").replace(",", " ").split()
    numbers = [_NUMBER.fullmatch(drawing.get(side, "")) for side in ("width", "height")]
    if len(box) == 4:  # noqa: PLR2004  # x, y, width, height
        try:
            width, height = float(box[2]), float(box[3])
        except ValueError as error:
            raise errors.LogoDamaged from error
    elif all(numbers):
        width, height = (float(found[1]) for found in numbers if found)
        drawing.set("viewBox", f"0 0 {width:g} {height:g}")
    else:
        raise errors.LogoDamaged
    if not (0 < width < 100_000 and 0 < height < 100_000):  # noqa: PLR2004  # no honest drawing
        raise errors.LogoDamaged
    scale = 64 / height
    drawing.set("width", f"{width * scale:.0f}")
    drawing.set("height", "64")
    return max(1, round(width * scale)), 64


def _colours(text: str) -> tuple[str, ...]:
    counted: dict[str, int] = {}
    for found in _HEX.findall(text):
        digits = found[1:].lower()
        full = "#" + ("".join(d * 2 for d in digits) if len(digits) == 3 else digits)  # noqa: PLR2004  # short
        if full not in {"#ffffff", "#fff"}:
            counted[full] = counted.get(full, 0) + 1
    return tuple(sorted(counted, key=lambda colour: -counted[colour])[:5])
