"""What finance decides of deposits: approve what came, reject, ask for a correction."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actor import Actor
from kernel.events import publish
from kernel.money import Money
from modules.cashier.errors import (
    FourEyes,
    MoneyCame,
    NoSuchDeposit,
    NoSuchMove,
    NothingReceived,
    ReasonNeeded,
)
from modules.cashier.events import DepositFailed
from modules.cashier.models import Deposit, MethodTerms, Payment
from modules.cashier.queries.cases import is_decidable
from modules.cashier.services.asking import own_deposit
from modules.cashier.services.crediting import credit
from modules.cashier.services.following_up import decide_follow_up
from modules.cashier.services.repaying import owe
from modules.cashier.services.story import tell
from modules.cashier.types.catalogue import Direction
from modules.cashier.types.states import DECIDABLE, GIVEN_UP, DepositState, PaymentState

FIRST_APPROVAL = "first_approval"
SENT_BACK = "sent_back"


@transaction.atomic
def approve_deposit(deposit_id: uuid.UUID, received: Money, *, by: Actor) -> bool:
    """Put what was received on the client's wallet; return whether that is done.

    From the method's limit on it takes two, who say the same amount: the first approval is kept,
    the second colleague's puts the money there; with another amount it is a first one again.
    Behind an API key stands who made it. Opens a transaction.

    Raises:
        NoSuchDeposit: There is none.
        NoSuchMove: It is decided.
        NothingReceived: No amount, or in another currency.
        FourEyes: The same colleague cannot approve twice, and nobody his own.
        NothingArrives: The fees take all of it.
    """
    deposit = _locked(deposit_id)
    if not is_decidable(deposit):
        raise NoSuchMove(state=DepositState(deposit.state).label)
    if received.minor <= 0 or received.currency != deposit.pay_currency:
        raise NothingReceived
    person = by.on_behalf_of or by.id
    if {person, by.id} & {None, deposit.client_id, deposit.first_approved_by_id}:
        raise FourEyes
    if needs_two(deposit, received) and not _is_second(deposit, received):
        deposit.first_approved_by_id, deposit.first_approved_by = person, by.name[:200]
        tell(deposit, FIRST_APPROVAL, by=by, note=str(received))
        return False
    payment = _record_received(deposit, received)
    credit(deposit, payment, received, by=by)
    decide_follow_up(deposit, _("Approved: %(amount)s.") % {"amount": received}, by=by)
    return True


@transaction.atomic
def reject_deposit(deposit_id: uuid.UUID, reason: str, *, by: Actor) -> None:
    """Turn a deposit down; the client reads the reason. Opens a transaction.

    Raises:
        NoSuchDeposit: There is none.
        NoSuchMove: It is decided.
        ReasonNeeded: There is none.
        MoneyCame: The provider says that it was paid: it is sent back, or approved.
    """
    deposit = _locked(deposit_id)
    if deposit.state not in DECIDABLE:
        raise NoSuchMove(state=DepositState(deposit.state).label)
    if deposit.payments.filter(state=PaymentState.APPROVED, repayment=None).exists():
        raise MoneyCame
    _turn_down(deposit, "rejected", reason, by=by)


@transaction.atomic
def send_back_deposit(deposit_id: uuid.UUID, received: Money, reason: str, *, by: Actor) -> None:
    """Turn a deposit down whose money has come: it is owed to whoever paid it from now on.

    Another colleague sends it (:func:`record_sent_back`). Also for one that was turned down or
    had expired before its money was found. Opens a transaction.

    Raises:
        NoSuchDeposit: There is none.
        NoSuchMove: It is decided.
        NothingReceived: No amount, or in another currency.
        FourEyes: Nobody decides about his own.
        ReasonNeeded: There is none.
    """
    deposit = _locked(deposit_id)
    if not is_decidable(deposit):
        raise NoSuchMove(state=DepositState(deposit.state).label)
    if received.minor <= 0 or received.currency != deposit.pay_currency:
        raise NothingReceived
    if {by.on_behalf_of or by.id, by.id} & {None, deposit.client_id}:
        raise FourEyes
    if not reason.strip():
        raise ReasonNeeded
    payment = _record_received(deposit, received)
    owe(deposit, payment, received, reason.strip(), by=by)
    _turn_down(deposit, SENT_BACK, reason, by=by, note=f"{received}: {reason.strip()}")


@transaction.atomic
def ask_correction(deposit_id: uuid.UUID, reason: str, *, by: Actor) -> None:
    """Send a deposit back to the client, who hands in another proof. Opens a transaction.

    Raises:
        NoSuchDeposit: There is none.
        NoSuchMove: It is not being checked.
        ReasonNeeded: There is none.
    """
    deposit = _locked(deposit_id)
    _say(deposit, "correction", reason)
    deposit.first_approved_by_id, deposit.first_approved_by = None, ""
    tell(deposit, "correction", to=DepositState.CORRECTION, by=by, note=reason)


@transaction.atomic
def cancel_deposit(deposit_id: uuid.UUID, *, client_id: uuid.UUID, by: Actor) -> None:
    """A client gives up a deposit that he has not paid. Opens a transaction.

    If money comes all the same, it is his.

    Raises:
        NoSuchDeposit: There is none, or it is another's.
        NoSuchMove: It is too late for that.
    """
    deposit = own_deposit(deposit_id, client_id)
    deposit.reason_code = "cancelled"
    deposit.reason = _("You cancelled it. Nothing was taken.")
    tell(deposit, "cancelled", to=DepositState.CANCELLED, by=by)
    deposit.payments.filter(state=PaymentState.ASKED).update(
        state=PaymentState.CANCELLED, due_at=None
    )
    _tell_failed(deposit)


def needs_two(deposit: Deposit, received: Money) -> bool:
    """Whether two colleagues approve this amount."""
    limit = (
        MethodTerms.objects.filter(
            method_id=deposit.method_id, direction=Direction.IN, currency=received.currency
        )
        .values_list("four_eyes_minor", flat=True)
        .first()
    )
    return limit is not None and received.minor >= limit


def _is_second(deposit: Deposit, received: Money) -> bool:
    """Whether another colleague has approved this very amount, which the story says."""
    if deposit.first_approved_by_id is None:
        return False
    first = deposit.moves.filter(what=FIRST_APPROVAL).order_by("-at", "-pk").first()
    return first is not None and first.note == str(received)


def _record_received(deposit: Deposit, received: Money) -> Payment:
    payment = _payment_of(deposit)
    payment.received_minor = received.minor
    if payment.state != PaymentState.APPROVED:
        payment.move_to(PaymentState.APPROVED)
    payment.due_at = None
    payment.save()
    return payment


def _turn_down(deposit: Deposit, code: str, reason: str, *, by: Actor, note: str = "") -> None:
    """End a locked deposit; the client reads the reason."""
    _say(deposit, code, reason)
    going = deposit.payments.filter(
        state__in=[PaymentState.ASKED, PaymentState.OPEN, PaymentState.AUTHORISED]
    )
    going.update(state=PaymentState.DECLINED, due_at=None)
    to = None if deposit.state in GIVEN_UP else DepositState.DECLINED
    tell(deposit, "declined", to=to, by=by, note=note or reason)
    decide_follow_up(deposit, reason, by=by)
    _tell_failed(deposit)


def _payment_of(deposit: Deposit) -> Payment:
    """The payment that is approved: one that came, else the newest."""
    rows = Payment.objects.select_for_update(of=("self",)).select_related("account")
    mine = rows.filter(deposit=deposit, repayment=None)
    came = mine.filter(state=PaymentState.APPROVED).order_by("place").first()
    newest = came or mine.order_by("-place").first()
    if newest is None:
        raise NoSuchDeposit
    return newest


def _locked(deposit_id: uuid.UUID) -> Deposit:
    row = Deposit.objects.select_for_update().filter(pk=deposit_id).first()
    if row is None:
        raise NoSuchDeposit
    return row


def _say(deposit: Deposit, code: str, reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded
    deposit.reason_code, deposit.reason = code, reason.strip()[:500]


def _tell_failed(deposit: Deposit) -> None:
    publish(
        DepositFailed(
            deposit_id=deposit.pk,
            client_id=deposit.client_id,
            state=deposit.state,
            code=deposit.reason_code,
        )
    )
