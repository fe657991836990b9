"""Identifiers made by the application: unguessable, and ordered by time."""

from __future__ import annotations

import uuid

from uuid6 import uuid7


def new_id() -> uuid.UUID:
    """A new UUIDv7 (RFC 9562): rows made later sort later, without a sequence."""
    return uuid.UUID(int=uuid7().int)
