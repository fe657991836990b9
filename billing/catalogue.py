"""The menu with its prices: what a plan costs, and the same prices at Stripe."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.conf import settings
from django.utils.translation import gettext as _

from billing import stripe_gateway
from billing.errors import UnknownModule
from billing.models import CatalogueEntry
from billing.types import BASE, Quote, QuoteLine
from kernel import clock
from kernel.money import Money
from kernel.registry import modules, with_required

BASE_PRICE = Money(299_00, "USD")
"""List price of the platform itself for a month; ``settings.BASE_PLAN_PRICE`` overrides it."""


def base_price() -> Money:
    """What every broker pays a month, whatever it picks."""
    price: Money = getattr(settings, "BASE_PLAN_PRICE", BASE_PRICE)
    return price


def list_prices() -> Mapping[str, Money]:
    """The list price of the base plan and of each module that is sold, by key."""
    sold = {key: m.monthly_price for key, m in modules().items() if m.monthly_price is not None}
    return {BASE: base_price(), **sold}


def title_of(key: str) -> str:
    """The name of a module, or of the base plan, in the reader's language."""
    if key == BASE:
        return _("Platform")
    return str(modules()[key].title) if key in modules() else key


def quote(picked: Collection[str]) -> Quote:
    """What a plan of the ``picked`` modules costs a month, their requirements included.

    Raises:
        UnknownModule: One of them is not on the menu.
    """
    prices = list_prices()
    for key in picked:
        if key not in modules():
            raise UnknownModule(module=key)
    wanted = with_required(picked)
    ordered = [BASE, *(key for key in modules() if key in wanted)]
    lines = tuple(
        QuoteLine(
            key=key,
            title=title_of(key),
            summary=_summary(key),
            price=prices[key],
            needed_by="" if key == BASE or key in picked else _needed_by(key, picked),
        )
        for key in ordered
    )
    total = sum((line.price for line in lines), start=Money.zero(base_price().currency))
    return Quote(lines=lines, total=total)


def sync_catalogue() -> int:
    """Bring Stripe's prices and our mirror in line with the list; return how many changed.

    Speaks to Stripe outside any transaction; repeating it is harmless.

    Raises:
        Unavailable: Stripe does not answer.
    """
    known = {entry.key: entry for entry in CatalogueEntry.objects.all()}
    changed = 0
    for key, price in list_prices().items():
        fact = stripe_gateway.ensure_price(
            key=key, lookup_key=_lookup_key(key), title=_stripe_title(key), price=price
        )
        before = known.get(key)
        if before is None or before.stripe_price_id != fact.id:
            changed += 1
        CatalogueEntry.objects.update_or_create(
            key=key,
            defaults={
                "lookup_key": fact.lookup_key,
                "stripe_product_id": fact.product_id,
                "stripe_price_id": fact.id,
                "price_minor": fact.price.minor,
                "currency": fact.price.currency,
                "synced_at": clock.now(),
            },
        )
    return changed


def price_ids(keys: Collection[str]) -> dict[str, str]:
    """Stripe's price of each of ``keys``, at today's list price; syncs first if it must.

    Raises:
        Unavailable: Stripe does not answer.
    """
    prices = list_prices()
    found = {entry.key: entry for entry in CatalogueEntry.objects.filter(key__in=keys)}
    if any(key not in found or found[key].price != prices[key] for key in keys):
        sync_catalogue()
        found = {entry.key: entry for entry in CatalogueEntry.objects.filter(key__in=keys)}
    return {key: found[key].stripe_price_id for key in keys}


def _summary(key: str) -> str:
    if key == BASE:
        return _("Trader's room, back office and your own address")
    return str(modules()[key].summary)


def _stripe_title(key: str) -> str:
    return "Atrium platform" if key == BASE else f"Atrium {modules()[key].title}"


def _lookup_key(key: str) -> str:
    return f"atrium_{key}_monthly"


def _needed_by(key: str, picked: Collection[str]) -> str:
    whose = next(one for one in picked if key in with_required([one]))
    return title_of(whose)
