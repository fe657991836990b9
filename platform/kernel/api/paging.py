"""Lists in pages: as many as asked for, and a cursor to the next."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from ninja import Field, Schema
from ninja.errors import HttpError

T = TypeVar("T")

MOST = 200
_BIGINT = 2**63


class Paging(Schema):
    """Which page of a list is wanted."""

    limit: int = Field(50, ge=1, le=MOST, description="How many items, at most.")
    cursor: str = Field(
        "", max_length=500, description="The `next` of the page before; empty for the first."
    )

    def after(self) -> Any:
        """The key behind which the page begins; ``None`` for the first page.

        Raises:
            HttpError: The cursor is not one of ours.
        """
        return _decoded(self.cursor) if self.cursor else None


class Page(Schema, Generic[T]):
    """One page of a list."""

    items: list[T]
    next: str | None = Field(None, description="Cursor of the next page; null on the last.")


def keyed(rows: Sequence[T], paging: Paging, *, key: Callable[[T], Any]) -> dict[str, Any]:
    """A page of ``rows``, which were asked for behind ``paging.after()`` and with one to spare.

    Ask the query for ``paging.limit + 1`` rows; ``key`` gives what the next page begins behind:
    text, a number, or a list of them.
    """
    items = list(rows[: paging.limit])
    more = len(rows) > paging.limit
    return {"items": items, "next": _encoded(key(items[-1])) if more else None}


def sliced(rows: Sequence[T], paging: Paging) -> dict[str, Any]:
    """A page of a short list that is whole in memory.

    Raises:
        HttpError: The cursor is not one of ours.
    """
    start = paging.after() or 0
    if not isinstance(start, int):
        raise HttpError(400, "The cursor is not valid.")
    end = start + paging.limit
    return {"items": list(rows[start:end]), "next": _encoded(end) if end < len(rows) else None}


def _encoded(key: Any) -> str:
    words = json.dumps(key, separators=(",", ":"), default=str)
    return base64.urlsafe_b64encode(words.encode()).decode().rstrip("=")


def _decoded(cursor: str) -> Any:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise HttpError(400, "The cursor is not valid.") from error
    if isinstance(key, int) and not 0 <= key < _BIGINT:
        raise HttpError(400, "The cursor is not valid.")
    return key
