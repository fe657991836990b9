"""Why money that was approved does not leave yet, and what a colleague can do about it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from modules.cashier.models import Withdrawal
from modules.cashier.queries import outgoing
from modules.cashier.types.outgoing import Wait
from modules.cashier.types.passages import PayoutState, WithdrawalState
from modules.trading import queries as trading
from modules.trading.types import Proof
from modules.wallets import queries as wallets

STOPPED, FROZEN, UNEVEN = "payouts_stopped", "client_frozen", "server_uneven"
RESTORED = "restored"
STOPS = frozenset({STOPPED, FROZEN})
"""These stop people too; with an uneven server a colleague may pay what he has looked into."""
_TITLES = {
    STOPPED: gettext_lazy("All payouts are stopped"),
    FROZEN: gettext_lazy("The client's money is frozen"),
    UNEVEN: gettext_lazy("The trading server is not proven even"),
    RESTORED: gettext_lazy("Sending is paused after a restore"),
}


def code_of(row: Withdrawal) -> str:
    """Why nothing of a withdrawal may be sent by itself now; empty when it may."""
    if not wallets.payouts_allowed():
        return STOPPED
    if outgoing.is_frozen(row.client_id):
        return FROZEN
    if trading.is_sending_paused():
        return RESTORED
    if row.server_id is not None and not trading.is_reconciled(row.server_id):
        return UNEVEN
    return ""


def wait_of(row: Withdrawal) -> Wait | None:
    """The same for the back office, in words; ``None`` where nothing waits for it."""
    if row.state not in {WithdrawalState.APPROVED, WithdrawalState.PAYING}:
        return None
    if not row.payouts.filter(state__in=(PayoutState.READY, PayoutState.BY_HAND)).exists():
        return None
    code = code_of(row)
    if not code:
        return None
    found = trading.proof(row.server_id) if code == UNEVEN and row.server_id else None
    return Wait(
        code=code,
        title=_TITLES[code],
        sentence=_of_server(found) if found else _of_stop(code),
        server_id=found.server_id if found else None,
        can_compare=found is not None and not found.is_running,
    )


def is_checked(row: Withdrawal) -> bool:
    """Whether a worker found that an approved payout has to wait: clients read that we check."""
    return row.payouts.filter(state=PayoutState.READY).exclude(code="").exists()


def _of_stop(code: str) -> str:
    if code == STOPPED:
        return _("The ledger check found something. Nothing leaves until a colleague lifts it.")
    if code == RESTORED:
        return _("Its last minutes are lost. Nothing leaves until a colleague has looked.")
    return _("A chargeback is not settled. Nothing leaves until a colleague lifts the freeze.")


def _of_server(found: Proof) -> str:
    if found.is_running:
        return _("It is being compared with the books now. If nothing differs, it is paid then.")
    if found.unexplained:
        sentence = ngettext(
            "%(count)s difference is not explained. Explain or repair it; until then only a "
            "colleague pays from its accounts, by hand.",
            "%(count)s differences are not explained. Explain or repair them; until then only a "
            "colleague pays from its accounts, by hand.",
            found.unexplained,
        )
        return sentence % {"count": found.unexplained}
    if found.colour == "old":
        return _("It was last compared too long ago. The comparison begins by itself, or now.")
    return _(
        "It was never compared with the books, and nothing is paid by itself from its accounts "
        "before that was done once. The comparison begins by itself within minutes, or now."
    )
