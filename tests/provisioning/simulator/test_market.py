from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from provisioning.simulator.clock import weekday_of
from provisioning.simulator.world import open_world

pytestmark = pytest.mark.no_database

SATURDAY_NOON = int(dt.datetime(2026, 3, 7, 12, tzinfo=dt.UTC).timestamp() * 1000)
TUESDAY_NOON = int(dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC).timestamp() * 1000)


def test_a_price_is_the_same_whenever_it_is_asked_and_after_a_restart(world, options):
    before = world.market.quote("EURUSD", TUESDAY_NOON)

    assert world.market.quote("EURUSD", TUESDAY_NOON) == before
    again = open_world(options)
    assert again.market.quote("EURUSD", TUESDAY_NOON) == before
    again.store.close()


def test_another_seed_is_another_market(world, options, tmp_path):
    other = open_world(replace(options, seed=6, state=tmp_path / "other"))

    assert other.market.quote("EURUSD", TUESDAY_NOON) != world.market.quote("EURUSD", TUESDAY_NOON)
    other.store.close()


def test_prices_move_and_keep_a_spread(world):
    quotes = [world.market.quote("EURUSD", TUESDAY_NOON + s * 1000) for s in range(300)]

    assert len({quote.bid for quote in quotes}) > 50
    assert all(quote.ask > quote.bid for quote in quotes)


def test_prices_stay_near_the_reference_rates(world):
    start = float(world.store.get("starts").split('"EURUSD":"')[1].split('"')[0])

    for day in range(0, 365, 7):
        bid = world.market.quote("EURUSD", TUESDAY_NOON + day * 86_400_000).bid / 100_000
        assert 0.7 < bid / start < 1.4


def test_a_cross_agrees_with_its_legs(world):
    cross = float(world.market.rate("EUR", "JPY", TUESDAY_NOON))
    legs = float(world.market.rate("EUR", "USD", TUESDAY_NOON)) * float(
        world.market.rate("USD", "JPY", TUESDAY_NOON)
    )

    assert cross == pytest.approx(legs, rel=1e-6)


def test_the_week_end_is_closed_for_currencies_and_open_for_crypto(options, tmp_path):
    usual = open_world(replace(options, state=tmp_path / "usual", open_weekends=False))

    assert weekday_of(SATURDAY_NOON) == 6
    assert not usual.market.is_open("EURUSD", SATURDAY_NOON)
    assert usual.market.is_open("BTCUSD", SATURDAY_NOON)
    assert usual.market.is_open("EURUSD", TUESDAY_NOON)
    assert usual.market.quote("EURUSD", SATURDAY_NOON) == usual.market.quote(
        "EURUSD", SATURDAY_NOON + 3_600_000
    )
    usual.store.close()


def test_a_shock_moves_a_price_from_its_moment_on(world):
    before = world.market.quote("XAUUSD", TUESDAY_NOON).bid

    world.market.shock("XAUUSD", -10, TUESDAY_NOON + 1_000)

    assert world.market.quote("XAUUSD", TUESDAY_NOON).bid == before
    assert world.market.quote("XAUUSD", TUESDAY_NOON + 1_000).bid == pytest.approx(
        before * 0.9, rel=0.01
    )
