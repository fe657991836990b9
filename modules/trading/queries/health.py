"""What trading lets the vendor know: how many accounts and positions, never whose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from modules.trading.models import AccountState, AccountType, Position, TradingAccount
from modules.trading.queries.reconciliation import proofs


def health_figures() -> Mapping[str, int | str]:
    """Open accounts and positions of the pinned tenant, and whether its servers are proven."""
    mapped = set(AccountType.objects.order_by().values_list("server_id", flat=True))
    found = proofs(sorted(mapped))
    opened = TradingAccount.objects.filter(state=AccountState.OPEN)
    return {
        "accounts_live": opened.filter(is_live=True).count(),
        "accounts_demo": opened.filter(is_live=False).count(),
        "open_positions": Position.objects.count(),
        "proof": _worst([one.colour for one in found]),
        "differences": sum(one.unexplained for one in found),
    }


def _worst(colours: Sequence[str]) -> str:
    """The colour that says most: one red server makes all red."""
    return next((one for one in ("red", "old", "none", "green") if one in colours), "none")
