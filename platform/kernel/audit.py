"""Who did what to what: appended beside the write, chained by hash, never changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from kernel import clock
from kernel.actor import Actor
from kernel.late import before_commit, do_now
from kernel.models.audit import AuditEntry, AuditHead
from kernel.redaction import redacted

GENESIS = "0" * 64
FORM = 1
"""Version of the canonical form; a change of form is a new number, old entries keep theirs."""
CHUNK = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest link of a chain; kept elsewhere, it is an anchor that betrays a re-hash."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """One deed, as a page shows it."""

    seq: int
    noted_at: dt.datetime
    action: str
    about: str
    actor_kind: str
    actor: str
    actor_name: str
    on_behalf_of: str
    reason: str
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check of the chain found."""

    checked: int
    head: Head
    bad_seq: int | None = None
    why: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing was changed, removed or rewritten."""
        return self.bad_seq is None


@transaction.atomic
def note(
    action: str,
    *,
    about: object,
    by: Actor,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Append a deed to this schema's chain, in the caller's transaction or its own.

    ``action`` is ``"owner.what_happened"``; ``about`` is a stored object or a reference of the
    form ``"owner.Thing:id"``. Values under keys that smell of a secret are blotted out.

    The chain's head is one row for all: it is locked when everything else of the transaction is
    done, so that nobody who has it waits for a wallet that another holds who waits for it.
    """
    entry = AuditEntry(
        action=action,
        about=reference(about),
        actor_kind=str(by.kind),
        actor=_actor_reference(by),
        actor_name=_storable(by.name)[:200],
        on_behalf_of=f"person:{by.on_behalf_of}" if by.on_behalf_of else _actor_reference(by),
        reason=_storable(reason),
        changes=redacted(_plain(changes or {})),
    )
    before_commit(lambda: _append(entry))


def _append(entry: AuditEntry) -> None:
    head = _locked_head()
    entry.seq, entry.prev, entry.noted_at = head.seq + 1, head.hash, clock.now()
    entry.hash = digest(entry)
    entry.save(force_insert=True)
    head.seq, head.hash = entry.seq, entry.hash
    head.save(update_fields=["seq", "hash"])


def entries(*, about: object = None, limit: int = 50, before: int | None = None) -> list[EntryLine]:
    """The newest ``limit`` deeds, newest first, of one thing or of all; older than ``before``."""
    do_now()
    rows = AuditEntry.objects.order_by("-seq")
    if about is not None:
        rows = rows.filter(about=reference(about))
    if before is not None:
        rows = rows.filter(seq__lt=before)
    return [_line(row) for row in rows[:limit]]


def heads() -> Head:
    """The newest link of this schema's chain, to be anchored outside our control."""
    do_now()
    row = AuditHead.objects.filter(pk=AuditHead.ONLY).first()
    return Head(seq=row.seq, hash=row.hash) if row else Head(seq=0, hash=GENESIS)


def verify(*anchors: Head) -> Verdict:
    """Walk the whole chain in Python and name the first link that does not hold.

    Without ``anchors`` kept elsewhere, a chain cut at its end or hashed anew along with its
    head cannot be told from an honest one.
    """
    do_now()
    last = Head(seq=0, hash=GENESIS)
    anchored = {anchor.seq: anchor.hash for anchor in anchors}
    for row in _all_entries():
        why = _flaw(row, last, anchored.get(row.seq, row.hash))
        if why:
            return Verdict(checked=last.seq, head=last, bad_seq=min(row.seq, last.seq + 1), why=why)
        last = Head(seq=row.seq, hash=row.hash)
    why = _flaw_at_end(last, max(anchored, default=0))
    if why:
        return Verdict(checked=last.seq, head=last, bad_seq=last.seq + 1, why=why)
    return Verdict(checked=last.seq, head=last)


def reference(about: object) -> str:
    """How a thing is named in the record: ``"owner.Thing:id"``."""
    if isinstance(about, models.Model):
        return f"{about._meta.label}:{about.pk}"  # Django's documented API
    return _storable(str(about))[:200]


def digest(entry: AuditEntry) -> str:
    """SHA-256, in hexadecimal, of the previous hash and the entry's canonical JSON."""
    words = {
        "form": FORM,
        "seq": entry.seq,
        "at": entry.noted_at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "action": entry.action,
        "about": entry.about,
        "actor_kind": entry.actor_kind,
        "actor": entry.actor,
        "actor_name": entry.actor_name,
        "on_behalf_of": entry.on_behalf_of,
        "reason": entry.reason,
        "changes": entry.changes,
    }
    canonical = json.dumps(words, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(entry.prev.encode() + canonical.encode()).hexdigest()


def _locked_head() -> AuditHead:
    head = AuditHead.objects.select_for_update().filter(pk=AuditHead.ONLY).first()
    if head is None:
        AuditHead.objects.get_or_create(pk=AuditHead.ONLY)
        head = AuditHead.objects.select_for_update().get(pk=AuditHead.ONLY)
    return head


def _all_entries() -> Iterator[AuditEntry]:
    """Every entry in order, read in chunks: a pooled connection keeps no cursor open."""
    last = 0
    while chunk := list(AuditEntry.objects.filter(seq__gt=last).order_by("seq")[:CHUNK]):
        yield from chunk
        last = chunk[-1].seq


def _actor_reference(by: Actor) -> str:
    return f"{by.kind}:{by.id or _storable(by.name)}"[:80]


def _plain(value: Any) -> Any:
    """Reduce to what JSON keeps exactly: no binary fractions, no text that jsonb refuses."""
    match value:
        case None | bool() | int():
            return value
        case Mapping():
            return {_storable(str(key)): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case set() | frozenset():
            return [_plain(item) for item in sorted(value, key=str)]
        case _:
            return _storable(_words(value))


def _words(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _storable(text: str) -> str:
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _flaw(row: AuditEntry, last: Head, anchored: str) -> str:
    if row.seq != last.seq + 1:
        return f"entry {last.seq + 1} is missing"
    if row.prev != last.hash:
        return "it does not follow the entry before it"
    if row.hash != digest(row):
        return "its words were changed"
    if row.hash != anchored:
        return "it differs from the anchor: the chain was hashed anew"
    return ""


def _flaw_at_end(last: Head, anchored_seq: int) -> str:
    if anchored_seq > last.seq:
        return f"the anchor knows entry {anchored_seq}: the newest were removed"
    if heads() != last:
        return "the head names another entry: the newest were removed"
    return ""


def _line(row: AuditEntry) -> EntryLine:
    names = EntryLine.__dataclass_fields__
    return EntryLine(**{name: getattr(row, name) for name in names})
