"""What crosses the border of the wallets module."""

from __future__ import annotations

from modules.wallets.types.exchange import ExchangeWish, QuoteLine, RateLine, Terms
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
from modules.wallets.types.wallets import (
    CorrectionLine,
    Statement,
    StatementFilter,
    StatementLine,
    StatementPage,
    WalletFilter,
    WalletLine,
    WalletPage,
)

__all__ = [
    "AccountRef",
    "Cause",
    "CorrectionLine",
    "EntryKind",
    "EntryLine",
    "ExchangeWish",
    "Finding",
    "Funds",
    "HoldLine",
    "HouseLine",
    "Leg",
    "LegLine",
    "Posted",
    "ProofLine",
    "QuoteLine",
    "RateLine",
    "Statement",
    "StatementFilter",
    "StatementLine",
    "StatementPage",
    "StopLine",
    "Terms",
    "WalletFilter",
    "WalletLine",
    "WalletPage",
]
