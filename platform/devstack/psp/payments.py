"""The redirect PSP: payments with a hosted page, a question before capture, payouts."""

from __future__ import annotations

import hmac
import http.client
import json
import time
from collections.abc import Mapping
from typing import Any

from devstack import posting
from devstack.psp.postman import PATIENCE_SECONDS, mac, public, signed, tell_payment, tell_payout
from devstack.psp.store import Obj, Refusal
from devstack.psp.world import World

FEE_PER_MILLE = 25
TECHNICAL = "technical_decline"
OPEN = frozenset({"initialised", "pending", "authorised"})
CLICKS = {
    "later": ("pending", ""),
    "cancel": ("cancelled", ""),
    "technical": ("declined", TECHNICAL),
    "decline": ("declined", "insufficient_funds"),
}
"""What the buttons of the page do, but for the one that pays."""


def answer(world: World, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Obj:
    """Answer one call of a merchant's.

    Raises:
        Refusal: What it refuses.
    """
    message = body if method == "POST" else target.encode()
    merchant = _proven(world, headers, message)
    path, _, query = target.partition("?")
    reference = query.removeprefix("reference=")
    told = json.loads(body) if body else {}
    match (method, path.strip("/").split("/")):
        case ("GET", ["merchants", _]):
            return {"merchant_id": merchant["merchant_id"], "is_open": True}
        case ("POST", ["payments"]):
            return _begin(world, merchant, told)
        case ("GET", ["payments"]):
            return public(_by_reference(world, "payment", merchant, reference))
        case ("POST", ["payouts"]):
            return _pay_out(world, merchant, told)
        case ("GET", ["payouts"]):
            return _payout(_by_reference(world, "payout", merchant, reference))
    raise Refusal(404, "not_found")


def act(world: World, payment: Obj, action: str) -> Obj:
    """Do what the payer clicked: ``pay``, ``later``, ``decline``, ``technical`` or ``cancel``."""
    if payment["state"] not in OPEN:
        return payment
    if action == "pay":
        return _capture(world, payment)
    state, code = CLICKS.get(action, CLICKS["decline"])
    return move(world, payment, state, code=code)


def move(world: World, payment: Obj, state: str, **fields: Any) -> Obj:
    """Move a payment and tell the merchant."""
    with world.store.transaction():
        payment = world.store.change(payment, state=state, changed_at=int(time.time()), **fields)
        tell_payment(world, payment)
        if state == "approved" and world.behaviour.conflict:
            tell_payment(world, payment, state="declined")
    return payment


def _capture(world: World, payment: Obj) -> Obj:
    """Ask the merchant once more, then take the money (or not, when told to misbehave)."""
    if not _confirmed(world, payment):
        return move(world, payment, "declined", code="validation_refused")
    if world.behaviour.pay:
        return move(world, payment, "declined", code=world.behaviour.pay)
    payment = move(world, payment, "authorised")
    fee = payment["amount_minor"] * FEE_PER_MILLE // 1000
    return move(world, payment, "approved", fee_minor=fee)


def _confirmed(world: World, payment: Obj) -> bool:
    if not payment["validation_url"]:
        return True
    merchant = world.store.get("merchant", payment["merchant"])
    told = {"merchant_id": merchant["merchant_id"], "payment": public(payment)}
    body = json.dumps(told).encode()
    headers = signed(world, merchant, body)
    try:
        url = payment["validation_url"]
        got = posting.post(url, body, headers, seconds=PATIENCE_SECONDS)
        return bool(json.loads(got.body).get("status") == "confirmed")
    except (OSError, http.client.HTTPException, ValueError):
        return False


def _begin(world: World, merchant: Obj, told: Obj) -> Obj:
    wanted = world.behaviour.begin
    if wanted in {TECHNICAL, "declined"}:
        raise Refusal(422, wanted)
    with world.store.transaction():
        found = world.store.find_by_reference("payment", merchant["id"], told["reference"])
        if found is None:
            if not isinstance(told["amount_minor"], int) or told["amount_minor"] <= 0:
                raise Refusal(422, "bad_amount")
            found = world.store.new(
                "payment",
                merchant["id"],
                told["reference"],
                amount_minor=told["amount_minor"],
                currency=told["currency"],
                title=told["title"],
                state="initialised",
                changed_at=int(time.time()),
                return_url=told["return_url"],
                cancel_url=told["cancel_url"],
                notification_url=told["notification_url"],
                validation_url=told["validation_url"],
            )
    if wanted == "error":
        raise Refusal(500, "error")
    return public(found) | {"redirect_url": f"{world.base}/pay/{found['id']}"}


def _pay_out(world: World, merchant: Obj, told: Obj) -> Obj:
    wanted = world.behaviour.payout
    if wanted == TECHNICAL:
        raise Refusal(422, wanted)
    with world.store.transaction():
        found = world.store.find_by_reference("payout", merchant["id"], told["reference"])
        if found is None:
            found = world.store.new(
                "payout",
                merchant["id"],
                told["reference"],
                amount_minor=told["amount_minor"],
                currency=told["currency"],
                state=wanted if wanted in {"rejected", "reversed"} else "approved",
                repeats=0,
                notification_url=told.get("notification_url", ""),
            )
            tell_payout(world, found)
        else:
            found = world.store.change(found, repeats=found.get("repeats", 0) + 1)
    if wanted == "error":
        raise Refusal(500, "error")
    return _payout(found)


def _payout(payout: Obj) -> Obj:
    names = ("reference", "amount_minor", "currency", "state")
    return {"payout_id": payout["id"], **{name: payout[name] for name in names}}


def _by_reference(world: World, kind: str, merchant: Obj, reference: str) -> Obj:
    found = world.store.find_by_reference(kind, merchant["id"], reference)
    if found is None:
        raise Refusal(404, "not_found")
    return found


def _proven(world: World, headers: Mapping[str, str], message: bytes) -> Obj:
    name, seconds = headers.get("x-merchant", ""), headers.get("x-timestamp", "")
    for merchant in world.merchants():
        expected = mac(merchant["secret"], seconds.encode() + b"." + message)
        is_right = hmac.compare_digest(headers.get("x-signature", "").encode(), expected.encode())
        if merchant["merchant_id"] == name and is_right:
            return merchant
    raise Refusal(401, "not_signed")
