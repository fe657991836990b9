"""The billing portal: sessions, and what a customer does in one."""

from __future__ import annotations

from typing import Any

from devstack.stripe import invoices, subscriptions
from devstack.stripe.customers import attach_card
from devstack.stripe.errors import StripeError
from devstack.stripe.store import Obj
from devstack.stripe.world import World


def create(world: World, params: Obj) -> Obj:
    """``POST /v1/billing_portal/sessions``."""
    customer = world.store.get(params.get("customer", ""), "customer")
    session = world.store.new(
        "billing_portal.session",
        now=world.now(customer["id"]),
        customer=customer["id"],
        return_url=params.get("return_url"),
    )
    return world.store.change(session, url=f"{world.base}/p/session/{session['id']}")


def change_card(world: World, customer: Obj, card: dict[str, Any]) -> None:
    """Make the typed-in card the one that pays from now on."""
    with world.store.transaction():
        method = attach_card(world, customer, card)
        settings = customer["invoice_settings"] | {"default_payment_method": method["id"]}
        customer = world.store.change(customer, invoice_settings=settings)
        world.emit("customer.updated", customer)
        for subscription in world.store.all("subscription", customer=customer["id"]):
            if subscription["status"] not in subscriptions.ENDED:
                wanted = {"default_payment_method": method["id"]}
                subscriptions.update(world, subscription["id"], wanted)


def pay_invoice(world: World, invoice_id: str) -> StripeError | None:
    """Try to pay an open invoice; return why it failed, if it did."""
    with world.store.transaction():
        invoice = world.store.get(invoice_id, "invoice")
        invoice, refusal = invoices.pay(world, invoice, world.now(invoice["customer"]))
        if invoice["subscription"]:
            subscriptions.follow_payment(world, invoice, refused=refusal is not None)
    return refusal


def end_at_period_end(world: World, subscription_id: str, *, ends: bool) -> None:
    """Cancel at the end of the period, or take that back."""
    with world.store.transaction():
        subscriptions.update(world, subscription_id, {"cancel_at_period_end": ends})


def subscriptions_of(world: World, customer_id: str) -> list[Obj]:
    """The customer's subscriptions that have not ended."""
    return [
        one
        for one in world.store.all("subscription", customer=customer_id)
        if one["status"] not in subscriptions.ENDED
    ]
