from __future__ import annotations

import datetime as dt

import pytest

from kernel import clock, ids

pytestmark = pytest.mark.no_database

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def test_a_frozen_clock_moves_only_when_told():
    with clock.frozen(NOON):
        assert clock.now() == NOON
        clock.advance(dt.timedelta(hours=1))
        assert clock.now() == NOON + dt.timedelta(hours=1)

    assert clock.now() > NOON


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"), clock.frozen(dt.datetime(2026, 3, 2)):  # noqa: DTZ001 - the point
        pass


def test_a_running_clock_cannot_be_moved():
    with pytest.raises(RuntimeError):
        clock.advance(dt.timedelta(1))


def test_later_ids_sort_later():
    made = [ids.new_id() for _ in range(1000)]

    assert made == sorted(made)
    assert len(set(made)) == 1000
    assert {i.version for i in made} == {7}
