"""Leases: one holder at a time, for a limited time, with a number that tells late holders apart."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction

from kernel import clock
from kernel.ids import new_id
from kernel.models.locks import Lease


class LeaseLost(RuntimeError):
    """The lease ran out and may be another's by now: stop, and write nothing more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lease in hand. Compare ``fence`` on what you write: a higher one has replaced you."""

    name: str
    owner: uuid.UUID
    fence: int
    until: dt.datetime


def acquire(name: str, *, lasts: dt.timedelta) -> Held | None:
    """Take the lease on ``name`` in this schema, or ``None`` while another holds it.

    Opens a transaction of its own; it holds no database lock afterwards.
    """
    Lease.objects.get_or_create(name=name)
    with transaction.atomic():
        row = Lease.objects.select_for_update().get(name=name)
        if row.held_until_at is not None and row.held_until_at > clock.now():
            return None
        row.owner = new_id()
        row.fence += 1
        row.held_until_at = clock.now() + lasts
        row.save()
    return _held(row)


def renew(held: Held, *, lasts: dt.timedelta) -> Held:
    """Keep the lease for ``lasts`` from now.

    Raises:
        LeaseLost: It ran out, or somebody else has it.
    """
    with transaction.atomic():
        row = Lease.objects.select_for_update().get(name=held.name)
        until = row.held_until_at
        if row.owner != held.owner or until is None or until <= clock.now():
            raise LeaseLost(held.name)
        row.held_until_at = clock.now() + lasts
        row.save(update_fields=["held_until_at"])
    return _held(row)


def release(held: Held) -> None:
    """Give the lease back; giving back a lost one is harmless."""
    Lease.objects.filter(name=held.name, owner=held.owner).update(owner=None, held_until_at=None)


def _held(row: Lease) -> Held:
    if row.owner is None or row.held_until_at is None:
        raise LeaseLost(row.name)
    return Held(name=row.name, owner=row.owner, fence=row.fence, until=row.held_until_at)
