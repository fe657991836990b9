"""What the cashier knows."""

from __future__ import annotations

from modules.cashier.queries.cases import case
from modules.cashier.queries.catalogue import (
    account,
    accounts,
    method,
    methods,
    offer,
    offers,
    routes_for,
    title_of,
)
from modules.cashier.queries.deposits import (
    counts,
    deposits,
    deposits_after,
    deposits_of,
    own_deposit,
    recent_deposits,
)
from modules.cashier.queries.targets import server_of, target, targets, wallet_title

__all__ = [
    "account",
    "accounts",
    "case",
    "counts",
    "deposits",
    "deposits_after",
    "deposits_of",
    "method",
    "methods",
    "offer",
    "offers",
    "own_deposit",
    "recent_deposits",
    "routes_for",
    "server_of",
    "target",
    "targets",
    "title_of",
    "wallet_title",
]
