"""Webhook deliveries: signed, retried, and misbehaving on request."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devstack import posting
from devstack.stripe.store import Obj, Store

if TYPE_CHECKING:
    from devstack.stripe.world import World

SENDERS = 4
PATIENCE_SECONDS = 10
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 3600.0
MOST_ATTEMPTS = 80  # about three days, as Stripe
SHUFFLE_SECONDS = 0.5
IDLE_SECONDS = 0.25


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """Where events go, and the secret that signs them."""

    url: str
    secret: str


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """How badly deliveries behave; the default is well."""

    copies: int = 1
    delay_seconds: float = 0.0
    shuffle: bool = False
    hold: bool = False
    drop: tuple[str, ...] = ()

    def drops(self, kind: str) -> bool:
        """Whether an event of that type is never sent by itself."""
        return "*" in self.drop or kind in self.drop


def queue(store: Store, event: Obj, behaviour: Behaviour) -> None:
    """Queue the deliveries of an event, as many and as late as ``behaviour`` says."""
    state = "due"
    if behaviour.drops(event["type"]):
        state = "dropped"
    elif behaviour.hold:
        state = "held"
    for _ in range(behaviour.copies if state == "due" else 1):
        jitter = random.uniform(0, SHUFFLE_SECONDS) if behaviour.shuffle else 0.0  # noqa: S311 - disorder, not secrecy
        due_at = time.time() + behaviour.delay_seconds + jitter
        store.db.execute(
            "insert into delivery(event, state, due_at) values(?,?,?)",
            (event["id"], state, due_at),
        )


def signature(body: bytes, secret: str, at: int) -> str:
    """The ``Stripe-Signature`` header of a body sent ``at`` seconds since 1970."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={signed.hexdigest()}"


def send(endpoint: Endpoint, event: Obj) -> str:
    """Send an event once; return the status as text, or what went wrong."""
    body = json.dumps({name: value for name, value in event.items() if name != "metadata"}).encode()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(body, endpoint.secret, int(time.time())),
        "User-Agent": "Stripe/1.0 (local)",
    }
    try:
        return str(posting.post(endpoint.url, body, headers, seconds=PATIENCE_SECONDS).status)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return type(error).__name__


class Postman:
    """The threads that deliver what is due."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="webhook")
        world.store.db.execute("update delivery set state='due' where state='sending'")

    def start(self) -> None:
        """Deliver for as long as the process lives."""
        threading.Thread(target=self._run, daemon=True, name="postman").start()

    def _run(self) -> None:
        while True:
            self.world.wake.wait(IDLE_SECONDS)
            self.world.wake.clear()
            for delivery_id, event_id in self._claim():
                self._pool.submit(self.deliver, delivery_id, event_id)

    def _claim(self) -> list[tuple[int, str]]:
        with self.world.store.transaction():
            due = self.world.store.db.execute(
                "update delivery set state='sending' where state='due' and due_at <= ? "
                "returning id, event",
                (time.time(),),
            ).fetchall()
        return sorted((int(row[0]), str(row[1])) for row in due)

    def deliver(self, delivery_id: int, event_id: str) -> str:
        """Send one delivery now and record how it went; a failure is due again later."""
        event = self.world.store.find(event_id)
        outcome = send(self.world.endpoint, event) if event else "gone"
        with self.world.store.transaction():
            self._record(delivery_id, outcome)
            if event and outcome.startswith("2"):
                self.world.store.change(event, pending_webhooks=0)
        return outcome

    def _record(self, delivery_id: int, outcome: str) -> None:
        db = self.world.store.db
        row = db.execute("select attempts from delivery where id=?", (delivery_id,)).fetchone()
        attempts = (row[0] if row else 0) + 1
        wait = min(FIRST_WAIT_SECONDS * 2 ** min(attempts - 1, 20), LONGEST_WAIT_SECONDS)
        state = "due"
        if outcome.startswith("2"):
            state = "delivered"
        elif attempts >= MOST_ATTEMPTS or outcome == "gone":
            state = "failed"
        db.execute(
            "update delivery set state=?, attempts=?, outcome=?, due_at=? where id=?",
            (state, attempts, outcome, time.time() + wait, delivery_id),
        )


def deliveries(store: Store) -> list[dict[str, Any]]:
    """Every delivery and how it went, oldest first."""
    with store.lock:
        rows = store.db.execute(
            "select id, event, state, attempts, outcome, due_at from delivery order by id"
        ).fetchall()
    names = ("id", "event", "state", "attempts", "outcome", "due_at")
    return [dict(zip(names, row, strict=True)) for row in rows]
