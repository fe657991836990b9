"""What the wallets module knows."""

from __future__ import annotations

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
    "balance",
    "balance_at",
    "funds",
    "funds_of",
    "get_hold",
    "house_balances",
    "open_holds",
]
