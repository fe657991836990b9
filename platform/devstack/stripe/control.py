"""``/control``: how tests and demos make deliveries misbehave, and look at what happened."""

from __future__ import annotations

import json
import random
import time
from typing import Any

from devstack.stripe import payments, renewals
from devstack.stripe.errors import StripeError, invalid
from devstack.stripe.store import Obj
from devstack.stripe.webhooks import Behaviour, Postman, deliveries, send
from devstack.stripe.world import World

BEHAVIOUR_FIELDS = frozenset({"copies", "delay_seconds", "shuffle", "hold", "drop"})


def control(world: World, postman: Postman, call: str, body: bytes) -> Any:
    """Answer one control call, named by method and path.

    ``GET /control/events``: every event, oldest first.
    ``GET /control/deliveries``: every delivery and its outcome.
    ``POST /control/behaviour``: ``{"copies", "delay_seconds", "shuffle", "hold",
    "drop": [types or "*"]}``; what is left out goes back to normal.
    ``POST /control/release``: ``{"order": "created" | "reversed" | "shuffled" | [event ids]}``:
    send what was held, one after another; answers the outcomes.
    ``POST /control/send``: ``{"event": id}``: send one event again, now.
    ``POST /control/webhook``: ``{"url", "secret"}``: deliver elsewhere from now on.
    ``POST /control/dispute``: ``{"payment_intent"}``: the payer's bank takes the money back.
    ``POST /control/advance``: ``{"seconds"}``: renew real-time customers as if so much had passed.
    ``POST /control/wipe``: forget everything.

    Raises:
        StripeError: 400, the call makes no sense; 404, there is no such call.
    """
    wanted = _read(body)
    match call:
        case "GET /control/events":
            return list(world.store.all("event"))
        case "GET /control/deliveries":
            return deliveries(world.store)
        case "POST /control/release":
            return _release(world, postman, wanted.get("order", "created"))
        case "POST /control/send":
            return _send(world, wanted.get("event", ""))
    return _change(world, call, wanted)


def _change(world: World, call: str, wanted: Obj) -> Any:
    match call:
        case "POST /control/behaviour":
            world.behaviour = _behaviour(wanted)
        case "POST /control/webhook":
            world.endpoint.url = str(wanted.get("url", world.endpoint.url))
            world.endpoint.secret = str(wanted.get("secret", world.endpoint.secret))
        case "POST /control/dispute":
            payments.dispute(world, str(wanted.get("payment_intent", "")))
        case "POST /control/advance":
            with world.store.transaction():
                renewals.tick(world, int(time.time()) + int(wanted.get("seconds", 0)))
        case "POST /control/wipe":
            world.store.wipe()
        case _:
            raise StripeError(404, f"There is no control call {call}.")
    return {"ok": True}


def _read(body: bytes) -> Obj:
    try:
        found = json.loads(body or b"{}")
    except ValueError as error:
        raise StripeError(400, f"The body is no JSON: {error}") from error
    return found if isinstance(found, dict) else {}


def _behaviour(wanted: Obj) -> Behaviour:
    if unknown := wanted.keys() - BEHAVIOUR_FIELDS:
        raise invalid(f"Unknown behaviour: {', '.join(sorted(unknown))}.", "behaviour")
    drop = wanted.get("drop", ())
    if isinstance(drop, str):
        drop = (drop,)
    return Behaviour(**(wanted | {"drop": tuple(drop)}))


def _release(world: World, postman: Postman, order: str | list[str]) -> list[Obj]:
    held = [one for one in deliveries(world.store) if one["state"] == "held"]
    if isinstance(order, list):
        held = [one for event in order for one in held if one["event"] == event]
    elif order == "reversed":
        held.reverse()
    elif order == "shuffled":
        random.shuffle(held)
    return [
        {"event": one["event"], "outcome": postman.deliver(one["id"], one["event"])} for one in held
    ]


def _send(world: World, event_id: str) -> Obj:
    event = world.store.get(event_id, "event")
    return {"event": event_id, "outcome": send(world.endpoint, event)}
