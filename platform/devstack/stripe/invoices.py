"""Invoices: drafted from lines, finalised, paid by card and retried."""

from __future__ import annotations

from devstack.stripe import lines
from devstack.stripe.cards import refusal_of_charge
from devstack.stripe.catalogue import off
from devstack.stripe.customers import paying_card
from devstack.stripe.errors import StripeError, invalid, required
from devstack.stripe.periods import DAY
from devstack.stripe.store import Obj, Store
from devstack.stripe.world import World

RETRY_AFTER_DAYS = (3, 5, 7)


def pending_items(store: Store, customer_id: str, subscription_id: str | None) -> list[Obj]:
    """Invoice items that wait for the next invoice."""
    return [
        item
        for item in store.all("invoiceitem", customer=customer_id)
        if item["invoice"] is None and item.get("subscription") in (None, subscription_id)
    ]


def figures(store: Store, customer_id: str, subscription: Obj | None, found: list[Obj]) -> Obj:
    """The sums of an invoice over the lines ``found``: discount, credit balance, amount due."""
    subtotal = sum(line["amount"] for line in found)
    discount = _discount(store, subscription)
    taken = off(store.get(discount["source"]["coupon"], "coupon"), subtotal) if discount else 0
    balance = store.get(customer_id, "customer")["balance"]
    total = subtotal - taken
    return {
        "subtotal": subtotal,
        "total": total,
        "total_discount_amounts": [{"amount": taken, "discount": discount["id"]}]
        if discount
        else [],
        "starting_balance": balance,
        "ending_balance": min(total + balance, 0),
        "amount_due": max(total + balance, 0),
        "amount_paid": 0,
        "amount_remaining": max(total + balance, 0),
    }


def _discount(store: Store, subscription: Obj | None) -> Obj | None:
    for discount_id in (subscription or {}).get("discounts", []):
        discount = store.get(discount_id, "discount")
        if discount["end"] is None or discount["end"] > 0:
            return discount
    return None


def draft(
    world: World,
    customer_id: str,
    found: list[Obj],
    *,
    subscription: Obj | None,
    reason: str,
    now: int,
) -> Obj:
    """A stored draft with the lines ``found`` and every pending item."""
    store = world.store
    subscription_id = subscription["id"] if subscription else None
    waiting = pending_items(store, customer_id, subscription_id)
    every_line = [*found, *(lines.from_invoice_item(item) for item in waiting)]
    details = {"subscription": subscription_id, "metadata": (subscription or {}).get("metadata")}
    invoice = store.new(
        "invoice",
        now=now,
        customer=customer_id,
        subscription=subscription_id,
        status="draft",
        currency=every_line[0]["currency"] if every_line else "usd",
        billing_reason=reason,
        collection_method="charge_automatically",
        number=None,
        hosted_invoice_url=None,
        invoice_pdf=None,
        attempt_count=0,
        attempted=False,
        next_payment_attempt=None,
        period_start=min((line["period"]["start"] for line in every_line), default=now),
        period_end=max((line["period"]["end"] for line in every_line), default=now),
        status_transitions={"finalized_at": None, "paid_at": None, "voided_at": None},
        parent={"type": "subscription_details", "subscription_details": details}
        if subscription
        else None,
        _lines=every_line,
        **figures(store, customer_id, subscription, every_line),
    )
    for item in waiting:
        store.change(item, invoice=invoice["id"])
    world.emit("invoice.created", invoice)
    return invoice


def preview(world: World, params: Obj) -> Obj:
    """``POST /v1/invoices/create_preview``: the same sums as the real thing, nothing stored."""
    store = world.store
    if "subscription" not in params:
        raise required("subscription")
    subscription = store.get(params["subscription"], "subscription")
    customer_id = subscription["customer"]
    details = params.get("subscription_details") or {}
    changed = lines.changes(store, subscription["id"], details.get("items", []))
    behaviour = details.get("proration_behavior", "create_prorations")
    now = details.get("proration_date") or world.now(customer_id)
    prorated = [] if behaviour == "none" else lines.prorations(store, subscription, changed, now)
    waiting = pending_items(store, customer_id, subscription["id"])
    found = [lines.from_invoice_item(item) for item in (*waiting, *prorated)]
    if behaviour != "always_invoice" or not changed:
        start, end = lines.period_of(store, subscription["id"])
        held = lines.held_after(store, subscription["id"], changed)
        found = [*lines.for_period(store, subscription["id"], held, (end, 2 * end - start)), *found]
    return {
        "id": "upcoming_in_local",
        "object": "invoice",
        "billing_reason": "upcoming",
        "created": now,
        "currency": subscription["currency"],
        "customer": customer_id,
        "metadata": {},
        "parent": {
            "type": "subscription_details",
            "subscription_details": {"subscription": subscription["id"]},
        },
        "status": "draft",
        "_lines": found,
        **figures(store, customer_id, subscription, found),
    }


def finalize(world: World, invoice: Obj, now: int) -> Obj:
    """Number a draft and take the customer's credit into account."""
    if invoice["status"] != "draft":
        raise invalid("This invoice is already finalized.", "invoice")
    store = world.store
    customer = store.get(invoice["customer"], "customer")
    number = sum(1 for one in store.all("invoice") if one["number"]) + 1
    url = f"{world.base}/i/{invoice['id']}"
    store.change(customer, balance=invoice["ending_balance"])
    invoice = store.change(
        invoice,
        status="open",
        number=f"LOCAL-{number:05d}",
        hosted_invoice_url=url,
        invoice_pdf=f"{url}/pdf",
        status_transitions=invoice["status_transitions"] | {"finalized_at": now},
    )
    world.emit("invoice.finalized", invoice)
    return invoice


def pay(world: World, invoice: Obj, now: int) -> tuple[Obj, StripeError | None]:
    """Charge what is due; return the invoice and why the card refused, if it did."""
    if invoice["status"] != "open":
        raise StripeError(400, f"Invoice is {invoice['status']}.", code="invoice_not_editable")
    store = world.store
    subscription = subscription_of(store, invoice)
    customer = store.get(invoice["customer"], "customer")
    refusal = None
    if invoice["amount_due"]:
        refusal = refusal_of_charge(paying_card(store, customer, subscription))
    attempts = invoice["attempt_count"] + (1 if invoice["amount_due"] else 0)
    if refusal:
        return _unpaid(world, invoice, attempts, now), refusal
    if invoice["amount_due"]:
        world.store.new(
            "payment_intent",
            now=now,
            amount=invoice["amount_due"],
            currency=invoice["currency"],
            customer=customer["id"],
            invoice=invoice["id"],
            status="succeeded",
        )
    paid = store.change(
        invoice,
        status="paid",
        amount_paid=invoice["amount_due"],
        amount_remaining=0,
        attempt_count=attempts,
        attempted=True,
        next_payment_attempt=None,
        status_transitions=invoice["status_transitions"] | {"paid_at": now},
    )
    world.emit("invoice.paid", paid)
    world.emit("invoice.payment_succeeded", paid)
    return paid, None


def _unpaid(world: World, invoice: Obj, attempts: int, now: int) -> Obj:
    again = None
    if attempts <= len(RETRY_AFTER_DAYS):
        again = now + RETRY_AFTER_DAYS[attempts - 1] * DAY
    failed = world.store.change(
        invoice, attempt_count=attempts, attempted=True, next_payment_attempt=again
    )
    world.emit("invoice.payment_failed", failed)
    return failed


def void(world: World, invoice_id: str) -> Obj:
    """``POST /v1/invoices/:id/void``."""
    invoice = world.store.get(invoice_id, "invoice")
    if invoice["status"] not in ("open", "uncollectible"):
        raise invalid("You can only void an open invoice.", "invoice")
    moments = invoice["status_transitions"] | {"voided_at": world.now(invoice["customer"])}
    voided = world.store.change(
        invoice, status="void", next_payment_attempt=None, status_transitions=moments
    )
    world.emit("invoice.voided", voided)
    return voided


def subscription_of(store: Store, invoice: Obj) -> Obj | None:
    """The subscription an invoice belongs to, if any."""
    found = invoice.get("subscription")
    return store.get(found, "subscription") if found else None


def create_item(world: World, params: Obj) -> Obj:
    """``POST /v1/invoiceitems``: a one-time charge or credit for the next invoice."""
    for name in ("customer", "amount", "currency"):
        if name not in params:
            raise required(name)
    world.store.get(params["customer"], "customer")
    now = world.now(params["customer"])
    defaults = {
        "description": None,
        "invoice": None,
        "period": {"start": now, "end": now},
        "pricing": None,
        "proration": False,
        "quantity": 1,
        "subscription": None,
    }
    return world.store.new("invoiceitem", now=now, **(defaults | params))


def create(world: World, params: Obj) -> Obj:
    """``POST /v1/invoices``: a draft of the customer's pending items."""
    customer = world.store.get(params.get("customer", ""), "customer")
    now = world.now(customer["id"])
    return draft(world, customer["id"], [], subscription=None, reason="manual", now=now)
