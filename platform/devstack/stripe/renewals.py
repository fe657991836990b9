"""What time brings: renewals, trial ends, payment retries, expired checkouts; and test clocks."""

from __future__ import annotations

from devstack.stripe import invoices, lines, subscriptions
from devstack.stripe.errors import invalid, required
from devstack.stripe.store import Obj
from devstack.stripe.world import World

RUNNING = frozenset({"active", "trialing", "past_due"})


def create_clock(world: World, params: Obj) -> Obj:
    """``POST /v1/test_helpers/test_clocks``."""
    if "frozen_time" not in params:
        raise required("frozen_time")
    return world.store.new(
        "test_helpers.test_clock",
        frozen_time=params["frozen_time"],
        name=params.get("name"),
        status="ready",
    )


def advance_clock(world: World, clock_id: str, params: Obj) -> Obj:
    """``POST /v1/test_helpers/test_clocks/:id/advance``; here it is done when it answers."""
    clock = world.store.get(clock_id, "test_helpers.test_clock")
    until = params.get("frozen_time", 0)
    if until <= clock["frozen_time"]:
        raise invalid("A test clock only moves forwards.", "frozen_time")
    tick(world, until, clock_id)
    clock = world.store.change(clock, frozen_time=until, status="ready")
    world.emit("test_helpers.test_clock.ready", clock)
    return clock


def tick(world: World, now: int, clock_id: str | None = None) -> None:
    """Do all that is due until ``now`` for the customers of one test clock, or of none."""
    for subscription in list(world.store.all("subscription")):
        customer = world.store.get(subscription["customer"], "customer")
        if customer["test_clock"] == clock_id:
            while _step(world, subscription["id"], now):
                pass


def expire_sessions(world: World, now: int) -> None:
    """Expire the Checkout sessions nobody finished."""
    for session in list(world.store.all("checkout.session")):
        if session["status"] == "open" and session["expires_at"] <= now:
            expired = world.store.change(session, status="expired", url=None)
            world.emit("checkout.session.expired", expired)


def _step(world: World, subscription_id: str, now: int) -> bool:
    """Do the earliest thing due for a subscription; False when nothing is."""
    subscription = world.store.get(subscription_id, "subscription")
    retries = [
        (invoice["next_payment_attempt"], invoice["id"])
        for invoice in world.store.all("invoice", subscription=subscription_id)
        if invoice["status"] == "open" and invoice["next_payment_attempt"]
    ]
    renewal = _renewal_at(world, subscription)
    if retries and min(retries)[0] <= min(now, renewal or now):
        at, invoice_id = min(retries)
        _retry(world, invoice_id, at)
        return True
    if renewal is not None and renewal <= now:
        _renew(world, subscription, renewal)
        return True
    return False


def _renewal_at(world: World, subscription: Obj) -> int | None:
    if subscription["status"] not in RUNNING:
        return None
    ends = lines.period_of(world.store, subscription["id"])[1]
    return min(ends, subscription["cancel_at"] or ends)


def _retry(world: World, invoice_id: str, at: int) -> None:
    invoice = world.store.get(invoice_id, "invoice")
    invoice, refusal = invoices.pay(world, invoice, at)
    subscriptions.follow_payment(world, invoice, refused=refusal is not None)
    if refusal and invoice["next_payment_attempt"] is None:
        _end(world, invoice["subscription"], at)


def _renew(world: World, subscription: Obj, at: int) -> None:
    if subscription["cancel_at_period_end"] or subscription["cancel_at"] == at:
        _end(world, subscription["id"], at)
        return
    subscriptions.begin_period(world, subscription, at)


def _end(world: World, subscription_id: str, at: int) -> None:
    ended = subscriptions.cancel(world, subscription_id)
    world.store.change(ended, ended_at=at)
