"""How stored objects look in an answer: sub-lists added, private fields left out, ids expanded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from devstack.stripe.store import Obj, Store

# Kept for looking up; Stripe says the same under ``parent``.
HIDDEN = {"invoice": frozenset({"subscription"}), "invoiceitem": frozenset({"subscription"})}


def show(store: Store, obj: Obj, expand: Iterable[str] = ()) -> Obj:
    """``obj`` as the API answers it."""
    if obj.get("deleted"):
        return obj
    hidden = HIDDEN.get(obj["object"], frozenset())
    shown = {
        name: value
        for name, value in obj.items()
        if not name.startswith("_") and name not in hidden
    }
    add = ADDITIONS.get(obj["object"])
    if add:
        shown |= add(store, obj)
    for path in expand:
        _expand(store, shown, obj, path.removeprefix("data."))
    return shown


def _expand(store: Store, shown: Obj, obj: Obj, path: str) -> None:
    name, _, rest = path.partition(".")
    onward = [rest] if rest else []
    if name == "line_items" and "_line_items" in obj:
        shown[name] = whole_list(checkout_lines(store, obj), f"/v1/checkout/sessions/{obj['id']}")
        return
    value = shown.get(name)
    if isinstance(value, str) and (found := store.find(value)):
        shown[name] = show(store, found, onward)
    elif isinstance(value, list):
        shown[name] = [
            show(store, found, onward) if (found := store.find(str(one))) else one for one in value
        ]
    elif isinstance(value, dict) and value.get("object") == "list" and rest.startswith("data"):
        inner = rest.removeprefix("data").removeprefix(".")
        shown[name] = value | {
            "data": [_expanded(store, one, inner) if inner else one for one in value["data"]]
        }


def _expanded(store: Store, one: Obj, path: str) -> Obj:
    copy = dict(one)
    name, _, rest = path.partition(".")
    if isinstance(copy.get(name), dict) and rest:
        copy[name] = _expanded(store, copy[name], rest)
    else:
        _expand(store, copy, one, path)
    return copy


def whole_list(data: Iterable[Obj], url: str) -> Obj:
    """A list that fits on one page."""
    found = list(data)
    return {"object": "list", "url": url, "has_more": False, "data": found}


def items_of(store: Store, subscription_id: str) -> list[Obj]:
    """The stored items of a subscription, oldest first."""
    return list(store.all("subscription_item", subscription=subscription_id))


def checkout_lines(store: Store, session: Obj) -> Iterable[Obj]:
    """What a Checkout session sells, as line items."""
    for place, wanted in enumerate(session["_line_items"]):
        price = store.get(wanted["price"], "price")
        quantity = wanted.get("quantity", 1)
        yield {
            "id": f"li_{session['id'][-12:]}{place}",
            "object": "item",
            "amount_total": price["unit_amount"] * quantity,
            "currency": price["currency"],
            "description": store.get(price["product"], "product")["name"],
            "price": price,
            "quantity": quantity,
        }


def _subscription(store: Store, obj: Obj) -> Obj:
    items = [show(store, item) for item in items_of(store, obj["id"])]
    return {"items": whole_list(items, f"/v1/subscription_items?subscription={obj['id']}")}


def _item(store: Store, obj: Obj) -> Obj:
    return {"price": store.get(obj["price"], "price")}


def _invoice(_store: Store, obj: Obj) -> Obj:
    lines: list[dict[str, Any]] = obj.get("_lines", [])
    return {"lines": whole_list(lines, f"/v1/invoices/{obj['id']}/lines")}


def _promotion_code(_store: Store, obj: Obj) -> Obj:
    return {"promotion": {"type": "coupon", "coupon": obj["_coupon"]}}


ADDITIONS: dict[str, Callable[[Store, Obj], Obj]] = {
    "subscription": _subscription,
    "subscription_item": _item,
    "invoice": _invoice,
    "promotion_code": _promotion_code,
}
