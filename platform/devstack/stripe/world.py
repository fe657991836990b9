"""One running local Stripe: its objects, its clock, its events."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from devstack.stripe.shapes import show
from devstack.stripe.store import Obj, Store
from devstack.stripe.webhooks import Behaviour, Endpoint, queue

API_VERSION = "2026-10-28.endive"


@dataclass(slots=True, kw_only=True)
class World:
    """What every handler needs."""

    store: Store
    base: str
    secret_key: str
    endpoint: Endpoint
    behaviour: Behaviour = field(default_factory=Behaviour)
    wake: threading.Event = field(default_factory=threading.Event)

    def now(self, customer_id: str | None) -> int:
        """Seconds since 1970 on the customer's clock: the wall's, or its test clock's."""
        customer = self.store.find(customer_id) if customer_id else None
        clock_id = customer.get("test_clock") if customer else None
        clock = self.store.find(clock_id) if clock_id else None
        return int(clock["frozen_time"]) if clock else int(time.time())

    def emit(self, kind: str, obj: Obj, previous: dict[str, Any] | None = None) -> None:
        """Record an event in this transaction; its delivery starts after the commit."""
        data: Obj = {"object": show(self.store, obj)}
        if previous:
            data["previous_attributes"] = previous
        event = self.store.new(
            "event",
            type=kind,
            api_version=API_VERSION,
            data=data,
            pending_webhooks=1,
            request={"id": None, "idempotency_key": None},
        )
        queue(self.store, event, self.behaviour)
        self.wake.set()
