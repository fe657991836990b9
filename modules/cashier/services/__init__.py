"""What the cashier does: the only writer of its deposits, payments and methods."""

from __future__ import annotations

from modules.cashier.services.asking import ask_deposit, quote
from modules.cashier.services.beginning import (
    CAME_BACK,
    begin_payment,
    due_beginnings,
    note_return,
)
from modules.cashier.services.catalogue import (
    add_account,
    change_account,
    change_method,
    create_method,
    drop_terms,
    remove_logo,
    set_logo,
    set_routes,
    set_terms,
    switch_deposits,
    switch_withdrawals,
    test_account,
)
from modules.cashier.services.claims import (
    lift_client,
    open_claim,
    take_from_account,
    take_from_wallet,
    write_off,
)
from modules.cashier.services.crediting import keep, say_stuck, settle
from modules.cashier.services.deciding import (
    SENT_BACK,
    approve_deposit,
    ask_correction,
    cancel_deposit,
    reject_deposit,
    send_back_deposit,
)
from modules.cashier.services.dispatching import (
    carry_out_request,
    end_request,
    follow_done,
    follow_refused,
    follow_stuck,
)
from modules.cashier.services.figuring import amount_of
from modules.cashier.services.following_up import (
    close_follow_up,
    note_follow_up,
    take_follow_up,
)
from modules.cashier.services.inbox import (
    apply_news,
    apply_waiting,
    look_up,
    validate,
)
from modules.cashier.services.instruments import (
    add_instrument,
    remove_instrument,
)
from modules.cashier.services.knocking import Call, forget_refused, prove_left, receive
from modules.cashier.services.limits import (
    drop_allowance,
    drop_level_limits,
    set_access,
    set_allowance,
    set_level_limits,
)
from modules.cashier.services.mirroring import compare_mirrors
from modules.cashier.services.payouts import (
    due_payouts,
    hear,
    pay,
    record_not_paid,
    record_paid_by_hand,
    record_returned,
)
from modules.cashier.services.proofs import hand_in_proof
from modules.cashier.services.proving import hurry
from modules.cashier.services.repaying import record_sent_back, record_turned_away
from modules.cashier.services.rules import set_payout_rules
from modules.cashier.services.sealing import reseal_own
from modules.cashier.services.settlements import (
    drop_settlement,
    resolve_line,
    set_patience,
    take_settlement,
    upload_settlement,
)
from modules.cashier.services.sweeping import expire_deposits, sweep
from modules.cashier.services.transferring import ask_transfer
from modules.cashier.services.transferring import plan as plan_transfer
from modules.cashier.services.transfers import cancel_transfer
from modules.cashier.services.wiring import provider_of
from modules.cashier.services.withdrawals import cancel_withdrawal
from modules.cashier.services.withdrawing import ask_withdrawal
from modules.cashier.services.withdrawing import plan as plan_withdrawal
from modules.cashier.services.writing import (
    write_of_deposit,
    write_of_transfer,
    write_of_withdrawal,
    write_to_deciders,
)

__all__ = [
    "CAME_BACK",
    "SENT_BACK",
    "Call",
    "add_account",
    "add_instrument",
    "amount_of",
    "apply_news",
    "apply_waiting",
    "approve_deposit",
    "ask_correction",
    "ask_deposit",
    "ask_transfer",
    "ask_withdrawal",
    "begin_payment",
    "cancel_deposit",
    "cancel_transfer",
    "cancel_withdrawal",
    "carry_out_request",
    "change_account",
    "change_method",
    "close_follow_up",
    "compare_mirrors",
    "create_method",
    "drop_allowance",
    "drop_level_limits",
    "drop_settlement",
    "drop_terms",
    "due_beginnings",
    "due_payouts",
    "end_request",
    "expire_deposits",
    "follow_done",
    "follow_refused",
    "follow_stuck",
    "forget_refused",
    "hand_in_proof",
    "hear",
    "hurry",
    "keep",
    "lift_client",
    "look_up",
    "note_follow_up",
    "note_return",
    "open_claim",
    "pay",
    "plan_transfer",
    "plan_withdrawal",
    "prove_left",
    "provider_of",
    "quote",
    "receive",
    "record_not_paid",
    "record_paid_by_hand",
    "record_returned",
    "record_sent_back",
    "record_turned_away",
    "reject_deposit",
    "remove_instrument",
    "remove_logo",
    "reseal_own",
    "resolve_line",
    "say_stuck",
    "send_back_deposit",
    "set_access",
    "set_allowance",
    "set_level_limits",
    "set_logo",
    "set_patience",
    "set_payout_rules",
    "set_routes",
    "set_terms",
    "settle",
    "sweep",
    "switch_deposits",
    "switch_withdrawals",
    "take_follow_up",
    "take_from_account",
    "take_from_wallet",
    "take_settlement",
    "test_account",
    "upload_settlement",
    "validate",
    "write_of_deposit",
    "write_of_transfer",
    "write_of_withdrawal",
    "write_off",
    "write_to_deciders",
]
