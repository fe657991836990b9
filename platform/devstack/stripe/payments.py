"""Payments once, not monthly: their Checkout sessions, refunds, disputes, and who hears of them."""

from __future__ import annotations

import secrets
from typing import Any

from devstack.stripe import cards
from devstack.stripe.errors import StripeError, invalid, required
from devstack.stripe.periods import DAY
from devstack.stripe.store import Obj
from devstack.stripe.world import World


def create(world: World, params: Obj) -> Obj:
    """``POST /v1/checkout/sessions`` of mode payment."""
    for name in ("line_items", "success_url"):
        if not params.get(name):
            raise required(name)
    lines = [_priced(world, one) for one in params["line_items"]]
    currencies = {price["currency"] for price, _ in lines}
    if len(currencies) != 1:
        raise invalid("All line items must have the same currency.", "line_items")
    total = sum(price["unit_amount"] * quantity for price, quantity in lines)
    now = world.now(None)
    session = world.store.new(
        "checkout.session",
        amount_subtotal=total,
        amount_total=total,
        allow_promotion_codes=False,
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        currency=currencies.pop(),
        customer=None,
        customer_details=None,
        customer_email=params.get("customer_email"),
        expires_at=params.get("expires_at") or now + DAY,
        metadata=params.get("metadata") or {},
        mode="payment",
        payment_intent=None,
        payment_status="unpaid",
        status="open",
        subscription=None,
        success_url=params["success_url"],
        _discounts=[],
        _line_items=[{"price": price["id"], "quantity": quantity} for price, quantity in lines],
        _subscription_data={},
        _payment_intent_data=params.get("payment_intent_data") or {},
    )
    return world.store.change(session, url=f"{world.base}/c/pay/{session['id']}")


def pay(world: World, session: Obj, card: dict[str, Any]) -> Obj:
    """Pay an open session with a typed-in card.

    Raises:
        StripeError: 402, the card refused; nothing is left behind.
    """
    if refusal := cards.refusal_of_charge(card):
        raise refusal
    with world.store.transaction():
        base: Obj = {
            "amount": session["amount_total"],
            "currency": session["currency"],
            "metadata": session["_payment_intent_data"].get("metadata") or {},
        }
        intent = world.store.new("payment_intent", status="succeeded", **base)
        charge = world.store.new(
            "charge", payment_intent=intent["id"], status="succeeded", disputed=False, **base
        )
        intent = world.store.change(intent, latest_charge=charge["id"])
        world.emit("payment_intent.succeeded", intent)
        session = world.store.change(
            session,
            customer_details={"email": session["customer_email"], "name": None},
            payment_intent=intent["id"],
            payment_status="paid",
            status="complete",
            url=None,
        )
        world.emit("checkout.session.completed", session)
    return session


def refund(world: World, params: Obj) -> Obj:
    """``POST /v1/refunds``: never more than was paid."""
    intent = world.store.get(params.get("payment_intent", ""), "payment_intent")
    paid = intent["amount"]
    before = sum(
        one["amount"]
        for one in world.store.all("refund")
        if one["payment_intent"] == intent["id"] and one["status"] == "succeeded"
    )
    amount = int(params.get("amount", paid - before))
    if amount <= 0 or before + amount > paid:
        raise StripeError(
            400,
            f"Refund amount ({amount}) is greater than unrefunded amount on charge "
            f"({paid - before}).",
            param="amount",
        )
    return world.store.new(
        "refund",
        amount=amount,
        currency=intent["currency"],
        payment_intent=intent["id"],
        metadata=params.get("metadata") or {},
        status="succeeded",
    )


def dispute(world: World, intent_id: str) -> Obj:
    """The payer's bank takes a payment back."""
    with world.store.transaction():
        intent = world.store.get(intent_id, "payment_intent")
        charge = world.store.get(intent["latest_charge"], "charge")
        world.store.change(charge, disputed=True)
        made = world.store.new(
            "dispute",
            amount=intent["amount"],
            charge=charge["id"],
            currency=intent["currency"],
            payment_intent=intent["id"],
            reason="fraudulent",
            status="needs_response",
        )
        world.emit("charge.dispute.created", made)
    return made


def balance() -> Obj:
    """``GET /v1/balance``."""
    return {"object": "balance", "available": [], "pending": [], "livemode": False}


def create_endpoint(world: World, params: Obj) -> Obj:
    """``POST /v1/webhook_endpoints``: events go to the newest endpoint from now on."""
    if not params.get("url"):
        raise required("url")
    secret = f"whsec_{secrets.token_hex(16)}"
    made = world.store.new(
        "webhook_endpoint",
        url=params["url"],
        enabled_events=params.get("enabled_events") or ["*"],
        status="enabled",
        _secret=secret,
    )
    remember_endpoint(world)
    return {**made, "secret": secret}


def remember_endpoint(world: World) -> None:
    """Send events to the endpoint that was registered last, if one was."""
    newest = next(world.store.all("webhook_endpoint", newest_first=True), None)
    if newest is not None:
        world.endpoint.url, world.endpoint.secret = newest["url"], newest["_secret"]


def _priced(world: World, line: Obj) -> tuple[Obj, int]:
    told = line.get("price_data") or {}
    for name in ("currency", "unit_amount"):
        if name not in told:
            raise required(f"line_items[price_data][{name}]")
    if not isinstance(told["unit_amount"], int) or told["unit_amount"] <= 0:
        raise invalid("This value must be greater than or equal to 1.", "unit_amount")
    name = (told.get("product_data") or {}).get("name") or "Payment"
    product = world.store.new("product", name=name, active=False)
    price = world.store.new(
        "price",
        product=product["id"],
        active=False,
        currency=str(told["currency"]).lower(),
        unit_amount=told["unit_amount"],
        recurring=None,
        type="one_time",
    )
    return price, int(line.get("quantity", 1))
