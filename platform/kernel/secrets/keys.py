"""The data keys of the pinned schema: made, opened, remembered for minutes, rotated."""

from __future__ import annotations

import datetime as dt
import logging
import os
import time
import uuid
from dataclasses import dataclass, field
from threading import Lock

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from kernel import clock, pin
from kernel.models.secrets import DataKey, KeyPurpose
from kernel.secrets import master

logger = logging.getLogger(__name__)

REMEMBERED_SECONDS = 300
"""A plain data key leaves the process's memory after this long."""
BLOCK = 4_096
"""Seals that a process reserves at once, so that counting costs no write per value."""
ALARM_AT = 2**31
"""Random 96-bit nonces are safe for 2^32 seals (NIST SP 800-38D); half of it rings."""
_ATTEMPTS = 3


class KeyMissing(LookupError):
    """The key that sealed a value no longer exists."""


class TooSoon(RuntimeError):
    """Some process may still seal with the key that was to be destroyed."""


@dataclass(slots=True)
class PlainKey:
    """An opened key, in memory only."""

    id: uuid.UUID
    version: int
    key: bytes
    forget_at: float
    seals_left: int = 0
    subkeys: dict[str, bytes] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"PlainKey(version={self.version})"

    def subkey(self, label: str) -> bytes:
        """The key derived for one use (HKDF-SHA256, RFC 5869); forgotten with its parent."""
        if label not in self.subkeys:
            hkdf = HKDF(algorithm=SHA256(), length=master.KEY, salt=None, info=label.encode())
            self.subkeys[label] = hkdf.derive(self.key)
        return self.subkeys[label]


_lock = Lock()
_opened: dict[tuple[str, KeyPurpose, int], PlainKey] = {}
_newest: dict[tuple[str, KeyPurpose], PlainKey] = {}
_uncommitted: set[uuid.UUID] = set()


def newest(purpose: KeyPurpose) -> PlainKey:
    """The key of this schema that seals from now on, made on first use."""
    schema = pin.current()
    with _lock:
        known = _newest.get((schema, purpose))
    if known and known.forget_at > time.monotonic():
        return known
    row = DataKey.objects.filter(purpose=purpose).order_by("-version").first()
    return _open(schema, row or _make_first(schema, purpose), is_newest=True)


def version(purpose: KeyPurpose, number: int) -> PlainKey:
    """One key of this schema.

    Raises:
        KeyMissing: It was destroyed, or belongs to another schema.
    """
    schema = pin.current()
    with _lock:
        known = _opened.get((schema, purpose, number))
    if known and known.forget_at > time.monotonic():
        return known
    row = DataKey.objects.filter(purpose=purpose, version=number).first()
    if row is None:
        raise KeyMissing(f"{purpose} key {number}")
    return _open(schema, row, is_newest=False)


def count_seal(key: PlainKey) -> None:
    """Count one use of ``key``; the table keeps an upper bound, and an alarm rings at 2^31."""
    with _lock:
        key.seals_left -= 1
        if key.seals_left >= 0:
            return
        key.seals_left = BLOCK - 1
    with transaction.atomic():
        # A row that somebody holds is skipped: counting never waits, so it never deadlocks.
        free = DataKey.objects.select_for_update(skip_locked=True).filter(pk=key.id)
        row = free.first()
        if row is None:
            with _lock:
                key.seals_left = 0
            return
        DataKey.objects.filter(pk=key.id).update(seals=F("seals") + BLOCK)
    if row.seals + BLOCK >= ALARM_AT:
        logger.error("A data key nears its limit of uses: rotate it", extra={"seals": row.seals})


@transaction.atomic
def rotate(purpose: KeyPurpose = KeyPurpose.FIELD) -> int:
    """Make the next version of this schema's key; return its number.

    Values sealed before stay readable until they are resealed and the old key destroyed.
    An index key is never rotated in place: its indexes must be computed anew.
    """
    schema = pin.current()
    last = DataKey.objects.select_for_update().filter(purpose=purpose).order_by("-version").first()
    made = _make(schema, purpose, (last.version if last else 0) + 1)
    forget(schema)
    return made.version


@transaction.atomic
def destroy_old_keys(purpose: KeyPurpose = KeyPurpose.FIELD) -> int:
    """Destroy every version but the newest; what they sealed can never be read again.

    Raises:
        TooSoon: The newest was made so recently that a process may still seal with the last.
    """
    schema = pin.current()
    kept = DataKey.objects.filter(purpose=purpose).order_by("-version").first()
    if kept is None or kept.version == 1:
        return 0
    if kept.created_at > clock.now() - dt.timedelta(seconds=2 * REMEMBERED_SECONDS):
        raise TooSoon(f"wait {2 * REMEMBERED_SECONDS} seconds after the rotation")
    gone, _ = DataKey.objects.filter(purpose=purpose, version__lt=kept.version).delete()
    forget(schema)
    return gone


@transaction.atomic
def rewrap() -> int:
    """Wrap this schema's keys anew under the current master key; return how many changed.

    No value is touched, and readers notice nothing: the keys stay the same.
    """
    schema = pin.current()
    changed = 0
    current_id = master.current_id()
    rows = DataKey.objects.select_for_update().exclude(master_key_id=current_id).order_by("pk")
    for row in rows:
        context = _context(schema, row.purpose, row.version)
        key = master.unwrap(bytes(row.wrapped), master_key_id=row.master_key_id, context=context)
        row.master_key_id, row.wrapped = master.wrap(key, context=context)
        row.save(update_fields=["master_key_id", "wrapped"])
        changed += 1
    return changed


def forget(schema: str | None = None) -> None:
    """Drop opened keys from this process's memory: those of ``schema``, or all."""
    with _lock:
        for place in [p for p in _opened if schema in (None, p[0])]:
            del _opened[place]
        for newest_place in [p for p in _newest if schema in (None, p[0])]:
            del _newest[newest_place]


def _open(schema: str, row: DataKey, *, is_newest: bool) -> PlainKey:
    purpose = KeyPurpose(row.purpose)
    plain = PlainKey(
        id=row.pk,
        version=row.version,
        key=master.unwrap(
            bytes(row.wrapped),
            master_key_id=row.master_key_id,
            context=_context(schema, row.purpose, row.version),
        ),
        forget_at=time.monotonic() + REMEMBERED_SECONDS,
    )
    with _lock:
        # A key made by a transaction that may yet roll back must not outlive it in memory.
        if plain.id not in _uncommitted:
            _opened[schema, purpose, row.version] = plain
            if is_newest:
                _newest[schema, purpose] = plain
    return plain


def _make_first(schema: str, purpose: KeyPurpose) -> DataKey:
    for _ in range(_ATTEMPTS):
        try:
            with transaction.atomic():
                return _make(schema, purpose, 1)
        except IntegrityError:
            row = DataKey.objects.filter(purpose=purpose).order_by("-version").first()
            if row is not None:
                return row
    raise KeyMissing(f"{purpose} key could not be made")


def _make(schema: str, purpose: KeyPurpose, number: int) -> DataKey:
    name, wrapped = master.wrap(os.urandom(master.KEY), context=_context(schema, purpose, number))
    row = DataKey(purpose=purpose, version=number, wrapped=wrapped, master_key_id=name)
    row.created_at = clock.now()
    if connection.in_atomic_block:
        with _lock:
            _uncommitted.add(row.pk)
        transaction.on_commit(lambda: _uncommitted.discard(row.pk))
    row.save(force_insert=True)
    return row


def _context(schema: str, purpose: str, number: int) -> bytes:
    return master.framed("wrap:v1", schema, str(purpose), str(number))
