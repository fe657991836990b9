"""Products, prices with lookup keys, coupons and promotion codes."""

from __future__ import annotations

import secrets

from devstack.stripe.errors import StripeError, invalid, missing, required
from devstack.stripe.store import Obj, Store
from devstack.stripe.world import World

PER_CENT = 100


def create_product(world: World, params: Obj) -> Obj:
    """``POST /v1/products``."""
    if not params.get("name"):
        raise required("name")
    if params.get("id") and world.store.find(params["id"]):
        raise StripeError(400, "Product already exists.", code="resource_already_exists")
    product = world.store.new(
        "product", **({"active": True, "description": None, "default_price": None} | params)
    )
    world.emit("product.created", product)
    return product


def create_price(world: World, params: Obj) -> Obj:
    """``POST /v1/prices``; a lookup key names one price at a time."""
    params = dict(params)
    for name in ("currency", "unit_amount"):
        if name not in params:
            raise required(name)
    takes_key = params.pop("transfer_lookup_key", False)
    product_id = params.get("product") or _inline_product(world, params)["id"]
    world.store.get(product_id, "product")
    if params.get("lookup_key"):
        _free_lookup_key(world, params["lookup_key"], takes=takes_key)
    params.pop("product_data", None)
    recurring = params.get("recurring")
    if recurring:
        defaults = {"interval_count": 1, "usage_type": "licensed", "trial_period_days": None}
        params["recurring"] = defaults | recurring
    defaults = {
        "active": True,
        "billing_scheme": "per_unit",
        "lookup_key": None,
        "nickname": None,
        "recurring": None,
        "type": "recurring" if recurring else "one_time",
        "unit_amount_decimal": str(params["unit_amount"]),
    }
    price = world.store.new("price", **(defaults | params | {"product": product_id}))
    world.emit("price.created", price)
    return price


def create_coupon(world: World, params: Obj) -> Obj:
    """``POST /v1/coupons``."""
    if ("percent_off" in params) == ("amount_off" in params):
        raise invalid("Give percent_off or amount_off, one of the two.", "percent_off")
    defaults = {
        "amount_off": None,
        "currency": None,
        "duration": "once",
        "duration_in_months": None,
        "name": None,
        "percent_off": None,
        "times_redeemed": 0,
        "valid": True,
    }
    return world.store.new("coupon", **(defaults | params))


def create_promotion_code(world: World, params: Obj) -> Obj:
    """``POST /v1/promotion_codes``."""
    promotion = params.get("promotion") or {}
    coupon = world.store.get(promotion.get("coupon", ""), "coupon")
    code = params.get("code") or secrets.token_hex(4).upper()
    return world.store.new("promotion_code", active=True, code=code, _coupon=coupon["id"])


def coupon_of(store: Store, discounts: list[Obj]) -> Obj | None:
    """The coupon that a call's ``discounts`` name, by itself or by its promotion code."""
    for discount in discounts:
        if code := discount.get("promotion_code"):
            return store.get(store.get(code, "promotion_code")["_coupon"], "coupon")
        if coupon := discount.get("coupon"):
            return store.get(coupon, "coupon")
    return None


def find_promotion_code(store: Store, code: str) -> Obj | None:
    """The active promotion code a person typed, in any case."""
    wanted = code.strip().upper()
    codes = (one for one in store.all("promotion_code") if one["active"])
    return next((one for one in codes if one["code"].upper() == wanted), None)


def off(coupon: Obj | None, subtotal: int) -> int:
    """How many minor units the coupon takes off ``subtotal``."""
    if coupon is None or subtotal <= 0:
        return 0
    if coupon["percent_off"] is not None:
        return (2 * subtotal * int(coupon["percent_off"]) + PER_CENT) // (2 * PER_CENT)
    return min(int(coupon["amount_off"]), subtotal)


def _inline_product(world: World, params: Obj) -> Obj:
    data = params.get("product_data")
    if not data:
        raise required("product")
    return create_product(world, data)


def _free_lookup_key(world: World, lookup_key: str, *, takes: bool) -> None:
    holders = [one for one in world.store.all("price") if one["lookup_key"] == lookup_key]
    for holder in holders:
        if not takes:
            raise invalid(f"A price (`{holder['id']}`) already uses that lookup key.", "lookup_key")
        world.emit("price.updated", world.store.change(holder, lookup_key=None))


def recurring_price(store: Store, price_id: str | None) -> Obj:
    """An active recurring price.

    Raises:
        StripeError: There is none, or it is archived or one-time.
    """
    if not price_id:
        raise required("items[0][price]")
    price = store.find(price_id)
    if price is None or price["object"] != "price":
        raise missing("price", price_id)
    if not price["active"]:
        raise invalid("The price specified is inactive.", "price")
    if not price["recurring"]:
        raise invalid("The price specified is one-time; a subscription needs recurring.", "price")
    return price
