from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from kernel import clock, locks
from kernel.pin import pin

NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def noon():
    with clock.frozen(NOON):
        yield


def test_one_holds_it_and_others_are_told_so(alpha, noon):
    with pin(alpha.schema):
        held = locks.acquire("pull-deals", lasts=MINUTE)

        assert (held.fence, held.until) == (1, NOON + MINUTE)
        assert locks.acquire("pull-deals", lasts=MINUTE) is None
        assert locks.acquire("other", lasts=MINUTE).fence == 1


def test_each_tenant_has_its_own_iso_12(alpha, beta, noon):
    with pin(alpha.schema):
        locks.acquire("pull-deals", lasts=MINUTE)
    with pin(beta.schema):
        assert locks.acquire("pull-deals", lasts=MINUTE).fence == 1


def test_a_lease_that_ran_out_goes_to_the_next_with_a_higher_fence(alpha, noon):
    with pin(alpha.schema):
        late = locks.acquire("pull-deals", lasts=MINUTE)
        clock.advance(MINUTE)
        held = locks.acquire("pull-deals", lasts=MINUTE)

        assert held.fence == 2
        with pytest.raises(locks.LeaseLost):
            locks.renew(late, lasts=MINUTE)
        locks.release(late)
        assert locks.renew(held, lasts=2 * MINUTE).until == NOON + 3 * MINUTE


def test_a_lease_that_ran_out_cannot_be_renewed_even_unclaimed(alpha, noon):
    with pin(alpha.schema):
        held = locks.acquire("pull-deals", lasts=MINUTE)
        clock.advance(MINUTE)

        with pytest.raises(locks.LeaseLost):
            locks.renew(held, lasts=MINUTE)


def test_what_is_given_back_can_be_taken_at_once(alpha, noon):
    with pin(alpha.schema):
        locks.release(locks.acquire("pull-deals", lasts=MINUTE))

        assert locks.acquire("pull-deals", lasts=MINUTE).fence == 2


def test_of_many_at_once_one_wins(alpha):
    def try_it(_):
        try:
            with pin(alpha.schema):
                return locks.acquire("pull-deals", lasts=MINUTE)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        won = [held for held in threads.map(try_it, range(12)) if held]

    assert [held.fence for held in won] == [1]
