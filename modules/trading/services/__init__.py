"""What trading does: the only writer of its accounts, deals and figures."""

from __future__ import annotations

from modules.trading.services.account_types import create_type, update_type
from modules.trading.services.accounts import (
    approve_account,
    bind_account,
    open_account,
    refuse_account,
    rename_account,
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
from modules.trading.services.changing import (
    SWITCHES,
    archive_account,
    change_leverage,
    change_type,
    move_credit,
    restore_account,
    set_rights,
    set_switches,
)
from modules.trading.services.deciding import (
    call_off,
    decide_operation,
    lift_freeze,
    limit_resends,
    look_again,
)
from modules.trading.services.figures import record_positions, record_states
from modules.trading.services.finding import record_accounts
from modules.trading.services.orders import pending_orders
from modules.trading.services.passwords import (
    change_password,
    forget_credentials,
    reseal_own,
    reset_password,
    show_credentials,
    show_new_password,
)
from modules.trading.services.pausing import notice_restore, pause_sending, release_sending
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
from modules.trading.services.requesting import (
    adopt_waiting,
    carry_out_request,
    end_request,
    tell_request,
)
from modules.trading.services.syncing import (
    backfill,
    followed_servers,
    pull,
    take_due_servers,
)

__all__ = [
    "SWITCHES",
    "adopt_waiting",
    "approve_account",
    "archive_account",
    "ask_archive",
    "ask_balance",
    "ask_credit",
    "ask_deletion",
    "ask_group",
    "ask_leverage",
    "ask_repair",
    "ask_restore",
    "ask_rights",
    "backfill",
    "bind_account",
    "call_off",
    "carry_out",
    "carry_out_request",
    "change_leverage",
    "change_password",
    "change_type",
    "create_type",
    "decide_operation",
    "differing_days",
    "due_intents",
    "end_request",
    "explain_difference",
    "followed_servers",
    "forget_credentials",
    "lift_freeze",
    "limit_resends",
    "look_again",
    "move_credit",
    "notice_restore",
    "open_account",
    "pause_backfill",
    "pause_sending",
    "pending_orders",
    "pull",
    "rebuild_days",
    "reconcile",
    "record_accounts",
    "record_deals",
    "record_positions",
    "record_states",
    "refuse_account",
    "release_sending",
    "rename_account",
    "repair_difference",
    "reseal_own",
    "reset_password",
    "restore_account",
    "resume_backfill",
    "set_rights",
    "set_switches",
    "show_credentials",
    "show_new_password",
    "start_backfill",
    "start_nightly",
    "start_reconciliation",
    "take_due_servers",
    "tell_request",
    "update_type",
]
