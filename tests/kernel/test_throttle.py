from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings

from kernel import clock, throttle
from kernel.pin import NotPinned, pin

NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
TWICE = throttle.Limit(times=2, per=dt.timedelta(minutes=1))


@pytest.fixture(params=["redis", "no redis"])
def counted(request, alpha, change_settings):
    throttle._local.clear()
    if request.param == "no redis":
        down = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
        change_settings(CACHES={"default": down})
    return alpha


def test_beyond_the_limit_the_door_stays_shut_until_the_next_window(counted):
    with pin(counted.schema), clock.frozen(NOON + dt.timedelta(seconds=20)):
        waits = [throttle.hit("sign_in", who="theo", limit=TWICE) for _ in range(4)]
        clock.advance(dt.timedelta(seconds=40))
        later = throttle.hit("sign_in", who="theo", limit=TWICE)

    assert (waits, later) == ([0, 0, 40, 40], 0)


def test_others_are_not_held_up(counted, beta):
    with pin(counted.schema), clock.frozen(NOON):
        for _ in range(3):
            throttle.hit("sign_in", who="theo", limit=TWICE)
        assert throttle.hit("sign_in", who="ines", limit=TWICE) == 0
        assert throttle.hit("reset", who="theo", limit=TWICE) == 0
    with pin(beta.schema), clock.frozen(NOON):
        assert throttle.hit("sign_in", who="theo", limit=TWICE) == 0


def test_a_refusal_says_how_long_to_wait(alpha):
    with pin(alpha.schema), clock.frozen(NOON):
        throttle.require("sign_in", who="theo", limit=TWICE)
        throttle.require("sign_in", who="theo", limit=TWICE)
        with pytest.raises(throttle.TooOften) as refusal:
            throttle.require("sign_in", who="theo", limit=TWICE)

    assert refusal.value.facts == {"seconds": 60}


def test_outside_a_unit_of_work_nothing_is_counted_iso_12():
    with pytest.raises(NotPinned):
        throttle.hit("sign_in", who="theo", limit=TWICE)


def test_the_count_of_a_process_stays_small(alpha, monkeypatch):
    monkeypatch.setattr(throttle, "MOST_LOCAL", 2)
    throttle._local.clear()

    for moment in range(0, 600, 60):
        throttle._count_here(f"place:{moment}", 60, moment)

    assert len(throttle._local) <= 4
