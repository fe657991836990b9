"""Money that came for a deposit that is turned down: owed, and sent back by hand.

In the ledger it came (``psp_clearing`` -) and is owed (``payout_pending`` +) under the payment's
own key, so the same payment can never be put on a wallet as well; sending it back is a payout.
"""

from __future__ import annotations

import uuid

from django.db import transaction

from kernel import clock
from kernel.actor import Actor
from kernel.events import publish
from kernel.money import Money
from modules.cashier.errors import (
    MoneyStays,
    NoSuchDeposit,
    OwnPayout,
    ReasonNeeded,
    ReferenceNeeded,
)
from modules.cashier.events import MoneyGoesBack
from modules.cashier.models import Deposit, Payment, Repayment
from modules.cashier.queries import outgoing
from modules.cashier.services.story import tell
from modules.cashier.types.followups import RepaymentState
from modules.cashier.types.outgoing import clearing
from modules.wallets import queries as wallet_queries
from modules.wallets import services as wallets
from modules.wallets.types import Cause, EntryKind, Leg

OWED = "payout_pending"


def owe(deposit: Deposit, payment: Payment, received: Money, reason: str, *, by: Actor) -> None:
    """Book a payment as received and owed back; both rows are locked by the caller."""
    wallets.post(
        EntryKind.DEPOSIT,
        str(payment.pk),
        [Leg(clearing(payment.account.code), -received), Leg(OWED, received)],
        by=by,
        cause=_cause(deposit, payment.reference),
    )
    Repayment.objects.create(
        payment=payment,
        client_id=deposit.client_id,
        amount_minor=received.minor,
        currency=received.currency,
        reference=f"{payment.reference}-R",
        reason=reason[:500],
        decided_by_id=by.on_behalf_of or by.id,
        decided_by=by.name[:200],
        owed_at=clock.now(),
    )
    _tell(deposit, received, is_sent=False)


@transaction.atomic
def record_sent_back(deposit_id: uuid.UUID, *, reference: str, by: Actor) -> None:
    """A colleague sent the money back outside. Opens a transaction.

    Raises:
        NoSuchDeposit: Nothing of it goes back.
        ReferenceNeeded: Where can the payment be found?
        OwnPayout: He decided that it goes back, or it is his own.
        MoneyStays: Payouts are stopped, or the client's money is frozen.
        NoSuchMove: It is sent, or the provider took it back.
    """
    deposit, row = _locked(deposit_id)
    if not reference.strip():
        raise ReferenceNeeded
    if {by.on_behalf_of or by.id, by.id} & {None, row.client_id, row.decided_by_id}:
        raise OwnPayout
    row.move_to(RepaymentState.SENT)
    if not wallet_queries.payouts_allowed() or outgoing.is_frozen(row.client_id):
        raise MoneyStays
    row.times += 1
    row.provider_reference, row.sent_by = reference.strip()[:200], by.name[:200]
    row.sent_at = clock.now()
    posted = wallets.post(
        EntryKind.PAYOUT,
        f"repayment:{row.pk}:{row.times}",
        [Leg(OWED, -row.amount), Leg(clearing(row.payment.account.code), row.amount)],
        by=by,
        cause=_cause(deposit, row.provider_reference),
    )
    row.entry_id = posted.entry_id
    row.save()
    tell(deposit, "sent_back", by=by, note=f"{row.amount} {row.provider_reference}")
    _tell(deposit, row.amount, is_sent=True)


@transaction.atomic
def record_turned_away(deposit_id: uuid.UUID, *, reason: str, by: Actor) -> None:
    """What was sent back came to us again: it is owed as before. Opens a transaction.

    Raises:
        NoSuchDeposit: Nothing of it goes back.
        ReasonNeeded: Why?
        NoSuchMove: It was not sent.
    """
    deposit, row = _locked(deposit_id)
    if not reason.strip():
        raise ReasonNeeded
    sent_id = row.entry_id
    row.move_to(RepaymentState.OWED)
    row.entry_id = row.sent_at = None
    row.sent_by = ""
    row.save()
    if sent_id is not None:
        cause = _cause(deposit, reason.strip()[:200])
        wallets.reverse(sent_id, f"repayment:{row.pk}:{row.times}", by=by, cause=cause)
    tell(deposit, "turned_away", by=by, note=reason.strip())


def take_back_repaid(
    deposit: Deposit, payment: Payment, amount: Money | None, *, by: Actor
) -> bool:
    """The provider took a payment back that we owed, or had sent back; whether it is one of those.

    Joins the caller's transaction. What was sent already, and a part (``amount``) of what is
    still owed in full, is a cost of chargebacks.
    """
    row = Repayment.objects.select_for_update().filter(payment=payment).first()
    if row is None:
        return False
    if row.state != RepaymentState.GONE:
        gone = row.amount if amount is None else min(amount, row.amount)
        is_owed = row.state == RepaymentState.OWED and gone == row.amount
        wallets.post(
            EntryKind.CHARGEBACK,
            str(payment.pk),
            [
                Leg(clearing(payment.account.code), gone),
                Leg(OWED if is_owed else "chargeback", -gone),
            ],
            by=by,
            cause=_cause(deposit, payment.code),
        )
        if is_owed:
            row.move_to(RepaymentState.GONE)
            row.save(update_fields=["state"])
    return True


def _tell(deposit: Deposit, amount: Money, *, is_sent: bool) -> None:
    publish(
        MoneyGoesBack(
            deposit_id=deposit.pk,
            client_id=deposit.client_id,
            amount_minor=amount.minor,
            currency=amount.currency,
            is_sent=is_sent,
        )
    )


def _cause(deposit: Deposit, note: str) -> Cause:
    return Cause(f"cashier.Deposit:{deposit.pk}", note=f"{deposit.number} {note}".strip())


def _locked(deposit_id: uuid.UUID) -> tuple[Deposit, Repayment]:
    """The deposit and what is owed of it, locked in the order that everybody keeps."""
    deposit = Deposit.objects.select_for_update().filter(pk=deposit_id).first()
    rows = Repayment.objects.select_for_update(of=("self",)).select_related("payment__account")
    row = rows.filter(payment__deposit_id=deposit_id).first()
    if deposit is None or row is None:
        raise NoSuchDeposit
    return deposit, row
