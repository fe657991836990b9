"""The states of payments and deposits, and the only tables of their moves."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class PaymentState(models.TextChoices):
    """How far one payment at one provider is, in our words."""

    ASKED = "asked", _("Being prepared")
    OPEN = "open", _("Waiting for the payer")
    AUTHORISED = "authorised", _("Authorised")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")
    FAILED = "failed", _("Failed at the provider")
    CHARGED_BACK = "charged_back", _("Charged back")
    REVERSED = "reversed", _("Reversed")


_ENDS = frozenset(
    {
        PaymentState.APPROVED,
        PaymentState.DECLINED,
        PaymentState.CANCELLED,
        PaymentState.EXPIRED,
        PaymentState.FAILED,
    }
)
_LATE_MONEY = frozenset({PaymentState.AUTHORISED, PaymentState.APPROVED})
"""A provider may retry inside its own page, and coins may arrive after the invoice ended: what
was given up can still be paid."""
_TAKEN_BACK = frozenset({PaymentState.CHARGED_BACK, PaymentState.REVERSED})

PAYMENT_MOVES: Mapping[PaymentState, frozenset[PaymentState]] = {
    PaymentState.ASKED: _ENDS | {PaymentState.OPEN, PaymentState.AUTHORISED},
    PaymentState.OPEN: _ENDS | {PaymentState.AUTHORISED},
    PaymentState.AUTHORISED: _ENDS,
    PaymentState.DECLINED: _LATE_MONEY,
    PaymentState.CANCELLED: _LATE_MONEY,
    PaymentState.EXPIRED: _LATE_MONEY,
    PaymentState.FAILED: _LATE_MONEY,
    PaymentState.APPROVED: _TAKEN_BACK,
    PaymentState.CHARGED_BACK: frozenset({PaymentState.REVERSED}),
    PaymentState.REVERSED: frozenset(),
}

ON_THE_WAY = frozenset({PaymentState.ASKED, PaymentState.OPEN, PaymentState.AUTHORISED})
"""States that a later one overtakes: news of them that comes afterwards is only late."""


class Weight(models.TextChoices):
    """What a piece of news about a payment means to what is known of it."""

    NEW = "new"
    KNOWN = "known"
    LATE = "late"
    CONFLICTING = "conflicting"


def weigh(now: PaymentState, told: PaymentState) -> Weight:
    """What news that a payment is ``told`` means when it is ``now``."""
    if told == now:
        return Weight.KNOWN
    if told in PAYMENT_MOVES[now]:
        return Weight.NEW
    if told in ON_THE_WAY:
        return Weight.LATE
    taken_back_since = told == PaymentState.APPROVED and now in _TAKEN_BACK
    return Weight.LATE if taken_back_since else Weight.CONFLICTING


class DepositState(models.TextChoices):
    """How far a client's deposit is."""

    ASKED = "asked", _("Being prepared")
    PAYING = "paying", _("Waiting for your payment")
    REVIEW = "review", _("Being checked")
    CORRECTION = "correction", _("Needs a correction")
    MOVING = "moving", _("On the way to the trading account")
    DONE = "done", _("Done")
    KEPT = "kept", _("In the wallet")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")
    EXPIRED = "expired", _("Expired")
    CHARGED_BACK = "charged_back", _("Charged back")
    REVERSED = "reversed", _("Reversed")


_MONEY_HERE = frozenset({DepositState.MOVING, DepositState.DONE})
GIVEN_UP = frozenset({DepositState.DECLINED, DepositState.CANCELLED, DepositState.EXPIRED})
"""Deposits that ended with nothing; money that comes after all is the client's."""
_GONE = frozenset({DepositState.CHARGED_BACK, DepositState.REVERSED})

DEPOSIT_MOVES: Mapping[DepositState, frozenset[DepositState]] = {
    DepositState.ASKED: _MONEY_HERE | GIVEN_UP | {DepositState.PAYING, DepositState.REVIEW},
    DepositState.PAYING: _MONEY_HERE | GIVEN_UP | {DepositState.REVIEW},
    DepositState.REVIEW: _MONEY_HERE | {DepositState.CORRECTION, DepositState.DECLINED},
    DepositState.CORRECTION: _MONEY_HERE | GIVEN_UP | {DepositState.REVIEW},
    # Money that comes after all is the client's: the provider has the last word.
    DepositState.DECLINED: _MONEY_HERE | {DepositState.REVIEW},
    DepositState.CANCELLED: _MONEY_HERE | {DepositState.REVIEW},
    DepositState.EXPIRED: _MONEY_HERE | {DepositState.REVIEW},
    DepositState.MOVING: _GONE | {DepositState.DONE, DepositState.KEPT},
    DepositState.DONE: _GONE,
    DepositState.KEPT: _GONE,
    DepositState.CHARGED_BACK: frozenset({DepositState.REVERSED}),
    DepositState.REVERSED: frozenset(),
}

DECIDABLE = frozenset({DepositState.PAYING, DepositState.REVIEW, DepositState.CORRECTION})
"""Deposits that finance may approve or turn down."""

UNPAID = frozenset(
    {DepositState.ASKED, DepositState.PAYING, DepositState.REVIEW, DepositState.CORRECTION}
)
"""Deposits whose money is not in the ledger yet, and may come."""

PAID = frozenset({DepositState.MOVING, DepositState.DONE, DepositState.KEPT})
"""Deposits whose money is in the ledger."""

TONES: Mapping[DepositState, str] = {
    DepositState.ASKED: "info",
    DepositState.PAYING: "info",
    DepositState.REVIEW: "warn",
    DepositState.CORRECTION: "warn",
    DepositState.MOVING: "info",
    DepositState.DONE: "ok",
    DepositState.KEPT: "ok",
    DepositState.DECLINED: "bad",
    DepositState.CANCELLED: "",
    DepositState.EXPIRED: "",
    DepositState.CHARGED_BACK: "bad",
    DepositState.REVERSED: "bad",
}


class KnockState(models.TextChoices):
    """Whether a call at our door was looked at; what is proven is kept elsewhere."""

    WAITING = "waiting", _("Waiting")
    REFUSED = "refused", _("Not genuine")


class NewsState(models.TextChoices):
    """What became of a callback."""

    WAITING = "waiting", _("Waiting")
    APPLIED = "applied", _("Applied")
    KNOWN = "known", _("Known already")
    LATE = "late", _("Overtaken by later news")
    IGNORED = "ignored", _("Not about a payment of ours")
    CONFLICTING = "conflicting", _("Contradicts what is known")
    FORGED = "forged", _("Not genuine")
    FAILED = "failed", _("Given up")
