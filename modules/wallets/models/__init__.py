"""What the wallets module stores."""

from __future__ import annotations

from modules.wallets.models.ledger import (
    HOLD_MOVES,
    HOUSE,
    WALLET,
    Account,
    Balance,
    Entry,
    Hold,
    HoldState,
    Posting,
    Snapshot,
)
from modules.wallets.models.proofs import PayoutStop, Proof

__all__ = [
    "HOLD_MOVES",
    "HOUSE",
    "WALLET",
    "Account",
    "Balance",
    "Entry",
    "Hold",
    "HoldState",
    "PayoutStop",
    "Posting",
    "Proof",
    "Snapshot",
]
