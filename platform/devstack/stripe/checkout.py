"""Hosted Checkout: sessions, and what paying one makes."""

from __future__ import annotations

from typing import Any

from devstack.stripe import payments, subscriptions
from devstack.stripe.catalogue import coupon_of, find_promotion_code, off, recurring_price
from devstack.stripe.customers import attach_card, create_customer
from devstack.stripe.errors import StripeError, invalid, required
from devstack.stripe.periods import DAY
from devstack.stripe.store import Obj
from devstack.stripe.world import World


def create(world: World, params: Obj) -> Obj:
    """``POST /v1/checkout/sessions``, of modes subscription and payment."""
    if params.get("mode") == "payment":
        return payments.create(world, params)
    if params.get("mode") != "subscription":
        raise invalid("The local Stripe knows modes `subscription` and `payment` only.", "mode")
    for name in ("line_items", "success_url"):
        if not params.get(name):
            raise required(name)
    if params.get("customer") and params.get("customer_email"):
        raise invalid("You may only specify one of customer, customer_email.", "customer_email")
    if params.get("customer"):
        world.store.get(params["customer"], "customer")
    prices = [recurring_price(world.store, one.get("price")) for one in params["line_items"]]
    quantities = [one.get("quantity", 1) for one in params["line_items"]]
    subtotal = sum(
        price["unit_amount"] * quantity for price, quantity in zip(prices, quantities, strict=True)
    )
    coupon = coupon_of(world.store, params.get("discounts") or [])
    now = world.now(params.get("customer"))
    session = world.store.new(
        "checkout.session",
        now=now,
        amount_subtotal=subtotal,
        amount_total=subtotal - off(coupon, subtotal),
        allow_promotion_codes=params.get("allow_promotion_codes", False),
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        currency=prices[0]["currency"],
        customer=params.get("customer"),
        customer_details=None,
        customer_email=params.get("customer_email"),
        expires_at=params.get("expires_at") or now + DAY,
        metadata=params.get("metadata") or {},
        mode="subscription",
        payment_status="unpaid",
        status="open",
        subscription=None,
        success_url=params["success_url"],
        _discounts=params.get("discounts") or [],
        _line_items=params["line_items"],
        _subscription_data=params.get("subscription_data") or {},
    )
    return world.store.change(session, url=f"{world.base}/c/pay/{session['id']}")


def expire(world: World, session_id: str) -> Obj:
    """``POST /v1/checkout/sessions/:id/expire``."""
    session = world.store.get(session_id, "checkout.session")
    if session["status"] != "open":
        raise StripeError(400, "Only Checkout Sessions with a status of `open` can be expired.")
    session = world.store.change(session, status="expired", url=None)
    world.emit("checkout.session.expired", session)
    return session


def due_today(session: Obj) -> int:
    """What paying the session charges at once: nothing when it starts with a trial."""
    data = session["_subscription_data"]
    trial = data.get("trial_period_days") or data.get("trial_end")
    return 0 if trial else int(session["amount_total"])


def pay(world: World, session: Obj, card: dict[str, Any], form: Obj) -> Obj:
    """Pay an open session with a typed-in card; a refusal leaves nothing behind.

    Raises:
        StripeError: 402, the card refused.
    """
    if session["mode"] == "payment":
        return payments.pay(world, session, card)
    with world.store.transaction():
        session = _with_code(world, session, form.get("promotionCode", ""))
        customer = _customer(world, session, form)
        method = attach_card(world, customer, card)
        data = session["_subscription_data"]
        subscription = subscriptions.create(
            world,
            {
                "customer": customer["id"],
                "default_payment_method": method["id"],
                "discounts": session["_discounts"],
                "items": session["_line_items"],
                "payment_behavior": "error_if_incomplete",
                **data,
            },
        )
        details = {"email": customer["email"], "name": customer["name"]}
        session = world.store.change(
            session,
            customer=customer["id"],
            customer_details=details,
            payment_status="paid" if due_today(session) else "no_payment_required",
            status="complete",
            subscription=subscription["id"],
            url=None,
        )
        world.emit("checkout.session.completed", session)
    return session


def _with_code(world: World, session: Obj, typed: str) -> Obj:
    if not typed.strip() or not session["allow_promotion_codes"]:
        return session
    code = find_promotion_code(world.store, typed)
    if code is None:
        raise StripeError(402, "This promotion code is invalid.", kind="card_error")
    coupon = world.store.get(code["_coupon"], "coupon")
    subtotal = session["amount_subtotal"]
    return world.store.change(
        session,
        amount_total=subtotal - off(coupon, subtotal),
        _discounts=[{"promotion_code": code["id"]}],
    )


def _customer(world: World, session: Obj, form: Obj) -> Obj:
    if session["customer"]:
        return world.store.get(session["customer"], "customer")
    email = session["customer_email"] or form.get("email") or None
    return create_customer(world, {"email": email, "name": form.get("billingName") or None})


def return_url(session: Obj) -> str:
    """Where a paid session sends the browser."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])
