"""What trading knows: account types, accounts, what happened on them."""

from __future__ import annotations

from modules.trading.queries.accounts import (
    SEE,
    account,
    accounts_after,
    accounts_of,
    accounts_page,
    counts,
    own_account,
    pending,
    totals,
)
from modules.trading.queries.behalf import client_to_open_for, clients_to_open_for
from modules.trading.queries.changes import changes_of, has_credentials, has_new_password
from modules.trading.queries.checklist import checklist
from modules.trading.queries.curves import curve, with_trends
from modules.trading.queries.health import health_figures
from modules.trading.queries.history import (
    day_lines,
    deals_after,
    money,
    money_page,
    money_totals,
    positions,
    symbols,
    trades,
    trades_page,
)
from modules.trading.queries.moved import money_moved
from modules.trading.queries.operations import (
    is_money_frozen,
    operation,
    operation_counts,
    operation_state,
    operations_page,
    resend_limit,
)
from modules.trading.queries.pauses import is_sending_paused, last_restore_at, pause, pauses
from modules.trading.queries.progress import opening, progress
from modules.trading.queries.reconciliation import (
    difference_kinds,
    differences,
    find_difference,
    find_run,
    is_reconciled,
    kind_counts,
    proof,
    proofs,
    runs,
)
from modules.trading.queries.servers import (
    find_sync,
    newest_backfill,
    stranded_types,
    syncs,
)
from modules.trading.queries.sums import symbol_totals, trade_totals
from modules.trading.queries.types import (
    account_type,
    account_types,
    offered_types,
    types_to_move_to,
)

__all__ = [
    "SEE",
    "account",
    "account_type",
    "account_types",
    "accounts_after",
    "accounts_of",
    "accounts_page",
    "changes_of",
    "checklist",
    "client_to_open_for",
    "clients_to_open_for",
    "counts",
    "curve",
    "day_lines",
    "deals_after",
    "difference_kinds",
    "differences",
    "find_difference",
    "find_run",
    "find_sync",
    "has_credentials",
    "has_new_password",
    "health_figures",
    "is_money_frozen",
    "is_reconciled",
    "is_sending_paused",
    "kind_counts",
    "last_restore_at",
    "money",
    "money_moved",
    "money_page",
    "money_totals",
    "newest_backfill",
    "offered_types",
    "opening",
    "operation",
    "operation_counts",
    "operation_state",
    "operations_page",
    "own_account",
    "pause",
    "pauses",
    "pending",
    "positions",
    "progress",
    "proof",
    "proofs",
    "resend_limit",
    "runs",
    "stranded_types",
    "symbol_totals",
    "symbols",
    "syncs",
    "totals",
    "trade_totals",
    "trades",
    "trades_page",
    "types_to_move_to",
    "with_trends",
]
