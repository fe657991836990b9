"""What the wallets module does: the only writer of money."""

from __future__ import annotations

from modules.wallets.services.accounts import house_account, open_wallet, take_snapshots
from modules.wallets.services.checking import (
    is_full_proof_due,
    lift_stop,
    prove_ledger,
    prove_recent,
)
from modules.wallets.services.correcting import (
    ask_correction,
    carry_out_correction,
    end_correction,
)
from modules.wallets.services.exchanging import (
    accept,
    carry_out_approved,
    end_waiting,
    forget_offers,
    needs_approval,
    quote,
    work_out,
)
from modules.wallets.services.holding import hold, release
from modules.wallets.services.posting import capture, post, reverse
from modules.wallets.services.rates import set_rate, set_terms

__all__ = [
    "accept",
    "ask_correction",
    "capture",
    "carry_out_approved",
    "carry_out_correction",
    "end_correction",
    "end_waiting",
    "forget_offers",
    "hold",
    "house_account",
    "is_full_proof_due",
    "lift_stop",
    "needs_approval",
    "open_wallet",
    "post",
    "prove_ledger",
    "prove_recent",
    "quote",
    "release",
    "reverse",
    "set_rate",
    "set_terms",
    "take_snapshots",
    "work_out",
]
