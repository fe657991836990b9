"""The menu: quotes, and the same prices at Stripe."""

from __future__ import annotations

import pytest

from billing import catalogue, services
from billing.errors import UnknownModule
from billing.models import CatalogueEntry
from kernel.money import Money


def test_a_quote_is_the_base_plan_and_what_was_picked():
    quote = services.quote(["toy_reports"])

    assert [(line.key, line.price, line.needed_by) for line in quote.lines] == [
        ("platform", Money(299_00, "USD"), ""),
        ("toy_reports", Money(19_99, "USD"), ""),
    ]
    assert quote.total == Money(318_99, "USD")


def test_a_quote_brings_what_is_required_and_says_why():
    quote = services.quote(["toy_copying"])

    assert [(line.key, line.needed_by) for line in quote.lines] == [
        ("platform", ""),
        ("toy_signals", "Copying"),
        ("toy_copying", ""),
    ]
    assert quote.modules == ("toy_signals", "toy_copying")
    assert quote.total == Money(447_00, "USD")


def test_what_everybody_has_costs_nothing():
    assert services.quote(["trading"]) == services.quote([])


def test_what_is_not_on_the_menu_has_no_price():
    with pytest.raises(UnknownModule, match="magic"):
        services.quote(["magic"])


def test_the_catalogue_is_made_at_stripe_once(shop, in_public):
    made, again = services.sync_catalogue(), services.sync_catalogue()

    prices = shop.stripe.api.prices.list({"limit": 100}).data
    ours = {entry.stripe_price_id: entry for entry in CatalogueEntry.objects.all()}
    assert (made, again) == (len(catalogue.list_prices()), 0)
    assert {one.id for one in prices} == set(ours)
    assert {one.lookup_key for one in prices} >= {
        "atrium_platform_monthly",
        "atrium_toy_copying_monthly",
    }
    for one in prices:
        assert Money(one.unit_amount, "USD") == ours[one.id].price


def test_a_new_list_price_replaces_the_old_one_and_keeps_its_name(
    shop, in_public, settings_override
):
    services.sync_catalogue()
    old = CatalogueEntry.objects.get(key="platform").stripe_price_id

    with settings_override(BASE_PLAN_PRICE=Money(349_00, "USD")):
        changed = services.sync_catalogue()

    new = CatalogueEntry.objects.get(key="platform")
    assert (changed, new.price) == (1, Money(349_00, "USD"))
    assert shop.stripe.api.prices.retrieve(old).active is False
    found = shop.stripe.api.prices.list({"lookup_keys": ["atrium_platform_monthly"]}).data
    assert [one.id for one in found] == [new.stripe_price_id]
    assert found[0].product == shop.stripe.api.prices.retrieve(old).product


def test_prices_are_synced_when_they_are_first_needed(shop, in_public):
    found = catalogue.price_ids(["platform", "toy_reports"])

    assert found == {
        entry.key: entry.stripe_price_id
        for entry in CatalogueEntry.objects.filter(key__in=["platform", "toy_reports"])
    }


def test_titles_are_said_for_every_key():
    assert [catalogue.title_of(key) for key in ("platform", "toy_reports", "gone")] == [
        "Platform",
        "Reports",
        "gone",
    ]
