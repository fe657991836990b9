"""What becomes of a withdrawal: debited, approved, paid, returned; each step once.

Every function locks the withdrawal first and may be called again: what has happened stays.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from kernel import clock
from kernel.actor import Actor, ActorKind
from kernel.errors import Refused
from kernel.events import publish
from kernel.money import Money
from modules.cashier.errors import NoSuchMove, NoSuchWithdrawal
from modules.cashier.events import WithdrawalApproved, WithdrawalEnded
from modules.cashier.models import Payout, Withdrawal
from modules.cashier.queries import outgoing
from modules.cashier.services.evidence import wish_of
from modules.cashier.services.passing import US, about, note, tell
from modules.cashier.services.proving import prove
from modules.cashier.types.catalogue import ProviderKind
from modules.cashier.types.outgoing import in_transit, mirror
from modules.cashier.types.passages import (
    PAYOUT_OVER,
    WITHDRAWAL_OPEN,
    PayoutState,
    WithdrawalState,
)
from modules.clients import queries as clients
from modules.requests import queries as requested
from modules.requests import services as requests
from modules.trading import services as trading
from modules.wallets import services as wallets
from modules.wallets.errors import HoldIsOver
from modules.wallets.types import EntryKind, Leg

KIND = "cashier.withdrawal"
RETURN = "return"
"""The step that puts back on the trading account what it gave."""


def hold_parts(row: Withdrawal, *, by: Actor) -> None:
    """Set each part aside in the wallet; needs the caller's transaction.

    Raises:
        NotEnough: The wallet has less free.
    """
    for payout in row.payouts.order_by("place"):
        payout.hold_id = wallets.hold(
            row.wallet_id, payout.gross, f"payout:{payout.pk}", cause=about(row), by=by
        )
        payout.save(update_fields=["hold_id"])


def ask_approval(row: Withdrawal, *, by: Actor) -> None:
    """Have people decide, where the broker wants them to; else it is approved at once."""
    if requested.is_wanted(KIND, by=by):
        row.request_id = requests.ask(wish_of(row, kind=KIND), key=str(row.pk), by=by).id
        row.save(update_fields=["request_id"])
    else:
        approve_withdrawal(row.pk, by=US)


@transaction.atomic
def record_debit(withdrawal_id: uuid.UUID, *, by: Actor = US) -> None:
    """The trading server gave the money: into the wallet, held there. Opens a transaction."""
    row = locked(withdrawal_id)
    if row.server_id is None or row.login is None:
        return
    wallets.post(
        EntryKind.FROM_ACCOUNT,
        f"withdrawal:{row.pk}",
        [Leg(mirror(row.server_id, row.login), -row.amount), Leg(row.wallet_id, row.amount)],
        by=by,
        cause=about(row),
    )
    if row.state != WithdrawalState.DEBITING:
        return
    row.is_stuck = False
    hold_parts(row, by=by)
    tell(row, "debited", to=WithdrawalState.WAITING, by=by)
    name = clients.names([row.client_id]).get(row.client_id, "")
    ask_approval(row, by=client_actor(row.client_id, name))


@transaction.atomic
def record_debit_refused(
    withdrawal_id: uuid.UUID, why: str, *, code: str = "", by: Actor = US
) -> None:
    """The trading server said no: nothing has moved. Opens a transaction."""
    row = locked(withdrawal_id)
    if row.state != WithdrawalState.DEBITING:
        return
    row.is_stuck = False
    row.reason_code, row.reason = (code or "debit_refused")[:60], why[:500]
    _release_parts(row, by=by)
    tell(row, "failed", to=WithdrawalState.FAILED, by=by, why=why)
    _end(row)


@transaction.atomic
def record_stuck(withdrawal_id: uuid.UUID, why: str) -> None:
    """Nobody knows whether the server did it: a person decides. Opens a transaction."""
    row = locked(withdrawal_id)
    on_server = {WithdrawalState.DEBITING, WithdrawalState.RETURNING}
    if row.state in on_server and not row.is_stuck:
        row.is_stuck = True
        tell(row, "stuck", by=US, why=why)


@transaction.atomic
def approve_withdrawal(withdrawal_id: uuid.UUID, *, by: Actor) -> bool:
    """Let it be paid: by the provider as soon as a worker comes, or by a colleague's hand.

    Opens a transaction. Returns whether something is due at a provider.
    """
    row = locked(withdrawal_id)
    if row.state != WithdrawalState.WAITING:
        return False
    moment = clock.now()
    row.expected_at = moment + dt.timedelta(hours=outgoing.rules().expected_hours)
    tell(row, "approved", to=WithdrawalState.APPROVED, by=by)
    publish(
        WithdrawalApproved(
            withdrawal_id=row.pk,
            client_id=row.client_id,
            number=row.number,
            expected_at=row.expected_at,
        )
    )
    if row.server_id is not None:
        prove(row.server_id)
    is_due = False
    for payout in row.payouts.select_related("account").order_by("place"):
        by_hand = payout.account.kind == ProviderKind.BANK
        payout.move_to(PayoutState.BY_HAND if by_hand else PayoutState.READY)
        payout.due_at = None if by_hand else moment
        payout.save(update_fields=["state", "due_at"])
        is_due = is_due or not by_hand
    return is_due


@transaction.atomic
def refuse_withdrawal(
    withdrawal_id: uuid.UUID, *, reason: str, by: Actor, code: str = "refused"
) -> None:
    """Turn it down; what was set aside goes back where it came from. Opens a transaction.

    Raises:
        NoSuchMove: Something of it has been sent, or it is over.
    """
    row = locked(withdrawal_id)
    if WithdrawalState.REFUSED in {row.state, row.ends_as}:
        return
    if row.payouts.filter(sent_at__isnull=False).exists():
        raise NoSuchMove(state=WithdrawalState(row.state).label)
    row.reason_code, row.reason = code, reason[:500]
    _give_up(row, WithdrawalState.REFUSED, by=by, why=reason)


@transaction.atomic
def cancel_withdrawal(
    withdrawal_id: uuid.UUID, *, by: Actor, client_id: uuid.UUID | None = None
) -> None:
    """Take it back while it waits for approval: to where it came from. Opens a transaction.

    Raises:
        NoSuchWithdrawal: It is not the client's.
        NoSuchMove: It is too late.
    """
    row = locked(withdrawal_id)
    if client_id is not None and row.client_id != client_id:
        raise NoSuchWithdrawal
    if WithdrawalState.CANCELLED in {row.state, row.ends_as}:
        return
    if row.state != WithdrawalState.WAITING:
        raise NoSuchMove(state=WithdrawalState(row.state).label)
    _give_up(row, WithdrawalState.CANCELLED, by=by)
    requests.withdraw(about(row), kind=KIND, reason=_("The withdrawal was cancelled."), by=by)


@transaction.atomic
def record_return(
    withdrawal_id: uuid.UUID, *, is_done: bool, why: str = "", by: Actor = US
) -> None:
    """The trading server has its money again, or refused it: then it stays in the wallet.

    Opens a transaction; harmless to repeat.
    """
    row = locked(withdrawal_id)
    if row.state != WithdrawalState.RETURNING or row.server_id is None or row.login is None:
        return
    wallets.post(
        EntryKind.SETTLE if is_done else EntryKind.REFUND,
        _return_key(row),
        [
            Leg(in_transit(row.server_id), -row.amount),
            Leg(mirror(row.server_id, row.login) if is_done else row.wallet_id, row.amount),
        ],
        by=by,
        cause=about(row),
    )
    row.is_stuck, row.is_back = False, is_done
    to, what = WithdrawalState(row.ends_as), "put_back" if is_done else "kept"
    tell(row, what, to=to, by=by, why=why)
    _end(row)


@transaction.atomic
def conclude(withdrawal_id: uuid.UUID, *, by: Actor = US) -> None:
    """Say what became of it from what became of its payouts. Opens a transaction."""
    row = locked(withdrawal_id)
    states = list(row.payouts.values_list("state", flat=True))
    if row.state == WithdrawalState.APPROVED and any(
        state not in {PayoutState.READY, PayoutState.BY_HAND} for state in states
    ):
        tell(row, "paying", to=WithdrawalState.PAYING, by=by)
    if not all(state in PAYOUT_OVER for state in states):
        return
    done = sum(state == PayoutState.DONE for state in states)
    to = WithdrawalState.PARTLY if done else WithdrawalState.RETURNED
    if done == len(states):
        to = WithdrawalState.PAID
    if row.state == to or row.state not in WITHDRAWAL_OPEN | {
        WithdrawalState.PAID,
        WithdrawalState.PARTLY,
    }:
        return
    tell(row, str(to), to=to, by=by)
    _end(row)


def locked(withdrawal_id: uuid.UUID) -> Withdrawal:
    """A withdrawal, locked; needs a transaction.

    Raises:
        NoSuchWithdrawal: There is none.
    """
    row = Withdrawal.objects.select_for_update().filter(pk=withdrawal_id).first()
    if row is None:
        raise NoSuchWithdrawal
    return row


def client_actor(client_id: uuid.UUID, name: str) -> Actor:
    """The client himself, for what he asked and a worker goes on with."""
    return Actor(kind=ActorKind.PERSON, id=client_id, name=name)


def give_back(payout: Payout, key: str, *, from_: str = "payout_pending", by: Actor) -> None:
    """Put a payout whose money has left the wallet back into it; needs a transaction."""
    row = payout.withdrawal
    legs = [Leg(from_, -payout.net), Leg(row.wallet_id, payout.gross)]
    if payout.fee_minor:
        legs.append(Leg("fees", Money(-payout.fee_minor, payout.currency)))
    wallets.post(EntryKind.REFUND, key, legs, by=by, cause=about(row))


def _give_up(row: Withdrawal, to: WithdrawalState, *, by: Actor, why: str = "") -> None:
    """End what has not left; what a trading account gave goes back to it first."""
    _release_parts(row, by=by)
    if _starts_back(row, by=by):
        row.ends_as = str(to)
        tell(row, str(to), to=WithdrawalState.RETURNING, by=by, why=why)
        return
    tell(row, str(to), to=to, by=by, why=why)
    _end(row)


def _starts_back(row: Withdrawal, *, by: Actor) -> bool:
    """Off the wallet and asked of the trading server; not when that is impossible from here."""
    if row.account_id is None or row.server_id is None or outgoing.is_frozen(row.client_id):
        return False
    legs = [Leg(row.wallet_id, -row.amount), Leg(in_transit(row.server_id), row.amount)]
    key = _return_key(row)
    try:
        with transaction.atomic():
            wallets.post(EntryKind.TO_ACCOUNT, key, legs, by=by, cause=about(row))
            row.returning_id = trading.ask_balance(
                row.account_id, row.amount, by=by, cause=about(row), key=key
            )
    except Refused as refusal:
        row.returning_id = None
        note(row, "kept", state=str(row.state), by=US, why=str(refusal))
        return False
    return True


def _return_key(row: Withdrawal) -> str:
    return f"withdrawal:{row.pk}:{RETURN}"


def _release_parts(row: Withdrawal, *, by: Actor) -> None:
    for payout in row.payouts.select_for_update().order_by("place"):
        if payout.hold_id is not None:
            try:
                wallets.release(payout.hold_id, by=by)
            except HoldIsOver:
                continue
        payout.move_to(PayoutState.RELEASED)
        payout.due_at, payout.ended_at = None, clock.now()
        payout.save(update_fields=["state", "due_at", "ended_at"])


def _end(row: Withdrawal) -> None:
    paid = sum(
        one.gross_minor - one.fee_minor for one in row.payouts.filter(state=PayoutState.DONE)
    )
    publish(
        WithdrawalEnded(
            withdrawal_id=row.pk,
            client_id=row.client_id,
            number=row.number,
            state=str(row.state),
            paid_minor=paid,
            currency=row.currency,
        )
    )
    if row.request_id is not None and row.state != WithdrawalState.CANCELLED:
        is_done = row.state in {WithdrawalState.PAID, WithdrawalState.PARTLY}
        requests.record_outcome(row.request_id, is_done=is_done, sentence=row.reason[:300])
