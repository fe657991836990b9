"""What the wallets module does."""

from __future__ import annotations

from modules.wallets.services.accounts import house_account, open_wallet
from modules.wallets.services.holding import hold, release
from modules.wallets.services.posting import capture, post, reverse

__all__ = ["capture", "hold", "house_account", "open_wallet", "post", "release", "reverse"]
