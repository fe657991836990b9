"""What the room does by itself: keep how a client likes to see it, and write his files."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable, Iterator, Sequence

from django.db import transaction

from identity.services import people
from kernel.actor import Actor
from modules.clients import services as clients

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  # full-width forms open formulas too
"""First characters that make a spreadsheet run a cell as a formula."""


@transaction.atomic
def keep_locale(client_id: uuid.UUID, *, language: str, time_zone: str, by: Actor) -> None:
    """Keep a client's language and time zone. Opens a transaction."""
    people.set_locale(client_id, language=language, time_zone=time_zone, by=by)
    clients.record_language(client_id, language)


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
