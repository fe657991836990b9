"""Subscriptions of many items: created, changed, followed through payment, cancelled."""

from __future__ import annotations

from devstack.stripe import invoices, lines
from devstack.stripe.catalogue import coupon_of, recurring_price
from devstack.stripe.errors import StripeError, invalid, required
from devstack.stripe.periods import DAY, add_period
from devstack.stripe.shapes import items_of
from devstack.stripe.store import Obj
from devstack.stripe.world import World

SETTABLE = frozenset(
    {"cancel_at_period_end", "cancel_at", "default_payment_method", "description", "metadata"}
)
ENDED = frozenset({"canceled", "incomplete_expired"})


def create(world: World, params: Obj) -> Obj:
    """``POST /v1/subscriptions``."""
    store = world.store
    customer = store.get(params.get("customer", ""), "customer")
    now = world.now(customer["id"])
    wanted = params.get("items") or []
    prices = [recurring_price(store, item.get("price")) for item in wanted]
    interval, count = _one_interval(prices)
    trial_end = _trial_end(params, now)
    end = trial_end or add_period(now, interval, count)
    subscription = store.new(
        "subscription",
        now=now,
        start_date=now,
        customer=customer["id"],
        status="trialing" if trial_end else "incomplete",
        billing_cycle_anchor=end if trial_end else now,
        cancel_at=None,
        cancel_at_period_end=False,
        canceled_at=None,
        collection_method="charge_automatically",
        currency=prices[0]["currency"],
        default_payment_method=params.get("default_payment_method"),
        description=params.get("description"),
        discounts=_discounts(world, params, now),
        ended_at=None,
        latest_invoice=None,
        metadata=params.get("metadata") or {},
        trial_start=now if trial_end else None,
        trial_end=trial_end,
    )
    for item, price in zip(wanted, prices, strict=True):
        _add_item(world, subscription, price["id"], item.get("quantity", 1), (now, end))
    world.emit("customer.subscription.created", subscription)
    behaviour = params.get("payment_behavior", "allow_incomplete")
    return bill_period(world, subscription, "subscription_create", now, behaviour)


def _one_interval(prices: list[Obj]) -> tuple[str, int]:
    if not prices:
        raise required("items")
    intervals = {
        (one["recurring"]["interval"], one["recurring"]["interval_count"]) for one in prices
    }
    if len(intervals) > 1 or len({one["currency"] for one in prices}) > 1:
        raise invalid("All prices of a subscription share interval and currency.", "items")
    interval, count = intervals.pop()
    return str(interval), int(count)


def _trial_end(params: Obj, now: int) -> int | None:
    if days := params.get("trial_period_days"):
        return now + int(days) * DAY
    return params["trial_end"] if isinstance(params.get("trial_end"), int) else None


def _discounts(world: World, params: Obj, now: int) -> list[str]:
    coupon = coupon_of(world.store, params.get("discounts") or [])
    if coupon is None:
        return []
    months = coupon["duration_in_months"] if coupon["duration"] == "repeating" else None
    discount = world.store.new(
        "discount",
        now=now,
        source={"type": "coupon", "coupon": coupon["id"]},
        start=now,
        end=add_period(now, "month", months) if months else None,
        _once=coupon["duration"] == "once",
    )
    return [discount["id"]]


def begin_period(world: World, subscription: Obj, at: int) -> Obj:
    """Begin the next period ``at``, which also ends a trial, and invoice it."""
    items = items_of(world.store, subscription["id"])
    recurring = world.store.get(items[0]["price"], "price")["recurring"]
    end = add_period(at, recurring["interval"], recurring["interval_count"])
    for item in items:
        world.store.change(item, current_period_start=at, current_period_end=end)
    previous = {"status": subscription["status"]}
    if subscription["status"] == "trialing":
        subscription = world.store.change(subscription, status="active")
    world.emit("customer.subscription.updated", subscription, previous)
    return bill_period(world, subscription, "subscription_cycle", at)


def bill_period(
    world: World, subscription: Obj, reason: str, now: int, behaviour: str = "allow_incomplete"
) -> Obj:
    """Invoice the current period (nothing during a trial) and follow how paying it went."""
    subscription = _drop_old_discounts(world, subscription, now)
    period = lines.period_of(world.store, subscription["id"])
    found = []
    if subscription["status"] != "trialing":
        held = lines.held_by(world.store, subscription["id"])
        found = lines.for_period(world.store, subscription["id"], held, period)
    return invoice_now(world, subscription, found, reason=reason, now=now, behaviour=behaviour)


def _drop_old_discounts(world: World, subscription: Obj, now: int) -> Obj:
    def alive(discount_id: str) -> bool:
        discount = world.store.get(discount_id, "discount")
        used_up = discount["_once"] and subscription["latest_invoice"] is not None
        return not used_up and (discount["end"] is None or discount["end"] > now)

    kept = [one for one in subscription["discounts"] if alive(one)]
    return world.store.change(subscription, discounts=kept)


def invoice_now(
    world: World, subscription: Obj, found: list[Obj], *, reason: str, now: int, behaviour: str
) -> Obj:
    """Invoice the lines ``found`` and pending items, charge, and move the subscription.

    Raises:
        StripeError: 402, the card refused and ``behaviour`` is ``error_if_incomplete``.
    """
    invoice = invoices.draft(
        world, subscription["customer"], found, subscription=subscription, reason=reason, now=now
    )
    invoice = invoices.finalize(world, invoice, now)
    subscription = world.store.change(subscription, latest_invoice=invoice["id"])
    if behaviour == "default_incomplete" and invoice["amount_due"]:
        return subscription
    invoice, refusal = invoices.pay(world, invoice, now)
    if refusal and behaviour == "error_if_incomplete":
        raise refusal
    return follow_payment(world, invoice, refused=refusal is not None)


def follow_payment(world: World, invoice: Obj, *, refused: bool) -> Obj:
    """Move the subscription to what the payment of its invoice means."""
    subscription = world.store.get(invoice["subscription"], "subscription")
    status = subscription["status"]
    if status in ENDED or status == "trialing":
        return subscription
    wanted = "active"
    if refused:
        wanted = "incomplete" if status == "incomplete" else "past_due"
    elif status == "past_due" and _still_owes(world, subscription):
        wanted = "past_due"
    if wanted != status:
        subscription = world.store.change(subscription, status=wanted)
        world.emit("customer.subscription.updated", subscription, {"status": status})
    return subscription


def _still_owes(world: World, subscription: Obj) -> bool:
    owed = world.store.all("invoice", subscription=subscription["id"])
    return any(one["status"] == "open" and one["attempted"] for one in owed)


def update(world: World, subscription_id: str, params: Obj) -> Obj:
    """``POST /v1/subscriptions/:id``."""
    subscription = world.store.get(subscription_id, "subscription")
    if subscription["status"] in ENDED:
        raise StripeError(
            404, f"No such subscription: '{subscription_id}'", code="resource_missing"
        )
    if params.get("items"):
        subscription = _change_items(world, subscription, params)
    wanted = {name: params[name] for name in SETTABLE & params.keys()}
    if params.get("trial_end") == "now" and subscription["status"] == "trialing":
        now = world.now(subscription["customer"])
        subscription = begin_period(world, world.store.change(subscription, trial_end=now), now)
    previous = {name: subscription[name] for name in wanted}
    if "metadata" in wanted:
        wanted["metadata"] = merged(subscription["metadata"], wanted["metadata"])
    wanted = {name: None if value == "" else value for name, value in wanted.items()}
    subscription = world.store.change(subscription, **wanted)
    world.emit("customer.subscription.updated", subscription, previous)
    return subscription


def merged(old: Obj, new: Obj) -> Obj:
    """Metadata after an update: an empty value deletes its key."""
    both = old | (new or {})
    return {name: value for name, value in both.items() if value != ""}


def _change_items(world: World, subscription: Obj, params: Obj) -> Obj:
    store, behaviour = world.store, params.get("proration_behavior", "create_prorations")
    now = world.now(subscription["customer"])
    changed = lines.changes(store, subscription["id"], params["items"])
    if not lines.held_after(store, subscription["id"], changed):
        raise invalid("A subscription must have at least one item.", "items")
    at = params.get("proration_date") or now
    prorated = [] if behaviour == "none" else lines.prorations(store, subscription, changed, at)
    period = lines.period_of(store, subscription["id"])
    for change in changed:
        _apply(world, subscription, change, period)
    for item in prorated:
        store.new("invoiceitem", now=now, **item)
    if behaviour != "always_invoice" or not prorated:
        return subscription
    paying = params.get("payment_behavior", "allow_incomplete")
    reason = "subscription_update"
    return invoice_now(world, subscription, [], reason=reason, now=now, behaviour=paying)


def _apply(world: World, subscription: Obj, change: lines.Change, period: tuple[int, int]) -> None:
    if change.item and change.after:
        held = change.after
        world.store.change(change.item, price=held.price["id"], quantity=held.quantity)
    elif change.item:
        world.store.delete(change.item["id"])
    elif change.after:
        _add_item(world, subscription, change.after.price["id"], change.after.quantity, period)


def _add_item(
    world: World, subscription: Obj, price_id: str, quantity: int, period: tuple[int, int]
) -> Obj:
    return world.store.new(
        "subscription_item",
        now=world.now(subscription["customer"]),
        subscription=subscription["id"],
        price=price_id,
        quantity=quantity,
        current_period_start=period[0],
        current_period_end=period[1],
    )


def cancel(world: World, subscription_id: str, params: Obj | None = None) -> Obj:
    """``DELETE /v1/subscriptions/:id``; ``prorate`` credits the rest, ``invoice_now`` bills it."""
    params = params or {}
    store = world.store
    subscription = store.get(subscription_id, "subscription")
    if subscription["status"] in ENDED:
        raise StripeError(
            404, f"No such subscription: '{subscription_id}'", code="resource_missing"
        )
    now = world.now(subscription["customer"])
    if params.get("prorate"):
        gone = [{"id": item["id"], "deleted": True} for item in items_of(store, subscription_id)]
        changed = lines.changes(store, subscription_id, gone)
        for item in lines.prorations(store, subscription, changed, now):
            store.new("invoiceitem", now=now, **item)
    if params.get("invoice_now"):
        subscription = invoice_now(
            world, subscription, [], reason="subscription_update", now=now, behaviour=""
        )
    for invoice in store.all("invoice", subscription=subscription_id):
        if invoice["status"] == "open":
            store.change(invoice, next_payment_attempt=None)
    ended = store.change(subscription, status="canceled", canceled_at=now, ended_at=now)
    world.emit("customer.subscription.deleted", ended)
    return ended


def create_item(world: World, params: Obj) -> Obj:
    """``POST /v1/subscription_items``."""
    if "subscription" not in params:
        raise required("subscription")
    known = {item["id"] for item in items_of(world.store, params["subscription"])}
    _update_one(world, params["subscription"], params, {"price": params.get("price")})
    return next(
        item for item in items_of(world.store, params["subscription"]) if item["id"] not in known
    )


def update_item(world: World, item_id: str, params: Obj) -> Obj:
    """``POST /v1/subscription_items/:id``."""
    item = world.store.get(item_id, "subscription_item")
    _update_one(world, item["subscription"], params, {"id": item_id})
    return world.store.get(item_id, "subscription_item")


def delete_item(world: World, item_id: str, params: Obj) -> Obj:
    """``DELETE /v1/subscription_items/:id``."""
    item = world.store.get(item_id, "subscription_item")
    _update_one(world, item["subscription"], params, {"id": item_id, "deleted": True})
    return {"id": item_id, "object": "subscription_item", "deleted": True}


def _update_one(world: World, subscription_id: str, params: Obj, item: Obj) -> None:
    wanted = item | {name: params[name] for name in ("price", "quantity") if name in params}
    passed = ("proration_behavior", "proration_date", "payment_behavior")
    options = {name: params[name] for name in passed if name in params}
    update(world, subscription_id, {"items": [wanted], **options})
