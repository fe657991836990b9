"""How far a deposit is, step by step, in words for the client."""

from __future__ import annotations

from django.utils.translation import gettext as _

from modules.cashier.models import Deposit, Payment, Repayment
from modules.cashier.types.deposits import Step
from modules.cashier.types.followups import RepaymentState
from modules.cashier.types.states import GIVEN_UP, DepositState, PaymentState
from modules.trading import queries as trading

_AT: dict[str, int] = {
    DepositState.ASKED: 0,
    DepositState.PAYING: 1,
    DepositState.CORRECTION: 1,
    DepositState.REVIEW: 2,
    DepositState.MOVING: 4,
    DepositState.DONE: 9,
    DepositState.KEPT: 4,
}
_FAILED_AT = 1
_DOUBT = frozenset({"unknown", "manual"})
"""States of an operation on a trading server that nobody has decided."""


def steps_of(row: Deposit, *, by_hand: bool) -> tuple[Step, ...]:
    """The steps of a deposit and which of them is on."""
    labels = [
        _("Prepared"),
        _("You pay"),
        _("A colleague checks it") if by_hand else _("The payment service confirms it"),
        _("In your wallet"),
    ]
    if row.account_id is not None:
        labels.append(_("On account %(login)s") % {"login": row.login})
    state = DepositState(row.state)
    now = _AT.get(state, _FAILED_AT)
    is_failed = state not in _AT
    steps = []
    for place, label in enumerate(labels):
        steps.append(Step(label=label, state=_state(place, now, state, is_failed=is_failed)))
    return tuple(steps)


def sentence_of(row: Deposit, payment: Payment | None) -> str:
    """What the client should know or do now."""
    state = DepositState(row.state)
    if row.reason and state != DepositState.KEPT:
        return f"{row.reason} {_goes_back(row)}".strip()
    if is_in_doubt(row):
        return _("We are checking with the trading server. Nothing is lost; this can take an hour.")
    if state == DepositState.PAYING and payment and payment.state == PaymentState.AUTHORISED:
        return _("Your payment is on its way. It counts once it is confirmed.")
    return {
        DepositState.ASKED: _("The payment is being prepared. This takes a few seconds."),
        DepositState.PAYING: _("Pay now, then come back: this page follows by itself."),
        DepositState.REVIEW: _("Thank you. A colleague checks your payment."),
        DepositState.MOVING: _("Your money is in the wallet and on its way to the account."),
        DepositState.DONE: _("Your money has arrived."),
        DepositState.KEPT: _kept(row),
    }.get(state, "")


def is_in_doubt(row: Deposit) -> bool:
    """Whether nobody knows yet if the trading server has the money."""
    if row.state != DepositState.MOVING or row.operation_id is None:
        return False
    return row.is_stuck or trading.operation_state(row.operation_id).state in _DOUBT


def _kept(row: Deposit) -> str:
    """Where it is instead; the server's own words are for finance, in whatever language."""
    could_not = _("Account %(login)s could not take it. You can transfer it when you want.")
    return f"{_('It is in your wallet.')} {could_not % {'login': row.login}}"


def _goes_back(row: Deposit) -> str:
    """What becomes of money that came for a deposit which was turned down."""
    if row.state not in GIVEN_UP:
        return ""
    found = Repayment.objects.filter(payment__deposit=row).order_by("-owed_at").first()
    if found is None:
        return ""
    words = {"amount": found.amount, "reference": found.provider_reference}
    return {
        RepaymentState.OWED: _("%(amount)s has come and is being sent back to you."),
        RepaymentState.SENT: _("%(amount)s was sent back to you, with reference %(reference)s."),
        RepaymentState.GONE: _("Your bank or the payment service took %(amount)s back."),
    }[RepaymentState(found.state)] % words


def _state(place: int, now: int, state: DepositState, *, is_failed: bool) -> str:
    if place < now:
        return "done"
    if place > now:
        return "waiting"
    return "failed" if is_failed or state == DepositState.KEPT else "now"
