from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

import pytest
from django.db import transaction

from kernel import clock, events
from kernel.events import Event, publish, tell_all, tell_next
from kernel.models import HeardEvent, OutboxEvent

HEARD: list[Event] = []
BROKEN: set[str] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class LightTurned(Event):
    name: ClassVar[str] = "tests.LightTurned"
    lamp: str
    watts: Decimal
    at: dt.datetime
    by: uuid.UUID | None = None
    tags: tuple[int, ...] = ()

    @property
    def aggregate(self) -> str:
        return f"lamp:{self.lamp}"


def listen(event: LightTurned) -> None:
    if event.lamp in BROKEN:
        raise ValueError(f"secret of {event.lamp}")
    HEARD.append(event)


def listen_too(event: LightTurned) -> None:
    HEARD.append(event)


@pytest.fixture(autouse=True)
def _listeners(settings_override):
    HEARD.clear()
    BROKEN.clear()
    events.listeners.cache_clear()
    here = __name__
    with settings_override(
        CORE_LISTENERS={LightTurned.name: (f"{here}.listen", f"{here}.listen_too")}
    ):
        yield
    events.listeners.cache_clear()


def turn(lamp="hall", **more):
    event = LightTurned(lamp=lamp, watts=Decimal("1.50"), at=clock.now(), **more)
    with transaction.atomic():
        publish(event)
    return event


NOBODY = frozenset()


def test_an_event_arrives_as_it_was_published(in_alpha):
    sent = turn(by=uuid.uuid4(), tags=(1, 2))

    assert tell_all(NOBODY) == 1
    assert [sent, sent] == HEARD


def test_an_event_outside_a_transaction_is_refused(in_alpha):
    event = LightTurned(lamp="hall", watts=Decimal(1), at=clock.now())

    with pytest.raises(RuntimeError, match="inside the transaction"):
        publish(event)


def test_what_rolls_back_is_never_told(in_alpha):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(LightTurned(lamp="hall", watts=Decimal(1), at=clock.now()))
        _ = 1 / 0

    assert tell_all(NOBODY) == 0
    assert HEARD == []


def test_an_event_stays_in_its_tenant(alpha, beta):
    with alpha.pin():
        turn()
    with beta.pin():
        assert tell_all(NOBODY) == 0

    assert HEARD == []


def test_telling_twice_is_heard_once(in_alpha):
    turn()
    tell_all(NOBODY)
    OutboxEvent.objects.update(told_at=None)

    tell_all(NOBODY)

    assert len(HEARD) == 2
    assert HeardEvent.objects.count() == 2


def test_a_failing_listener_puts_its_event_off_and_the_rest_moves_on(in_alpha, frozen):
    BROKEN.add("cellar")
    turn("cellar")
    turn("hall")

    tell_next(NOBODY)
    tell_next(NOBODY)

    assert [e.lamp for e in HEARD] == ["hall", "hall"]
    assert tell_next(NOBODY) is False


def test_events_of_one_aggregate_are_told_in_order(in_alpha, frozen):
    BROKEN.add("cellar")
    turn("cellar", tags=(1,))
    clock.advance(dt.timedelta(milliseconds=5))
    turn("cellar", tags=(2,))
    tell_all(NOBODY)
    BROKEN.clear()
    clock.advance(dt.timedelta(minutes=1))

    tell_all(NOBODY)

    assert [e.tags for e in HEARD] == [(1,), (1,), (2,), (2,)]


def test_what_one_listener_did_is_not_repeated_when_the_next_fails(
    in_alpha, frozen, settings_override
):
    here = __name__
    order = {LightTurned.name: (f"{here}.listen_too", f"{here}.listen")}
    BROKEN.add("hall")
    with settings_override(CORE_LISTENERS=order):
        events.listeners.cache_clear()
        turn("hall")
        tell_all(NOBODY)
        BROKEN.clear()
        clock.advance(dt.timedelta(minutes=1))
        tell_all(NOBODY)

    assert len(HEARD) == 2


def test_waiting_doubles_up_to_an_hour_and_ends_in_a_dead_letter(in_alpha, frozen):
    BROKEN.add("hall")
    turn("hall")
    waits = []
    for _ in range(events.LAST_ATTEMPT):
        before = clock.now()
        tell_next(NOBODY)
        row = OutboxEvent.objects.get()
        waits.append((row.due_at - before).total_seconds())
        clock.advance(row.due_at - before)

    assert waits == [4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600]
    assert [(d.name, d.attempts) for d in events.dead_letters()] == [("tests.LightTurned", 12)]
    assert tell_next(NOBODY) is False


def test_a_dead_letter_names_the_place_of_the_failure_and_no_values_vnd_07(in_alpha, frozen):
    BROKEN.add("hall")
    turn("hall")
    tell_next(NOBODY)

    error = OutboxEvent.objects.get().last_error

    assert error.startswith("ValueError in listen:")
    assert "secret" not in error


def test_a_revived_letter_is_told_and_a_dropped_one_is_not(in_alpha, frozen):
    OutboxEvent.objects.bulk_create(
        OutboxEvent(
            name=LightTurned.name,
            payload={"lamp": lamp, "watts": "1", "at": clock.now().isoformat()},
            occurred_at=clock.now(),
            due_at=clock.now(),
            dead_at=clock.now(),
        )
        for lamp in ("hall", "cellar")
    )
    hall, cellar = OutboxEvent.objects.order_by("-payload__lamp").values_list("pk", flat=True)

    assert events.revive(hall) is True
    assert events.drop(cellar) is True
    tell_all(NOBODY)

    assert [e.lamp for e in HEARD] == ["hall", "hall"]
    assert events.dead_letters() == ()


def test_a_field_that_a_later_release_dropped_is_ignored(in_alpha):
    turn()
    row = OutboxEvent.objects.get()
    row.payload["colour"] = "red"
    row.save()

    tell_all(NOBODY)

    assert len(HEARD) == 2


def test_an_unknown_event_is_no_bug_of_the_queue(in_alpha, frozen):
    turn()
    OutboxEvent.objects.update(name="tests.NeverDeclared")

    with pytest.raises(LookupError):
        events.kind_of("tests.NeverDeclared")
    tell_all(NOBODY)

    assert HEARD == []


def test_the_lag_is_the_age_of_the_oldest_due_event(in_alpha, frozen):
    assert events.lag_seconds() == 0
    turn()
    clock.advance(dt.timedelta(seconds=90))

    assert events.lag_seconds() == 90
