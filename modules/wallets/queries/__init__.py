"""What the wallets module knows."""

from __future__ import annotations

from modules.wallets.queries.checking import (
    RULES,
    check_ledger,
    counts,
    last_proof,
    open_stop,
    payouts_allowed,
    proofs,
)
from modules.wallets.queries.ledger import (
    balance,
    balance_at,
    funds,
    funds_of,
    get_hold,
    house_balances,
    open_holds,
)

__all__ = [
    "RULES",
    "balance",
    "balance_at",
    "check_ledger",
    "counts",
    "funds",
    "funds_of",
    "get_hold",
    "house_balances",
    "last_proof",
    "open_holds",
    "open_stop",
    "payouts_allowed",
    "proofs",
]
