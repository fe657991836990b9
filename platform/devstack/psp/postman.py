"""Callbacks on their way: signed, retried, and misbehaving on request."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import random
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from devstack import posting
from devstack.psp.store import Obj
from devstack.psp.world import World

SENDERS = 4
PATIENCE_SECONDS = 10.0
IDLE_SECONDS = 0.2
SHUFFLE_SECONDS = 0.6
LONGEST_WAIT_SECONDS = 300.0
MOST_ATTEMPTS = 20


def mac(secret: str, message: bytes) -> str:
    """HMAC-SHA256 in hex."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def tell_payment(world: World, payment: Obj, *, state: str = "") -> None:
    """Queue a callback of the redirect PSP about a payment."""
    shown = public(payment) | ({"state": state} if state else {})
    _queue_signed(world, payment, {"kind": "payment", "payment": shown})


def tell_payout(world: World, payout: Obj) -> None:
    """Queue a callback of the redirect PSP about a payout."""
    shown = {name: value for name, value in payout.items() if name not in PRIVATE}
    if payout.get("notification_url"):
        _queue_signed(
            world, payout, {"kind": "payout", "payout": shown | {"payout_id": payout["id"]}}
        )


PRIVATE = frozenset({"kind", "merchant", "notification_url", "validation_url", "id"})


def public(payment: Obj) -> Obj:
    """A payment as the API and the callbacks tell it."""
    shown = {name: value for name, value in payment.items() if name not in PRIVATE}
    return shown | {"payment_id": payment["id"]}


def signed(world: World, merchant: Obj, body: bytes) -> dict[str, str]:
    """The headers of a message to a merchant."""
    seconds = str(int(time.time()) - world.behaviour.age_seconds)
    secret = "not-the-secret" if world.behaviour.forge else merchant["secret"]
    return {
        "Content-Type": "application/json",
        "X-Timestamp": seconds,
        "X-Signature": mac(secret, f"{seconds}.".encode() + body),
    }


def _queue_signed(world: World, about: Obj, told: Obj) -> None:
    merchant = world.store.get("merchant", about["merchant"])
    event = {"event_id": secrets.token_hex(8), "merchant_id": merchant["merchant_id"], **told}
    queue(world, about["notification_url"], {"merchant": merchant["id"]}, event)


def tell_invoice(world: World, invoice: Obj, kind: str) -> None:
    """Queue a webhook of the crypto server about an invoice, to every hook of its store."""
    for hook in world.store.all("webhook", invoice["merchant"]):
        wanted = hook["events"]
        if wanted and kind not in wanted:
            continue
        delivery = secrets.token_hex(8)
        event = {
            "deliveryId": delivery,
            "originalDeliveryId": delivery,
            "isRedelivery": False,
            "webhookId": hook["id"],
            "type": kind,
            "storeId": invoice["storeId"],
            "invoiceId": invoice["id"],
            "metadata": invoice["metadata"],
        }
        queue(world, hook["url"], {"hook": hook["id"]}, event)


def queue(world: World, url: str, sealed_by: dict[str, str], event: Obj) -> None:
    """Queue an event as often and as late as the behaviour says; it is signed as it leaves."""
    behaviour = world.behaviour
    state = "dropped" if behaviour.drop else "held" if behaviour.hold else "due"
    copies = behaviour.copies + _falls(behaviour.twice) if state == "due" else 1
    late = behaviour.late_seconds if _falls(behaviour.late) else 0.0
    for _ in range(copies):
        jitter = random.uniform(0, SHUFFLE_SECONDS) if behaviour.shuffle else 0.0  # noqa: S311 - disorder, not secrecy
        world.store.db.execute(
            "insert into delivery(url, headers, body, state, due_at) values(?,?,?,?,?)",
            (
                url,
                json.dumps(sealed_by),
                json.dumps(event),
                state,
                time.time() + behaviour.delay_seconds + late + jitter,
            ),
        )
    world.wake.set()


def _falls(share: float) -> bool:
    """Whether the dice say that this one is of the ``share``."""
    return random.random() < share  # noqa: S311 - disorder, not secrecy


class Postman:
    """The threads that deliver what is due."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="callback")
        world.store.db.execute("update delivery set state='due' where state='sending'")

    def start(self) -> None:
        """Deliver for as long as the process lives."""
        threading.Thread(target=self._run, daemon=True, name="postman").start()

    def _run(self) -> None:
        while True:
            self.world.wake.wait(IDLE_SECONDS)
            self.world.wake.clear()
            with self.world.store.transaction():
                due = self.world.store.db.execute(
                    "update delivery set state='sending' where state='due' and due_at <= ? "
                    "returning id",
                    (time.time(),),
                ).fetchall()
            for (delivery_id,) in sorted(due):
                self._pool.submit(self.deliver, delivery_id)

    def deliver(self, delivery_id: int) -> str:
        """Send one callback now and record how it went; a failure is due again later."""
        with self.world.store.lock:
            url, sealed_by, body, attempts = self.world.store.db.execute(
                "select url, headers, body, attempts from delivery where id=?", (delivery_id,)
            ).fetchone()
        outcome = self._send(url, json.loads(sealed_by), json.loads(body))
        is_over = outcome.startswith("2") or attempts + 1 >= MOST_ATTEMPTS
        wait = min(2.0**attempts, LONGEST_WAIT_SECONDS)
        with self.world.store.lock:
            self.world.store.db.execute(
                "update delivery set state=?, attempts=attempts+1, outcome=?, due_at=? where id=?",
                ("sent" if is_over else "due", outcome, time.time() + wait, delivery_id),
            )
        return outcome

    def _send(self, url: str, sealed_by: dict[str, str], event: Obj) -> str:
        if "hook" in sealed_by:
            event["timestamp"] = int(time.time()) - self.world.behaviour.age_seconds
            body = json.dumps(event).encode()
            hook = self.world.store.get("webhook", sealed_by["hook"])
            secret = "not-the-secret" if self.world.behaviour.forge else hook["secret"]
            headers = {
                "Content-Type": "application/json",
                "BTCPay-Sig": f"sha256={mac(secret, body)}",
            }
        else:
            body = json.dumps(event).encode()
            headers = signed(
                self.world, self.world.store.get("merchant", sealed_by["merchant"]), body
            )
        try:
            return str(posting.post(url, body, headers, seconds=PATIENCE_SECONDS).status)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return type(error).__name__
