from __future__ import annotations

import pytest

from kernel import audit
from kernel.models import OutboxEvent
from kernel.pin import PUBLIC, pin


@pytest.fixture
def stuck(alpha):
    """An event of Alpha's that was given up."""
    with alpha.pin():
        moment = "2026-03-02T12:00:00Z"
        return OutboxEvent.objects.create(
            name="trading.DealClosed",
            payload={},
            occurred_at=moment,
            due_at=moment,
            dead_at=moment,
            attempts=12,
        )


def state_of(alpha, event):
    with alpha.pin():
        row = OutboxEvent.objects.get(pk=event.pk)
        return row.dead_at is None, row.told_at is None, row.attempts


def test_a_stuck_event_is_put_back_in_the_queue(omar, alpha, stuck):
    omar.post(f"/console/outbox/{stuck.pk}/revive/", {"broker": str(alpha.info.id)})

    assert state_of(alpha, stuck) == (True, True, 0)
    with pin(PUBLIC):
        assert [line.action for line in audit.entries(limit=1)] == ["console.event_revived"]


def test_the_wrong_broker_revives_nothing(omar, alpha, beta, stuck):
    omar.post(f"/console/outbox/{stuck.pk}/revive/", {"broker": str(beta.info.id)})

    assert state_of(alpha, stuck) == (False, True, 12)


def test_dropping_needs_a_reason_and_keeps_the_row(omar, alpha, stuck):
    url = f"/console/outbox/{stuck.pk}/drop/"
    omar.post(url, {"broker": str(alpha.info.id), "reason": ""})
    assert state_of(alpha, stuck) == (False, True, 12)

    omar.post(url, {"broker": str(alpha.info.id), "reason": "made by a test"})

    assert state_of(alpha, stuck) == (False, False, 12)
    with pin(PUBLIC):
        (deed,) = audit.entries(limit=1)
    assert (deed.action, deed.reason) == ("console.event_dropped", "made by a test")
