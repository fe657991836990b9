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
    house_line,
    open_holds,
)
from modules.wallets.queries.rates import all_terms, currencies, own_rates, rate, terms
from modules.wallets.queries.statements import (
    entries,
    entries_about,
    entry,
    statement,
    statement_page,
    statement_rows,
)
from modules.wallets.queries.wallets import (
    corrections_of,
    exchanges_of,
    get_quote,
    own_wallet,
    seconds_left,
    used_currencies,
    wallet,
    wallets,
    wallets_after,
    wallets_of,
)

__all__ = [
    "RULES",
    "all_terms",
    "balance",
    "balance_at",
    "check_ledger",
    "corrections_of",
    "counts",
    "currencies",
    "entries",
    "entries_about",
    "entry",
    "exchanges_of",
    "funds",
    "funds_of",
    "get_hold",
    "get_quote",
    "house_balances",
    "house_line",
    "last_proof",
    "open_holds",
    "open_stop",
    "own_rates",
    "own_wallet",
    "payouts_allowed",
    "proofs",
    "rate",
    "seconds_left",
    "statement",
    "statement_page",
    "statement_rows",
    "terms",
    "used_currencies",
    "wallet",
    "wallets",
    "wallets_after",
    "wallets_of",
]
