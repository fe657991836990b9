"""Files of comma-separated values that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  # full-width forms open formulas too
"""First characters that make a spreadsheet run a cell as a formula."""


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """A file of comma-separated values, line by line, that no spreadsheet takes for formulas.

    Text that begins like a formula gets an apostrophe in front (CSV-01); numbers stay numbers.
    """
    yield "\ufeff" + _line(header)  # the mark tells spreadsheets that this is UTF-8
    for row in rows:
        yield _line(row)


def _line(row: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_harmless(value) for value in row])
    return out.getvalue()


def _harmless(value: object) -> object:
    if isinstance(value, str) and value.lstrip().startswith(DANGEROUS):
        return f"'{value}"
    return value
