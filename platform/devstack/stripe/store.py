"""Objects on disk: one SQLite file, one lock, one transaction per call."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from devstack.stripe.errors import StripeError, missing

Obj = dict[str, Any]

PREFIXES = {
    "billing_portal.session": "bps",
    "charge": "ch",
    "checkout.session": "cs_test",
    "coupon": "co",
    "customer": "cus",
    "discount": "di",
    "dispute": "dp",
    "event": "evt",
    "invoice": "in",
    "invoiceitem": "ii",
    "payment_intent": "pi",
    "payment_method": "pm",
    "price": "price",
    "product": "prod",
    "promotion_code": "promo",
    "refund": "re",
    "setup_intent": "seti",
    "subscription": "sub",
    "subscription_item": "si",
    "test_helpers.test_clock": "clock",
    "webhook_endpoint": "we",
}

TABLES = """
pragma journal_mode=wal;
pragma synchronous=normal;
create table if not exists object(
  seq integer primary key, id text unique not null, kind text not null,
  customer text, subscription text, body text not null);
create index if not exists object_kind on object(kind, seq);
create index if not exists object_customer on object(customer, kind);
create index if not exists object_subscription on object(subscription, kind);
create table if not exists answer(
  key text primary key, asked text not null, status integer not null,
  body text not null, kept_at real not null);
create table if not exists delivery(
  id integer primary key, event text not null, state text not null, due_at real not null,
  attempts integer not null default 0, outcome text not null default '');
create index if not exists delivery_due on delivery(state, due_at);
"""

KEYS_LIVE_SECONDS = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an idempotency key was answered with."""

    asked: str
    status: int
    body: str


class Store:
    """Every object, idempotent answer and webhook delivery of one local Stripe."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.RLock()
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.db.executescript(TABLES)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Open a transaction, or join the one that is open; an error undoes all of it."""
        with self.lock:
            if self.db.in_transaction:
                yield
                return
            self.db.execute("begin immediate")
            try:
                yield
            except BaseException as error:
                kept = isinstance(error, StripeError) and error.keeps
                self.db.execute("commit" if kept else "rollback")
                raise
            self.db.execute("commit")

    def new(self, kind: str, *, now: Any = None, **fields: Any) -> Obj:
        """Store a new object with an id of its kind; ``now`` in seconds since 1970, or None."""
        base: Obj = {
            "id": f"{PREFIXES[kind]}_{secrets.token_hex(12)}",
            "object": kind,
            "created": int(time.time()) if now is None else now,
            "livemode": False,
            "metadata": {},
        }
        return self.put(base | fields)

    def put(self, obj: Obj) -> Obj:
        """Store ``obj`` under its id, whether or not it was there."""
        with self.lock:
            self.db.execute(
                "insert into object(id, kind, customer, subscription, body) values(?,?,?,?,?) "
                "on conflict(id) do update set customer=excluded.customer, "
                "subscription=excluded.subscription, body=excluded.body",
                (
                    obj["id"],
                    obj["object"],
                    obj.get("customer"),
                    obj.get("subscription"),
                    json.dumps(obj),
                ),
            )
        return obj

    def change(self, obj: Obj, **fields: Any) -> Obj:
        """Store ``obj`` with ``fields`` changed and return it."""
        return self.put(obj | fields)

    def find(self, object_id: str) -> Obj | None:
        """The object of that id, or None."""
        with self.lock:
            row = self.db.execute("select body from object where id=?", (object_id,)).fetchone()
        return cast("Obj", json.loads(row[0])) if row else None

    def get(self, object_id: str, kind: str) -> Obj:
        """The object of that id and kind.

        Raises:
            StripeError: 404, there is none.
        """
        obj = self.find(object_id)
        if obj is None or obj["object"] != kind:
            raise missing(kind, object_id)
        return obj

    def all(
        self,
        kind: str,
        *,
        customer: str | None = None,
        subscription: str | None = None,
        newest_first: bool = False,
    ) -> Iterator[Obj]:
        """Every object of a kind, oldest first unless asked otherwise."""
        with self.lock:
            rows = self.db.execute(
                "select body from object where kind=? and (?2 is null or customer=?2) "
                "and (?3 is null or subscription=?3) order by seq",
                (kind, customer, subscription),
            ).fetchall()
        for (body,) in reversed(rows) if newest_first else rows:
            yield json.loads(body)

    def delete(self, object_id: str) -> None:
        """Forget an object."""
        with self.lock:
            self.db.execute("delete from object where id=?", (object_id,))

    def answered(self, key: str) -> Answer | None:
        """What that idempotency key was answered with in the last 24 hours."""
        with self.lock:
            self.db.execute(
                "delete from answer where kept_at < ?", (time.time() - KEYS_LIVE_SECONDS,)
            )
            row = self.db.execute(
                "select asked, status, body from answer where key=?", (key,)
            ).fetchone()
        return Answer(asked=row[0], status=row[1], body=row[2]) if row else None

    def remember(self, key: str, answer: Answer) -> None:
        """Keep the answer for a repeated idempotency key."""
        with self.lock:
            self.db.execute(
                "insert or replace into answer values(?,?,?,?,?)",
                (key, answer.asked, answer.status, answer.body, time.time()),
            )

    def wipe(self) -> None:
        """Forget everything."""
        with self.transaction():
            for statement in ("delete from object", "delete from answer", "delete from delivery"):
                self.db.execute(statement)
