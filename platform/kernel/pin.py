"""The tenant that the present unit of work belongs to.

A request, a task or a step of a command is pinned to one schema for its whole life. The
database connection, the cache, the storage and the log lines follow the pin; nothing else
says whose data are meant, so nothing can say it wrongly.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

PUBLIC = "public"
"""The vendor's own schema."""

_pinned: ContextVar[str | None] = ContextVar("pinned_schema", default=None)


class TenantPinned(RuntimeError):
    """A unit of work tried to change its tenant half-way."""


class NotPinned(RuntimeError):
    """Something tenant-bound was used before a unit of work began."""


def peek() -> str | None:
    """The pinned schema, or ``None`` outside a unit of work."""
    return _pinned.get()


def current() -> str:
    """The pinned schema.

    Raises:
        NotPinned: No unit of work has begun.
    """
    schema = _pinned.get()
    if schema is None:
        raise NotPinned("no tenant is pinned: begin a unit of work with kernel.pin.pin")
    return schema


@contextmanager
def pin(schema: str) -> Iterator[str]:
    """Begin a unit of work in ``schema``; pinning the same schema again is harmless.

    Raises:
        TenantPinned: Another schema is pinned already.
    """
    before = _pinned.get()
    if before is not None and before != schema:
        raise TenantPinned("this unit of work belongs to another tenant")
    token = _pinned.set(schema)
    try:
        yield schema
    finally:
        _pinned.reset(token)


@contextmanager
def apart(schema: str) -> Iterator[str]:
    """Begin a unit of work beside the present one, in a copied context of another thread.

    For ``tenants.work`` alone, which gives it a connection of its own.
    """
    token = _pinned.set(schema)
    try:
        yield schema
    finally:
        _pinned.reset(token)
