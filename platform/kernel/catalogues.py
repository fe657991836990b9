"""Compiles translations (``.po``) to what gettext reads (``.mo``), without gettext's own tools.

Both formats: GNU gettext manual, "The Format of PO Files" and "The Format of GNU MO Files".
"""

from __future__ import annotations

import ast
import struct
from collections.abc import Iterator
from pathlib import Path

_MAGIC = 0x950412DE
_KEYWORDS = ("msgctxt", "msgid_plural", "msgid", "msgstr")


def compile_folder(folder: Path) -> list[Path]:
    """Compile every ``*.po`` below ``folder``; return the files written."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        target.write_bytes(compiled(source.read_text(encoding="utf-8")))
        written.append(target)
    return written


def compiled(text: str) -> bytes:
    """The catalogue ``text`` as a little-endian MO file; untranslated entries are left out.

    Raises:
        ValueError: A line is not of the PO format.
    """
    pairs = sorted((key.encode(), value.encode()) for key, value in _pairs(text) if value)
    head, count = 28, len(pairs)
    start = head + 16 * count
    keys = b"".join(key + b"\0" for key, _ in pairs)
    offsets, place = [], start
    for key, _ in pairs:
        offsets += [len(key), place]
        place += len(key) + 1
    for _, value in pairs:
        offsets += [len(value), place]
        place += len(value) + 1
    values = b"".join(value + b"\0" for _, value in pairs)
    header = struct.pack("<7I", _MAGIC, 0, count, head, head + 8 * count, 0, start)
    return header + struct.pack(f"<{4 * count}I", *offsets) + keys + values


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for entry in text.split("\n\n"):
        parts = _parts(entry)
        if "msgid" not in parts:
            continue
        key = parts["msgid"]
        if "msgctxt" in parts:
            key = f"{parts['msgctxt']}\4{key}"
        if "msgid_plural" in parts:
            key = f"{key}\0{parts['msgid_plural']}"
        forms = [value for name, value in parts.items() if name.startswith("msgstr")]
        yield key, "\0".join(forms) if all(forms) else ""


def _parts(entry: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    name = ""
    for line in entry.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        word, _, rest = line.partition(" ")
        if line.startswith('"'):
            parts[name] += _literal(line)
        elif word.partition("[")[0] in _KEYWORDS:
            name = word
            parts[name] = _literal(rest)
        else:
            raise ValueError(f"not a line of a PO file: {line!r}")
    return parts


def _literal(quoted: str) -> str:
    text = ast.literal_eval(quoted.strip())
    if not isinstance(text, str):
        raise ValueError(f"not a quoted text: {quoted!r}")  # noqa: TRY004  # the file is wrong, not a type
    return text
