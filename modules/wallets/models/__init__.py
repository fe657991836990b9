"""What the wallets module stores."""

from __future__ import annotations

from modules.wallets.models.exchange import (
    QUOTE_MOVES,
    Correction,
    CorrectionState,
    OwnRate,
    PairTerms,
    Quote,
    QuoteState,
)
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
    "QUOTE_MOVES",
    "WALLET",
    "Account",
    "Balance",
    "Correction",
    "CorrectionState",
    "Entry",
    "Hold",
    "HoldState",
    "OwnRate",
    "PairTerms",
    "PayoutStop",
    "Posting",
    "Proof",
    "Quote",
    "QuoteState",
    "Snapshot",
]
