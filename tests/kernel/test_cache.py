from __future__ import annotations

import pytest
from django.conf import settings

from kernel import cache
from kernel.pin import NotPinned, pin


@pytest.fixture
def dead_redis(change_settings):
    down = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    change_settings(CACHES={"default": down})


def test_the_same_key_holds_another_value_for_each_tenant_iso_12(alpha, beta):
    with pin(alpha.schema):
        cache.put("rate", 1)
    with pin(beta.schema):
        assert cache.get("rate") is None
        cache.put("rate", 2)

    with pin(alpha.schema):
        assert cache.get("rate") == 1


@pytest.mark.parametrize(
    "ask",
    [
        lambda: cache.get("rate"),
        lambda: cache.put("rate", 1),
        lambda: cache.add("rate", 1),
        lambda: cache.forget("rate"),
        lambda: cache.get_many(["rate"]),
        lambda: cache.remembered("rate", int),
    ],
)
def test_outside_a_unit_of_work_the_cache_refuses_iso_12(ask):
    with pytest.raises(NotPinned):
        ask()


def test_a_value_is_made_once_and_remembered(alpha):
    made = []

    with pin(alpha.schema):
        values = [cache.remembered("rate", lambda: made.append(1) or 7) for _ in range(2)]
        cache.forget("rate")

        assert (values, len(made), cache.get("rate")) == ([7, 7], 1, None)


def test_the_first_to_add_wins(alpha):
    with pin(alpha.schema):
        assert [cache.add("rate", 1), cache.add("rate", 2)] == [True, False]
        assert cache.get_many(["rate", "other"]) == {"rate": 1}


def test_a_dead_cache_is_an_empty_cache(alpha, dead_redis):
    with pin(alpha.schema):
        cache.put("rate", 1)
        cache.forget("rate")

        assert (cache.get("rate", 5), cache.add("rate", 1)) == (5, False)
        assert cache.remembered("rate", lambda: 7) == 7
