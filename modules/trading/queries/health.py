"""What trading lets the vendor know: how many accounts and positions, never whose."""

from __future__ import annotations

from collections.abc import Mapping

from modules.trading.models import AccountState, Position, TradingAccount


def health_figures() -> Mapping[str, int]:
    """Open live and demo accounts, and open positions, of the pinned tenant."""
    opened = TradingAccount.objects.filter(state=AccountState.OPEN)
    return {
        "accounts_live": opened.filter(is_live=True).count(),
        "accounts_demo": opened.filter(is_live=False).count(),
        "open_positions": Position.objects.count(),
    }
