"""The states of withdrawals, payouts and transfers, and the only tables of their moves."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class WithdrawalState(models.TextChoices):
    """How far a client's withdrawal is."""

    DEBITING = "debiting", _("Being taken from the trading account")
    WAITING = "waiting", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    PAYING = "paying", _("Being paid")
    RETURNING = "returning", _("Being put back on the trading account")
    PAID = "paid", _("Paid")
    PARTLY = "partly", _("Paid in part")
    RETURNED = "returned", _("Returned to your wallet")
    REFUSED = "refused", _("Turned down")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Not possible")


WITHDRAWAL_MOVES: Mapping[WithdrawalState, frozenset[WithdrawalState]] = {
    WithdrawalState.DEBITING: frozenset(
        {WithdrawalState.WAITING, WithdrawalState.APPROVED, WithdrawalState.FAILED}
    ),
    WithdrawalState.WAITING: frozenset(
        {
            WithdrawalState.APPROVED,
            WithdrawalState.RETURNING,
            WithdrawalState.REFUSED,
            WithdrawalState.CANCELLED,
        }
    ),
    WithdrawalState.APPROVED: frozenset(
        {WithdrawalState.PAYING, WithdrawalState.RETURNING, WithdrawalState.REFUSED}
    ),
    # What a trading account gave goes back to it before the withdrawal ends.
    WithdrawalState.RETURNING: frozenset({WithdrawalState.REFUSED, WithdrawalState.CANCELLED}),
    WithdrawalState.PAYING: frozenset(
        {WithdrawalState.PAID, WithdrawalState.PARTLY, WithdrawalState.RETURNED}
    ),
    # What was sent can come back from a bank weeks later.
    WithdrawalState.PAID: frozenset({WithdrawalState.PARTLY, WithdrawalState.RETURNED}),
    WithdrawalState.PARTLY: frozenset({WithdrawalState.RETURNED}),
    WithdrawalState.RETURNED: frozenset(),
    WithdrawalState.REFUSED: frozenset(),
    WithdrawalState.CANCELLED: frozenset(),
    WithdrawalState.FAILED: frozenset(),
}

WITHDRAWAL_OPEN = frozenset(
    {
        WithdrawalState.DEBITING,
        WithdrawalState.WAITING,
        WithdrawalState.APPROVED,
        WithdrawalState.PAYING,
        WithdrawalState.RETURNING,
    }
)
"""Withdrawals that are not over."""

WITHDRAWAL_LEAVING = WITHDRAWAL_OPEN - {WithdrawalState.RETURNING}
"""Withdrawals whose money is to leave, or leaves."""

WITHDRAWAL_COUNTED = WITHDRAWAL_LEAVING | {WithdrawalState.PAID, WithdrawalState.PARTLY}
"""Withdrawals that use up what a client may take out in a time."""

WITHDRAWAL_TONES: Mapping[WithdrawalState, str] = {
    WithdrawalState.DEBITING: "info",
    WithdrawalState.WAITING: "warn",
    WithdrawalState.APPROVED: "info",
    WithdrawalState.PAYING: "info",
    WithdrawalState.RETURNING: "warn",
    WithdrawalState.PAID: "ok",
    WithdrawalState.PARTLY: "warn",
    WithdrawalState.RETURNED: "bad",
    WithdrawalState.REFUSED: "bad",
    WithdrawalState.CANCELLED: "",
    WithdrawalState.FAILED: "bad",
}


class PayoutState(models.TextChoices):
    """How far one payout of a withdrawal, to one place, is."""

    PLANNED = "planned", _("Planned")
    READY = "ready", _("Ready to be paid")
    BY_HAND = "by_hand", _("To be paid by a colleague")
    SENDING = "sending", _("Being sent")
    UNDERWAY = "underway", _("On its way")
    UNKNOWN = "unknown", _("Being looked up")
    MANUAL = "manual", _("Waits for a person")
    DONE = "done", _("Paid")
    REFUSED = "refused", _("Declined")
    RELEASED = "released", _("Not paid")
    REVERSED = "reversed", _("Came back")


_DECIDED = frozenset({PayoutState.DONE, PayoutState.REFUSED})

PAYOUT_MOVES: Mapping[PayoutState, frozenset[PayoutState]] = {
    PayoutState.PLANNED: frozenset({PayoutState.READY, PayoutState.BY_HAND, PayoutState.RELEASED}),
    # Unknown from here: a restore has lost whether it was sent.
    PayoutState.READY: frozenset({PayoutState.SENDING, PayoutState.UNKNOWN, PayoutState.RELEASED}),
    PayoutState.BY_HAND: _DECIDED | {PayoutState.RELEASED},
    # READY again only when the provider certainly did not hear us.
    PayoutState.SENDING: _DECIDED
    | {PayoutState.READY, PayoutState.BY_HAND, PayoutState.UNDERWAY, PayoutState.UNKNOWN},
    PayoutState.UNDERWAY: _DECIDED | {PayoutState.MANUAL},
    PayoutState.UNKNOWN: _DECIDED | {PayoutState.UNDERWAY, PayoutState.MANUAL},
    # A look that finds it at last, or a person with evidence.
    PayoutState.MANUAL: _DECIDED | {PayoutState.UNDERWAY},
    PayoutState.DONE: frozenset({PayoutState.REVERSED}),
    PayoutState.REFUSED: frozenset(),
    PayoutState.RELEASED: frozenset(),
    PayoutState.REVERSED: frozenset(),
}

PAYOUT_OVER = frozenset(
    {PayoutState.DONE, PayoutState.REFUSED, PayoutState.RELEASED, PayoutState.REVERSED}
)
PAYOUT_FAILED = PAYOUT_OVER - {PayoutState.DONE}
PAYOUT_CAPTURED = frozenset(
    {PayoutState.SENDING, PayoutState.UNDERWAY, PayoutState.UNKNOWN, PayoutState.MANUAL}
)
"""Payouts whose money has left the wallet and is not known to have arrived."""

PAYOUT_TONES: Mapping[PayoutState, str] = {
    PayoutState.PLANNED: "",
    PayoutState.READY: "info",
    PayoutState.BY_HAND: "warn",
    PayoutState.SENDING: "info",
    PayoutState.UNDERWAY: "info",
    PayoutState.UNKNOWN: "warn",
    PayoutState.MANUAL: "bad",
    PayoutState.DONE: "ok",
    PayoutState.REFUSED: "bad",
    PayoutState.RELEASED: "",
    PayoutState.REVERSED: "bad",
}


class TransferState(models.TextChoices):
    """How far money between two wallets or accounts is."""

    WAITING = "waiting", _("Waiting for approval")
    TAKING = "taking", _("Being taken from the trading account")
    GIVING = "giving", _("Being put on the trading account")
    RETURNING = "returning", _("Being returned")
    DONE = "done", _("Done")
    RETURNED = "returned", _("Returned")
    KEPT = "kept", _("In your wallet")
    REFUSED = "refused", _("Turned down")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Not possible")


TRANSFER_MOVES: Mapping[TransferState, frozenset[TransferState]] = {
    TransferState.WAITING: frozenset(
        {
            TransferState.TAKING,
            TransferState.GIVING,
            TransferState.DONE,
            TransferState.REFUSED,
            TransferState.CANCELLED,
            TransferState.FAILED,
        }
    ),
    TransferState.TAKING: frozenset(
        {TransferState.GIVING, TransferState.DONE, TransferState.KEPT, TransferState.FAILED}
    ),
    TransferState.GIVING: frozenset(
        {
            TransferState.DONE,
            TransferState.RETURNING,
            TransferState.RETURNED,
            TransferState.KEPT,
        }
    ),
    TransferState.RETURNING: frozenset({TransferState.RETURNED, TransferState.KEPT}),
    TransferState.DONE: frozenset(),
    TransferState.RETURNED: frozenset(),
    TransferState.KEPT: frozenset(),
    TransferState.REFUSED: frozenset(),
    TransferState.CANCELLED: frozenset(),
    TransferState.FAILED: frozenset(),
}

TRANSFER_OPEN = frozenset(
    {
        TransferState.WAITING,
        TransferState.TAKING,
        TransferState.GIVING,
        TransferState.RETURNING,
    }
)

TRANSFER_TONES: Mapping[TransferState, str] = {
    TransferState.WAITING: "warn",
    TransferState.TAKING: "info",
    TransferState.GIVING: "info",
    TransferState.RETURNING: "warn",
    TransferState.DONE: "ok",
    TransferState.RETURNED: "bad",
    TransferState.KEPT: "warn",
    TransferState.REFUSED: "bad",
    TransferState.CANCELLED: "",
    TransferState.FAILED: "bad",
}


class Where(models.TextChoices):
    """What money is on."""

    WALLET = "wallet", _("Wallet")
    ACCOUNT = "account", _("Trading account")


class InstrumentKind(models.TextChoices):
    """What clients are paid to."""

    BANK = "bank", _("Bank account")
    CRYPTO = "crypto", _("Crypto address")


class InstrumentState(models.TextChoices):
    """Whether a client may be paid to it."""

    WAITING = "waiting", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Turned down")
    REMOVED = "removed", _("Removed")


INSTRUMENT_MOVES: Mapping[InstrumentState, frozenset[InstrumentState]] = {
    InstrumentState.WAITING: frozenset(
        {InstrumentState.APPROVED, InstrumentState.REFUSED, InstrumentState.REMOVED}
    ),
    InstrumentState.APPROVED: frozenset({InstrumentState.REMOVED}),
    InstrumentState.REFUSED: frozenset(),
    InstrumentState.REMOVED: frozenset(),
}

INSTRUMENT_TONES: Mapping[InstrumentState, str] = {
    InstrumentState.WAITING: "warn",
    InstrumentState.APPROVED: "ok",
    InstrumentState.REFUSED: "bad",
    InstrumentState.REMOVED: "",
}


class SplitMode(models.TextChoices):
    """How money goes back to where it came from."""

    FIFO = "fifo", _("First paid in, first paid back")
    PROPORTIONAL = "proportional", _("In proportion to what was paid in")
    OFF = "off", _("Wherever the client wants")
