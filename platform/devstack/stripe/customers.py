"""Customers and how they pay."""

from __future__ import annotations

from typing import Any

from devstack.stripe import cards
from devstack.stripe.errors import invalid, required
from devstack.stripe.store import Obj, Store
from devstack.stripe.world import World

NOBODY = {
    "address": None,
    "balance": 0,
    "currency": None,
    "description": None,
    "email": None,
    "name": None,
    "phone": None,
    "test_clock": None,
}


def create_customer(world: World, params: Obj) -> Obj:
    """``POST /v1/customers``."""
    params = dict(params)
    settings = {"default_payment_method": None} | (params.pop("invoice_settings", None) or {})
    if params.get("test_clock"):
        world.store.get(params["test_clock"], "test_helpers.test_clock")
    customer = world.store.new("customer", **(NOBODY | params | {"invoice_settings": settings}))
    world.emit("customer.created", customer)
    return customer


def create_payment_method(world: World, params: Obj) -> Obj:
    """``POST /v1/payment_methods``, of type card only."""
    if params.get("type") != "card":
        raise invalid("The local Stripe knows cards only.", "type")
    card = params.get("card") or {}
    if "token" in card:
        return _new_card(world, cards.details(_number_of(card["token"])))
    if "number" not in card:
        raise required("card[number]")
    details = cards.details(card["number"], card.get("exp_month", 12), card.get("exp_year", 2035))
    return _new_card(world, details)


def attach(world: World, method_id: str, params: Obj) -> Obj:
    """``POST /v1/payment_methods/:id/attach``; also ``pm_card_visa`` and its like."""
    customer = world.store.get(params.get("customer", ""), "customer")
    if method_id in cards.TOKENS:
        method = _new_card(world, cards.details(cards.TOKENS[method_id]))
    else:
        method = world.store.get(method_id, "payment_method")
    cards.refuse_attachment(method["card"])
    method = world.store.change(method, customer=customer["id"])
    world.emit("payment_method.attached", method)
    return method


def detach(world: World, method_id: str) -> Obj:
    """``POST /v1/payment_methods/:id/detach``."""
    method = world.store.get(method_id, "payment_method")
    detached = world.store.change(method, customer=None)
    world.emit("payment_method.detached", detached, {"customer": method["customer"]})
    return detached


def attach_card(world: World, customer: Obj, card: dict[str, Any]) -> Obj:
    """Give the customer the card typed into a page."""
    return attach(world, _new_card(world, card)["id"], {"customer": customer["id"]})


def create_setup_intent(world: World, params: Obj) -> Obj:
    """``POST /v1/setup_intents``."""
    intent = world.store.new("setup_intent", status="requires_payment_method", **params)
    return world.store.change(intent, client_secret=f"{intent['id']}_secret_local")


def paying_card(store: Store, customer: Obj, subscription: Obj | None) -> dict[str, Any] | None:
    """The card that pays: the subscription's own, else the customer's default."""
    chosen = (subscription or {}).get("default_payment_method") or (
        customer["invoice_settings"].get("default_payment_method")
    )
    method = store.find(chosen) if chosen else None
    return method["card"] if method and method["customer"] == customer["id"] else None


def _new_card(world: World, card: dict[str, Any]) -> Obj:
    details = {"name": None, "email": None, "phone": None, "address": None}
    return world.store.new(
        "payment_method", type="card", customer=None, card=card, billing_details=details
    )


def _number_of(token: str) -> str:
    if token not in cards.TOKENS:
        raise invalid(f"No such token: '{token}'", "card[token]")
    return cards.TOKENS[token]
