"""``/control``: how tests and demos make it misbehave, and look at what happened."""

from __future__ import annotations

import json
import random
import time
from dataclasses import fields
from decimal import Decimal
from typing import Any

from devstack.psp import greenfield, payments
from devstack.psp.postman import Postman
from devstack.psp.store import Obj, Refusal
from devstack.psp.world import Behaviour, World


def control(world: World, postman: Postman, call: str, body: bytes) -> Any:
    """Answer one control call, named by method and path.

    ``POST /control/merchants``: ``{"merchant": name}``: his ids and secrets.
    ``POST /control/behaviour``: fields of :class:`Behaviour`; the rest goes back to normal.
    ``GET /control/deliveries``: every callback and its outcome.
    ``POST /control/release``: ``{"order": "created" | "reversed" | "shuffled"}``.
    ``POST /control/act``: ``{"reference", "action"}``: what the payer clicks on the hosted page.
    ``POST /control/move``: ``{"reference", "state"}``: the PSP's own change, such as a chargeback.
    ``POST /control/pay``: ``{"order", "share", "at_once"}``: send coins for an invoice.
    ``POST /control/expire``: ``{"order"}``: end an invoice.
    ``POST /control/wipe``: forget everything but the merchants.

    Raises:
        Refusal: 404, there is no such call or object.
    """
    wanted: Obj = json.loads(body or b"{}")
    match call:
        case "POST /control/merchants":
            found: Any = world.merchant(str(wanted["merchant"]))
        case "POST /control/behaviour":
            found = _behave(world, wanted)
        case "GET /control/deliveries":
            found = deliveries(world)
        case "POST /control/release":
            found = _release(world, postman, str(wanted.get("order", "created")))
        case "POST /control/wipe":
            world.store.wipe()
            found = {"ok": True}
        case _:
            found = _change(world, call, wanted)
    return found


def deliveries(world: World) -> list[Obj]:
    """Every callback and how it went, oldest first."""
    with world.store.lock:
        rows = world.store.db.execute(
            "select id, body, state, attempts, outcome from delivery order by id"
        ).fetchall()
    names = ("id", "event", "state", "attempts", "outcome")
    return [dict(zip(names, (i, json.loads(b), *rest), strict=True)) for i, b, *rest in rows]


def _change(world: World, call: str, wanted: Obj) -> Obj:
    match call:
        case "POST /control/act":
            return payments.act(world, _payment(world, wanted), str(wanted["action"]))
        case "POST /control/move":
            return payments.move(world, _payment(world, wanted), str(wanted["state"]))
        case "POST /control/pay":
            share = Decimal(str(wanted.get("share", 1)))
            paid = greenfield.pay(world, _invoice(world, wanted), share)
            if wanted.get("at_once") and paid["status"] == "Processing":
                paid = greenfield.settle(world, paid)
            return paid
        case "POST /control/expire":
            return greenfield.expire(world, _invoice(world, wanted))
    raise Refusal(404, "not_found", f"There is no control call {call}.")


def _behave(world: World, wanted: Obj) -> Obj:
    known = {one.name for one in fields(Behaviour)}
    if unknown := wanted.keys() - known:
        raise Refusal(400, "unknown_behaviour", ", ".join(sorted(unknown)))
    world.behaviour = Behaviour(**wanted)
    return {"ok": True}


def _payment(world: World, wanted: Obj) -> Obj:
    for merchant in world.merchants():
        reference = str(wanted.get("reference", ""))
        found = world.store.find_by_reference("payment", merchant["id"], reference)
        if found is not None:
            return found
    raise Refusal(404, "not_found")


def _invoice(world: World, wanted: Obj) -> Obj:
    for one in world.store.all("invoice"):
        if one["metadata"].get("orderId") == wanted.get("order"):
            return one
    raise Refusal(404, "not_found")


def _release(world: World, postman: Postman, order: str) -> list[str]:
    with world.store.transaction():
        held = world.store.db.execute(
            "update delivery set state='sending', due_at=? where state='held' returning id",
            (time.time(),),
        ).fetchall()
    ids = sorted(row[0] for row in held)
    if order == "reversed":
        ids.reverse()
    elif order == "shuffled":
        random.shuffle(ids)
    return [postman.deliver(delivery_id) for delivery_id in ids]
