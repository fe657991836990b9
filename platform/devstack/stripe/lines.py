"""Invoice lines: what a period costs, and what a change in the middle of one costs."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from devstack.stripe.catalogue import recurring_price
from devstack.stripe.errors import invalid, missing
from devstack.stripe.periods import day_text, share
from devstack.stripe.shapes import items_of
from devstack.stripe.store import Obj, Store

NO_PRORATION = frozenset({"trialing", "incomplete", "incomplete_expired", "canceled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A price held in a quantity."""

    price: Obj
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One item of a subscription before and after a call."""

    item: Obj | None
    before: Held | None
    after: Held | None


def changes(store: Store, subscription_id: str, wanted: Iterable[Obj]) -> list[Change]:
    """What a call's ``items`` change, checked and not yet done."""
    current = {item["id"]: item for item in items_of(store, subscription_id)}
    return [_change(store, current, one) for one in wanted]


def _change(store: Store, current: dict[str, Obj], wanted: Obj) -> Change:
    if "id" not in wanted:
        price = recurring_price(store, wanted.get("price"))
        if any(item["price"] == price["id"] for item in current.values()):
            raise invalid(
                "Cannot add multiple subscription items with the same price.", "items[0][price]"
            )
        after = Held(price=price, quantity=wanted.get("quantity", 1))
        return Change(item=None, before=None, after=after)
    item = current.get(wanted["id"])
    if item is None:
        raise missing("subscription_item", wanted["id"])
    before = Held(price=store.get(item["price"], "price"), quantity=item["quantity"])
    if wanted.get("deleted"):
        return Change(item=item, before=before, after=None)
    price = recurring_price(store, wanted["price"]) if "price" in wanted else before.price
    quantity = wanted.get("quantity", before.quantity)
    return Change(item=item, before=before, after=Held(price=price, quantity=quantity))


def period_of(store: Store, subscription_id: str) -> tuple[int, int]:
    """Start and end of the subscription's current period."""
    items = items_of(store, subscription_id)
    return int(items[0]["current_period_start"]), int(items[0]["current_period_end"])


def prorations(store: Store, subscription: Obj, changed: list[Change], at: int) -> list[Obj]:
    """The credit and the charge of each change for the rest of the period."""
    if subscription["status"] in NO_PRORATION:
        return []
    start, end = period_of(store, subscription["id"])
    at = min(max(at, start), end)
    drafts: list[Obj] = []
    for change in changed:
        if change.before == change.after:
            continue
        for held, sign, words in (
            (change.before, -1, "Unused time on"),
            (change.after, 1, "Remaining time on"),
        ):
            if held is not None:
                amount = sign * share(
                    held.price["unit_amount"] * held.quantity, end - at, end - start
                )
                drafts.append(_proration(store, subscription, held, amount, (at, end), words))
    return drafts


def _proration(
    store: Store,
    subscription: Obj,
    held: Held,
    amount: int,
    period: tuple[int, int],
    words: str,
) -> Obj:
    name = store.get(held.price["product"], "product")["name"]
    return {
        "amount": amount,
        "currency": held.price["currency"],
        "customer": subscription["customer"],
        "date": period[0],
        "description": f"{words} {name} after {day_text(period[0])}",
        "invoice": None,
        "parent": {
            "type": "subscription_details",
            "subscription_details": {"subscription": subscription["id"]},
        },
        "period": {"start": period[0], "end": period[1]},
        "pricing": _pricing(held.price),
        "proration": True,
        "quantity": held.quantity,
        "subscription": subscription["id"],
    }


def from_invoice_item(item: Obj) -> Obj:
    """The invoice line of a pending item, stored or only previewed."""
    return _line(
        item["amount"],
        item["currency"],
        item["description"],
        quantity=item.get("quantity", 1),
        period=item["period"],
        pricing=item.get("pricing"),
        parent={
            "type": "invoice_item_details",
            "invoice_item_details": {
                "invoice_item": item.get("id"),
                "proration": item["proration"],
                "subscription": item.get("subscription"),
            },
        },
    )


def for_period(
    store: Store,
    subscription_id: str,
    held: Iterable[tuple[str | None, Held]],
    period: tuple[int, int],
) -> list[Obj]:
    """The lines of a whole period; ``held`` pairs an item's id with what it holds."""
    return [
        _line(
            one.price["unit_amount"] * one.quantity,
            one.price["currency"],
            f"{one.quantity} x {store.get(one.price['product'], 'product')['name']}",
            quantity=one.quantity,
            period={"start": period[0], "end": period[1]},
            pricing=_pricing(one.price),
            parent={
                "type": "subscription_item_details",
                "subscription_item_details": {
                    "proration": False,
                    "subscription": subscription_id,
                    "subscription_item": item_id,
                },
            },
        )
        for item_id, one in held
    ]


def held_by(store: Store, subscription_id: str) -> list[tuple[str | None, Held]]:
    """What the subscription holds now."""
    return [
        (item["id"], Held(price=store.get(item["price"], "price"), quantity=item["quantity"]))
        for item in items_of(store, subscription_id)
    ]


def held_after(
    store: Store, subscription_id: str, changed: list[Change]
) -> list[tuple[str | None, Held]]:
    """What it would hold after the changes."""
    touched = {change.item["id"]: change.after for change in changed if change.item}
    kept = [
        (item_id, touched.get(item_id or "", held))
        for item_id, held in held_by(store, subscription_id)
    ]
    added = [(None, change.after) for change in changed if change.item is None]
    return [(item_id, held) for item_id, held in (*kept, *added) if held is not None]


def _pricing(price: Obj) -> Obj:
    return {
        "type": "price_details",
        "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": price["unit_amount_decimal"],
    }


def _line(amount: int, currency: str, description: str, **more: Any) -> Obj:
    return {
        "id": f"il_{secrets.token_hex(12)}",
        "object": "line_item",
        "amount": amount,
        "currency": currency,
        "description": description,
        "livemode": False,
        "metadata": {},
        **more,
    }
