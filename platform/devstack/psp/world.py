"""One running local payment service: what it keeps, how it behaves, whom it tells."""

from __future__ import annotations

import hashlib
import hmac
import threading
from dataclasses import dataclass, field

from devstack.psp.store import Obj, Store


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """How badly it behaves; the default is well."""

    copies: int = 1
    """How often each callback is sent."""
    twice: float = 0.0
    """Share of callbacks that are sent once more than that."""
    late: float = 0.0
    """Share of callbacks that wait ``late_seconds``, so that later ones are there before them."""
    late_seconds: float = 2.0
    delay_seconds: float = 0.0
    shuffle: bool = False
    hold: bool = False
    """Callbacks wait until ``/control/release``."""
    drop: bool = False
    """Callbacks are never sent."""
    forge: bool = False
    """Callbacks are signed with a wrong secret."""
    age_seconds: int = 0
    """How old the signatures are."""
    conflict: bool = False
    """After an approval a decline of the same payment is told."""
    begin: str = ""
    """``technical_decline``, ``declined``, ``error`` (500 after it was done) or empty."""
    pay: str = ""
    """``technical_decline`` or ``declined``: what becomes of paying."""
    payout: str = ""
    """``technical_decline``, ``rejected``, ``reversed``, ``error`` or empty."""
    down: bool = False
    confirm_seconds: float = 2.0
    """How long a chain takes to confirm coins."""


@dataclass(slots=True, kw_only=True)
class World:
    """What every handler needs."""

    store: Store
    base: str
    key: str
    behaviour: Behaviour = field(default_factory=Behaviour)
    wake: threading.Event = field(default_factory=threading.Event)

    def merchant(self, name: str) -> Obj:
        """The merchant of that name with all his secrets, made on first use."""
        with self.store.transaction():
            found = self.store.find_by_reference("merchant", "", name)
            return found or self.store.new(
                "merchant",
                "",
                name,
                merchant_id=f"m-{name}",
                secret=self._secret("psp", name),
                store_id=f"store-{name}",
                api_key=self._secret("api", name),
            )

    def merchants(self) -> list[Obj]:
        """Every merchant."""
        return self.store.all("merchant")

    def _secret(self, what: str, name: str) -> str:
        return hmac.new(self.key.encode(), f"{what}:{name}".encode(), hashlib.sha256).hexdigest()
