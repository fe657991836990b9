"""The crypto server: stores, invoices, webhooks and payouts after BTCPay's Greenfield API (v1)."""

from __future__ import annotations

import hmac
import json
import re
import time
import urllib.parse
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from devstack.psp.postman import tell_invoice
from devstack.psp.store import Obj, Refusal
from devstack.psp.world import World

RATES = {"USD": Decimal(65_000), "EUR": Decimal(60_000), "GBP": Decimal(51_000)}
"""What a coin costs here, always."""
EIGHT = Decimal("0.00000001")
LASTS_SECONDS = 900
PRIVATE = frozenset({"kind", "merchant", "reference", "settles_at", "due", "rate", "address"})


def answer(world: World, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Any:
    """Answer one call of a store's owner.

    Raises:
        Refusal: What it refuses.
    """
    path, _, query = target.partition("?")
    found = re.fullmatch(r"/api/v1/stores/([\w-]+)((?:/[\w-]+)*)", path)
    if not found:
        raise Refusal(404, "not-found")
    merchant = _proven(world, headers, found[1])
    told = json.loads(body) if body else {}
    parts = found[2].strip("/").split("/")
    if parts[0] == "invoices":
        return _invoices(world, merchant, parts[1:], query, told if method == "POST" else None)
    match (method, parts):
        case ("GET", [""]):
            return {"id": merchant["store_id"], "name": merchant["reference"]}
        case ("POST", ["webhooks"]):
            return _hook(world, merchant, told)
        case (_, ["payouts"]):
            return _payouts(world, merchant, told if method == "POST" else None)
    raise Refusal(404, "not-found")


def _invoices(world: World, merchant: Obj, parts: list[str], query: str, told: Obj | None) -> Any:
    """``/invoices``, ``/invoices/:id`` and ``/invoices/:id/payment-methods``."""
    match parts:
        case []:
            if told is None:
                return _found(world, merchant, query)
            return shown(_make(world, merchant, told))
        case [invoice_id]:
            return shown(_own(world, merchant, invoice_id))
        case [invoice_id, "payment-methods"]:
            return _methods(_own(world, merchant, invoice_id))
    raise Refusal(404, "not-found")


def pay(world: World, invoice: Obj, share: Decimal) -> Obj:
    """Send coins: ``share`` 1 is what is due, less is too little, more too much."""
    with world.store.transaction():
        paid = (Decimal(invoice["paidAmount"]) + Decimal(invoice["amount"]) * share).normalize()
        invoice = world.store.change(invoice, paidAmount=f"{paid:f}")
        tell_invoice(world, invoice, "InvoiceReceivedPayment")
        if invoice["status"] == "Expired":
            invoice = world.store.change(invoice, additionalStatus="PaidLate")
        elif invoice["status"] == "New" and paid >= Decimal(invoice["amount"]):
            over = "PaidOver" if paid > Decimal(invoice["amount"]) else "None"
            settles_at = time.time() + world.behaviour.confirm_seconds
            invoice = world.store.change(
                invoice, status="Processing", additionalStatus=over, settles_at=settles_at
            )
            tell_invoice(world, invoice, "InvoiceProcessing")
    return invoice


def tick(world: World, *, now: float) -> None:
    """Confirm what was paid, and let invoices expire; ``now`` in seconds since 1970."""
    for invoice in world.store.all("invoice"):
        if invoice["status"] == "Processing" and invoice["settles_at"] <= now:
            settle(world, invoice)
        elif invoice["status"] == "New" and invoice["expirationTime"] <= now:
            expire(world, invoice)


def settle(world: World, invoice: Obj) -> Obj:
    """The chain confirmed it."""
    with world.store.transaction():
        invoice = world.store.change(invoice, status="Settled")
        tell_invoice(world, invoice, "InvoiceSettled")
    return invoice


def expire(world: World, invoice: Obj) -> Obj:
    """Nobody paid in time, or not enough."""
    with world.store.transaction():
        more = "PaidPartial" if Decimal(invoice["paidAmount"]) else "None"
        invoice = world.store.change(invoice, status="Expired", additionalStatus=more)
        tell_invoice(world, invoice, "InvoiceExpired")
    return invoice


def shown(invoice: Obj) -> Obj:
    """An invoice as the API tells it."""
    return {name: value for name, value in invoice.items() if name not in PRIVATE}


def _make(world: World, merchant: Obj, told: Obj) -> Obj:
    if world.behaviour.begin:
        raise Refusal(503 if world.behaviour.begin == "error" else 422, "generic-error")
    rate = RATES.get(told["currency"], Decimal(1))
    amount = Decimal(told["amount"])
    now = int(time.time())
    made = world.store.new(
        "invoice",
        merchant["id"],
        storeId=merchant["store_id"],
        amount=f"{amount:f}",
        paidAmount="0",
        currency=told["currency"],
        metadata=told.get("metadata") or {},
        checkout=told.get("checkout") or {},
        status="New",
        additionalStatus="None",
        createdTime=now,
        expirationTime=now + LASTS_SECONDS,
        rate=f"{rate:f}",
        due=f"{(amount / rate).quantize(EIGHT):f}",
        settles_at=0,
    )
    address = f"bcrt1q{made['id']}"
    return world.store.change(made, address=address, checkoutLink=f"{world.base}/i/{made['id']}")


def _found(world: World, merchant: Obj, query: str) -> list[Obj]:
    wanted = urllib.parse.parse_qs(query).get("orderId", [])
    every = world.store.all("invoice", merchant["id"])
    return [shown(one) for one in every if one["metadata"].get("orderId") in wanted]


def _own(world: World, merchant: Obj, invoice_id: str) -> Obj:
    found = world.store.get("invoice", invoice_id)
    if found["merchant"] != merchant["id"]:
        raise Refusal(404, "invoice-not-found")
    return found


def _methods(invoice: Obj) -> list[Obj]:
    uri = f"bitcoin:{invoice['address']}?amount={invoice['due']}"
    return [
        {
            "paymentMethodId": "BTC-CHAIN",
            "currency": "BTC",
            "destination": invoice["address"],
            "due": invoice["due"],
            "rate": invoice["rate"],
            "paymentLink": uri,
        }
    ]


def _hook(world: World, merchant: Obj, told: Obj) -> Obj:
    events = told.get("authorizedEvents") or {}
    wanted = [] if events.get("everything") else events.get("specificEvents") or []
    with world.store.transaction():
        made = world.store.new(
            "webhook", merchant["id"], url=told["url"], secret=told["secret"], events=wanted
        )
    return {"id": made["id"], "url": made["url"], "enabled": True}


def _payouts(world: World, merchant: Obj, told: Obj | None) -> Any:
    if told is None:
        return [shown(one) for one in world.store.all("crypto_payout", merchant["id"])]
    if world.behaviour.payout == "technical_decline":
        raise Refusal(422, "generic-error")
    state = "Cancelled" if world.behaviour.payout in {"rejected", "reversed"} else "Completed"
    made = world.store.new(
        "crypto_payout",
        merchant["id"],
        state=state,
        metadata=told.get("metadata") or {},
        destination=told["destination"],
        amount=told["amount"],
        currency=told["currency"],
    )
    if world.behaviour.payout == "error":
        raise Refusal(500, "generic-error")
    return shown(made)


def _proven(world: World, headers: Mapping[str, str], store_id: str) -> Obj:
    told = headers.get("authorization", "").removeprefix("token ")
    for merchant in world.merchants():
        is_right = hmac.compare_digest(told.encode(), merchant["api_key"].encode())
        if merchant["store_id"] == store_id and is_right:
            return merchant
    raise Refusal(401, "unauthenticated")
