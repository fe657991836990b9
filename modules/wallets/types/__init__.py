"""What crosses the border of the wallets module."""

from __future__ import annotations

from modules.wallets.types.kinds import EntryKind
from modules.wallets.types.ledger import (
    AccountRef,
    Cause,
    EntryLine,
    Finding,
    Funds,
    HoldLine,
    HouseLine,
    Leg,
    LegLine,
    Posted,
    ProofLine,
    StopLine,
)

__all__ = [
    "AccountRef",
    "Cause",
    "EntryKind",
    "EntryLine",
    "Finding",
    "Funds",
    "HoldLine",
    "HouseLine",
    "Leg",
    "LegLine",
    "Posted",
    "ProofLine",
    "StopLine",
]
