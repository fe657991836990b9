"""A deposit as finance decides it, and what came of the callbacks behind it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.actor import Actor
from kernel.module import Text
from kernel.money import Money
from modules.cashier.errors import NoSuchDeposit
from modules.cashier.models import Deposit, MethodTerms, Repayment
from modules.cashier.providers import ADAPTERS
from modules.cashier.queries.deposits import newest_payment, view_of, within_reach
from modules.cashier.queries.followups import follow_up_of, repayment_of
from modules.cashier.types.catalogue import Direction
from modules.cashier.types.deposits import CaseView, PaymentLine, StoryLine
from modules.cashier.types.states import DECIDABLE, GIVEN_UP, DepositState, PaymentState

DECIDE = "cashier.decide_deposits"
FOLLOW_UP, PAY_OUT = "cashier.follow_up", "cashier.pay_out"

WHAT: Mapping[str, Text] = {
    "asked": gettext_lazy("Asked for"),
    "begun": gettext_lazy("Known to the provider"),
    "rerouted": gettext_lazy("Another provider is tried"),
    "authorised": gettext_lazy("Authorised by the provider"),
    "proof": gettext_lazy("Proof handed in"),
    "review": gettext_lazy("Left to a colleague"),
    "first_approval": gettext_lazy("First approval"),
    "correction": gettext_lazy("Sent back for correction"),
    "credited": gettext_lazy("Put on the wallet"),
    "moving": gettext_lazy("Sent to the trading account"),
    "done": gettext_lazy("Done"),
    "kept": gettext_lazy("Kept in the wallet"),
    "declined": gettext_lazy("Declined"),
    "cancelled": gettext_lazy("Cancelled"),
    "expired": gettext_lazy("Expired"),
    "paid_twice": gettext_lazy("Paid a second time: put on the wallet"),
    "conflict": gettext_lazy("The provider contradicts itself"),
    "taken_back": gettext_lazy("Taken back by the provider"),
    "stuck": gettext_lazy("The trading server's answer is unclear"),
    "came_back": gettext_lazy("The client came back from the payment page"),
    "sent_back": gettext_lazy("Money sent back"),
    "turned_away": gettext_lazy("What was sent back came to us again"),
    "follow_up_taken": gettext_lazy("Somebody looks after it"),
    "follow_up_note": gettext_lazy("Note"),
    "follow_up_closed": gettext_lazy("Task closed"),
    "follow_up_reopened": gettext_lazy("Task opened again"),
}
_BAD = frozenset({"declined", "conflict", "taken_back", "stuck", "turned_away"})
_GOOD = frozenset({"credited", "done"})


def case(deposit_id: uuid.UUID, *, by: Actor) -> CaseView:
    """A deposit within the asker's reach with its payments and its story.

    Raises:
        NoSuchDeposit: There is none within reach.
    """
    row = within_reach(by).filter(pk=deposit_id).first()
    if row is None:
        raise NoSuchDeposit
    payment = newest_payment(row)
    received = payment.received if payment else None
    return CaseView(
        view=view_of(row),
        payments=_payments(row),
        story=_story(row),
        received=received,
        needs_two=_needs_two(row, received or row.pay),
        first_approved_by=row.first_approved_by,
        can_approve=is_decidable(row) and by.may(DECIDE),
        can_reject=row.state in DECIDABLE and not _has_come(row) and by.may(DECIDE),
        next_step=_next_step(row),
        follow_up=follow_up_of(row, by=by),
        may_follow_up=by.may(FOLLOW_UP),
        repayment=repayment_of(row),
        may_pay=by.may(PAY_OUT),
    )


def is_decidable(row: Deposit) -> bool:
    """Whether finance may put its money on the wallet, or send it back.

    One that ended with nothing is decided again when a colleague finds its money: by hand, or
    where the provider says that it was paid.
    """
    if row.state in DECIDABLE:
        return True
    if row.state not in GIVEN_UP or row.entry_id is not None:
        return False
    by_hand = any(
        ADAPTERS[one.account.kind].capabilities.takes_proofs for one in row.payments.all()
    )
    repaid = Repayment.objects.filter(payment__deposit=row).exists()
    return (by_hand or _has_come(row)) and not repaid


def _has_come(row: Deposit) -> bool:
    """Whether a provider holds a payment of it as paid, and it was neither credited nor repaid."""
    return row.payments.filter(state=PaymentState.APPROVED, repayment=None).exists()


def _payments(row: Deposit) -> tuple[PaymentLine, ...]:
    return tuple(
        PaymentLine(
            id=one.pk,
            provider_name=one.account.name,
            provider_kind=one.account.kind,
            reference=one.reference,
            provider_reference=one.provider_reference,
            state=one.state,
            state_label=PaymentState(one.state).label,
            code=one.code,
            received=one.received,
            began_at=one.began_at,
        )
        for one in sorted(row.payments.all(), key=lambda one: one.place)
    )


def _story(row: Deposit) -> tuple[StoryLine, ...]:
    return tuple(
        StoryLine(
            at=one.at,
            what=WHAT.get(one.what, one.what),
            actor=one.actor_name,
            note=one.note,
            tone="bad" if one.what in _BAD else "ok" if one.what in _GOOD else "",
        )
        for one in row.moves.order_by("-at", "-pk")
    )


def _needs_two(row: Deposit, amount: Money) -> bool:
    limit = (
        MethodTerms.objects.filter(
            method_id=row.method_id, direction=Direction.IN, currency=amount.currency
        )
        .values_list("four_eyes_minor", flat=True)
        .first()
    )
    return limit is not None and amount.minor >= limit


def _next_step(row: Deposit) -> str:
    """What a colleague should do about it now."""
    by_code = {
        "amount_differs": _("Compare what came with what was asked for and approve what came."),
        "conflict": _("Look the payment up at the provider and decide by what you find there."),
        "technical": _("Ask the client to try another method; look at the provider's state."),
        "sent_back": _("A colleague who did not decide it sends the money back."),
        "kept_in_wallet": _("Find out why the trading account refuses; the money is safe."),
    }
    by_state = {
        DepositState.REVIEW: _("Find the payment on the bank statement by its reference."),
        DepositState.DECLINED: _("Ask the client whether he needs help with another method."),
        DepositState.EXPIRED: _("Ask the client whether he still wants to pay in."),
        DepositState.CHARGED_BACK: _("Clear up what is owed, and answer the claim in time."),
    }
    if row.is_stuck:
        return _("Decide the operation by what you find on the trading server.")
    return by_code.get(row.reason_code) or by_state.get(DepositState(row.state), "")
