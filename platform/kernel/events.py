"""Domain events: written with the change, told after it commits."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import logging
import types
import typing
import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from kernel import clock, pin
from kernel.ids import new_ids
from kernel.models import HeardEvent, OutboxEvent
from kernel.registry import running
from kernel.wake import ring

logger = logging.getLogger(__name__)

FIRST_WAIT = dt.timedelta(seconds=2)
LONGEST_WAIT = dt.timedelta(hours=1)
LAST_ATTEMPT = 12

_kinds: dict[str, type[Event]] = {}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact in the past tense. Fields are ids, codes, exact numbers and instants.

    ``name`` is ``owner.WhatHappened``; a field of a new meaning needs a new name.
    """

    name: ClassVar[str]

    def __init_subclass__(cls) -> None:
        _kinds[cls.name] = cls

    @property
    def aggregate(self) -> str:
        """What the fact is about; events of one aggregate are told in order. Empty: no order."""
        return ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """An event that was given up, as the console shows it: no payload, so no person."""

    id: uuid.UUID
    name: str
    attempts: int
    last_error: str
    occurred_at: dt.datetime
    dead_at: dt.datetime


def publish(event: Event) -> None:
    """Write ``event`` to the outbox of the pinned schema; needs a transaction.

    Raises:
        RuntimeError: No transaction is open, so the fact and the change that made it true
            could part.
    """
    _refuse_alone(event)
    moment = clock.now()
    OutboxEvent.objects.create(
        name=event.name,
        aggregate=event.aggregate,
        payload=json.loads(_payload(event)),
        occurred_at=moment,
        due_at=moment,
    )
    _ring_afterwards()


def publish_all(happened: Sequence[Event]) -> None:
    """Write many events to the outbox of the pinned schema, in their order; needs a transaction.

    One statement however many.

    Raises:
        RuntimeError: No transaction is open.
    """
    if not happened:
        return
    _refuse_alone(happened[0])
    moment = clock.now()
    OutboxEvent.objects.bulk_create(
        OutboxEvent(
            id=key,
            name=event.name,
            aggregate=event.aggregate,
            payload=json.loads(_payload(event)),
            occurred_at=moment,
            due_at=moment,
        )
        for key, event in zip(new_ids(len(happened)), happened, strict=True)
    )
    _ring_afterwards()


def publish_selected(query: str, parameters: Sequence[Any]) -> int:
    """Write the events that ``query`` makes; return how many. Needs a transaction.

    Its columns are ``id`` (made by :mod:`kernel.ids`), ``name``, ``aggregate`` and ``payload``
    (jsonb, as :func:`publish` writes it); events of one aggregate are told in order of their ids.
    For pages of thousands, where making each event in Python costs more than what it tells.

    Raises:
        RuntimeError: No transaction is open.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("publish inside the transaction that made it true")
    moment = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_SELECTED.format(query=query), [moment, moment, *parameters])
        told = int(cursor.rowcount)
    if told:
        _ring_afterwards()
    return told


# The query is a constant of the caller's; values travel as parameters.
_SELECTED = """
    INSERT INTO kernel_outboxevent
      (id, name, aggregate, payload, occurred_at, due_at, attempts, last_error)
    SELECT q.id, q.name, q.aggregate, q.payload, %s, %s, 0, '' FROM ({query}) q
"""


def _refuse_alone(event: Event) -> None:
    if not connection.in_atomic_block:
        raise RuntimeError(f"publish {event.name} inside the transaction it reports")


def _ring_afterwards() -> None:
    schema = pin.current()
    transaction.on_commit(lambda: ring(schema))


def _payload(event: Event) -> str:
    return json.dumps(dataclasses.asdict(event), default=str)


def tell_all(active: frozenset[str]) -> int:
    """Tell every due event to the core and to ``active`` modules; return how many."""
    told = 0
    while tell_next(active):
        told += 1
    return told


def tell_next(active: frozenset[str]) -> bool:
    """Tell the event that has been due longest; return whether there was one.

    Opens a transaction for the one event. A listener that fails puts the event off, and the
    later ones of its aggregate with it; the rest of the queue moves on. After
    :data:`LAST_ATTEMPT` attempts the event is given up and shown to the vendor.
    """
    with transaction.atomic():
        row = _claim()
        if row is None:
            return False
        try:
            for path in listeners(row.name, active):
                _deliver(row, path)
        except Exception as error:
            logger.exception("A listener failed", extra={"event": str(row)})
            _put_off(row, error)
        else:
            row.told_at = clock.now()
            row.save(update_fields=["told_at"])
    return True


def dead_letters() -> tuple[DeadLetter, ...]:
    """The events of the pinned schema that were given up, newest first."""
    rows = OutboxEvent.objects.filter(dead_at__isnull=False, told_at__isnull=True)
    return tuple(
        DeadLetter(
            id=row.pk,
            name=row.name,
            attempts=row.attempts,
            last_error=row.last_error,
            occurred_at=row.occurred_at,
            dead_at=typing.cast("dt.datetime", row.dead_at),
        )
        for row in rows.order_by("-dead_at")[:500]
    )


def revive(event_id: uuid.UUID) -> bool:
    """Put a given-up event back in the queue; return whether there was one."""
    moment = clock.now()
    revived = OutboxEvent.objects.filter(pk=event_id, dead_at__isnull=False, told_at__isnull=True)
    changed = revived.update(dead_at=None, attempts=0, due_at=moment)
    ring(pin.current())
    return bool(changed)


def drop(event_id: uuid.UUID) -> bool:
    """Close a given-up event for good, keeping the row; return whether there was one."""
    dropped = OutboxEvent.objects.filter(pk=event_id, dead_at__isnull=False, told_at__isnull=True)
    return bool(dropped.update(told_at=clock.now()))


def lag_seconds() -> float:
    """Age in seconds of the oldest untold event that is due in the pinned schema; 0 if none."""
    due = OutboxEvent.objects.filter(
        told_at__isnull=True, dead_at__isnull=True, due_at__lte=clock.now()
    )
    oldest = due.order_by("due_at").values_list("due_at", flat=True).first()
    return (clock.now() - oldest).total_seconds() if oldest else 0.0


@cache
def listeners(name: str, active: frozenset[str]) -> tuple[str, ...]:
    """Dotted paths of the handlers of event ``name``, the core's first."""
    core: tuple[str, ...] = settings.CORE_LISTENERS.get(name, ())
    return core + tuple(
        module.subscribes[name] for module in running(active) if name in module.subscribes
    )


_CLAIM = """
    SELECT o.* FROM kernel_outboxevent o
    WHERE o.told_at IS NULL AND o.dead_at IS NULL AND o.due_at <= %s
      AND (o.aggregate = '' OR NOT EXISTS (
        SELECT 1 FROM kernel_outboxevent e
        WHERE e.aggregate = o.aggregate AND e.told_at IS NULL AND e.dead_at IS NULL
          AND (e.occurred_at, e.id) < (o.occurred_at, o.id)))
    ORDER BY o.due_at, o.id LIMIT 1 FOR UPDATE OF o SKIP LOCKED
"""


def _claim() -> OutboxEvent | None:
    return next(iter(OutboxEvent.objects.raw(_CLAIM, [clock.now()])), None)


def _put_off(row: OutboxEvent, error: Exception) -> None:
    row.attempts += 1
    row.last_error = _where(error)
    row.due_at = clock.now() + min(FIRST_WAIT * 2**row.attempts, LONGEST_WAIT)
    if row.attempts >= LAST_ATTEMPT:
        row.dead_at = clock.now()
    row.save(update_fields=["attempts", "last_error", "due_at", "dead_at"])


def _where(error: Exception) -> str:
    """Kind and place of a failure, without its values."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" in {trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"


def _deliver(row: OutboxEvent, path: str) -> None:
    if HeardEvent.objects.filter(event=row, listener=path).exists():
        return
    handler: Callable[[Event], None] = import_string(path)
    with transaction.atomic():
        HeardEvent.objects.create(event=row, listener=path)
        handler(_load(row))


def _load(row: OutboxEvent) -> Event:
    kind = kind_of(row.name)
    hints = typing.get_type_hints(kind)
    known = {f.name for f in dataclasses.fields(kind)}
    return kind(**{k: _parse(hints[k], v) for k, v in row.payload.items() if k in known})


def kind_of(name: str) -> type[Event]:
    """The class of the events called ``name``.

    Raises:
        LookupError: No ``events`` file declares it.
    """
    if name not in _kinds:
        for config in apps.get_app_configs():
            if find_spec(f"{config.name}.events") is not None:
                import_module(f"{config.name}.events")
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"no event is called {name}") from None


_READERS: dict[Any, Callable[[Any], Any]] = {
    dt.datetime: dt.datetime.fromisoformat,
    dt.date: dt.date.fromisoformat,
    Decimal: Decimal,
    uuid.UUID: uuid.UUID,
}


def _parse(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _parse(next(h for h in inner if h is not type(None)), value)
    if origin is tuple:
        return tuple(_parse(inner[0], item) for item in value)
    reader = _READERS.get(hint)
    return reader(value) if reader else value
