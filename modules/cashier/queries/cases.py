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
from modules.cashier.models import Deposit, MethodTerms
from modules.cashier.queries.deposits import newest_payment, view_of, within_reach
from modules.cashier.types.catalogue import Direction
from modules.cashier.types.deposits import CaseView, PaymentLine, StoryLine
from modules.cashier.types.states import DepositState, PaymentState

DECIDE = "cashier.decide_deposits"
DECIDABLE = frozenset({DepositState.PAYING, DepositState.REVIEW, DepositState.CORRECTION})

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
}
_BAD = frozenset({"declined", "conflict", "taken_back", "stuck"})
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
        can_approve=row.state in DECIDABLE and by.may(DECIDE),
        next_step=_next_step(row),
    )


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
        "kept_in_wallet": _("Find out why the trading account refuses; the money is safe."),
    }
    by_state = {
        DepositState.REVIEW: _("Find the payment on the bank statement by its reference."),
        DepositState.DECLINED: _("Ask the client whether he needs help with another method."),
        DepositState.EXPIRED: _("Ask the client whether he still wants to pay in."),
        DepositState.CHARGED_BACK: _("Clear up what is owed, and answer the claim in time."),
    }
    return by_code.get(row.reason_code) or by_state.get(DepositState(row.state), "")
