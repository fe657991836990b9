"""What trading does: the only writer of its accounts, deals and figures."""

from __future__ import annotations

from modules.trading.services.account_types import create_type, update_type
from modules.trading.services.accounts import (
    approve_account,
    bind_account,
    change_leverage,
    change_password,
    forget_credentials,
    open_account,
    refuse_account,
    rename_account,
    show_credentials,
)
from modules.trading.services.asking import (
    ask_archive,
    ask_balance,
    ask_credit,
    ask_deletion,
    ask_group,
    ask_leverage,
    ask_restore,
    ask_rights,
)
from modules.trading.services.backfilling import (
    pause_backfill,
    resume_backfill,
    start_backfill,
)
from modules.trading.services.carrying_out import carry_out, due_intents
from modules.trading.services.deciding import (
    call_off,
    decide_operation,
    lift_freeze,
    limit_resends,
    look_again,
)
from modules.trading.services.figures import record_positions, record_states
from modules.trading.services.finding import record_accounts
from modules.trading.services.rebuilding import differing_days, rebuild_days
from modules.trading.services.reconciling import (
    reconcile,
    start_nightly,
    start_reconciliation,
)
from modules.trading.services.recording import record_deals
from modules.trading.services.repairing import (
    ask_repair,
    explain_difference,
    repair_difference,
)
from modules.trading.services.syncing import (
    backfill,
    followed_servers,
    pull,
    take_due_servers,
)

__all__ = [
    "approve_account",
    "ask_archive",
    "ask_balance",
    "ask_credit",
    "ask_deletion",
    "ask_group",
    "ask_leverage",
    "ask_restore",
    "ask_rights",
    "ask_repair",
    "backfill",
    "bind_account",
    "call_off",
    "carry_out",
    "change_leverage",
    "change_password",
    "create_type",
    "decide_operation",
    "differing_days",
    "due_intents",
    "explain_difference",
    "followed_servers",
    "forget_credentials",
    "lift_freeze",
    "limit_resends",
    "look_again",
    "open_account",
    "pause_backfill",
    "pull",
    "rebuild_days",
    "reconcile",
    "record_accounts",
    "record_deals",
    "record_positions",
    "record_states",
    "refuse_account",
    "rename_account",
    "repair_difference",
    "resume_backfill",
    "show_credentials",
    "start_backfill",
    "start_nightly",
    "start_reconciliation",
    "take_due_servers",
    "update_type",
]
