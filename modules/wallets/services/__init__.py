"""What the wallets module does."""

from __future__ import annotations

from modules.wallets.services.accounts import house_account, open_wallet, take_snapshots
from modules.wallets.services.checking import lift_stop, prove_ledger
from modules.wallets.services.holding import hold, release
from modules.wallets.services.posting import capture, post, reverse

__all__ = [
    "capture",
    "hold",
    "house_account",
    "lift_stop",
    "open_wallet",
    "post",
    "prove_ledger",
    "release",
    "reverse",
    "take_snapshots",
]
