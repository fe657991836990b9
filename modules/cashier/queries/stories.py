"""How far a withdrawal or transfer is, in steps and sentences."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.module import Text
from modules.cashier.models import Transfer, Withdrawal
from modules.cashier.types.deposits import Step
from modules.cashier.types.passages import TransferState, WithdrawalState

STORY: Mapping[str, Text] = {
    "asked": gettext_lazy("Asked for"),
    "debited": gettext_lazy("Taken from the trading account"),
    "failed": gettext_lazy("Not possible"),
    "stuck": gettext_lazy("The trading server's answer is unclear"),
    "approved": gettext_lazy("Approved"),
    "refused": gettext_lazy("Turned down"),
    "cancelled": gettext_lazy("Cancelled"),
    "paying": gettext_lazy("Paying began"),
    "sending": gettext_lazy("Sent to the provider"),
    "not_sent": gettext_lazy("Did not leave us"),
    "unanswered": gettext_lazy("The provider gave no clear answer"),
    "worker_lost": gettext_lazy("The worker was lost while it was under way"),
    "restored": gettext_lazy("In doubt since a restore"),
    "missed": gettext_lazy("Looked up and not found"),
    "look_failed": gettext_lazy("Could not be looked up"),
    "left_to_person": gettext_lazy("Left to a person"),
    "left_to_hand": gettext_lazy("Left to a colleague: the provider cannot"),
    "underway": gettext_lazy("The provider is paying"),
    "paid": gettext_lazy("Paid"),
    "paid:done": gettext_lazy("The provider paid"),
    "partly": gettext_lazy("Paid in part"),
    "returned": gettext_lazy("Returned"),
    "paid_by_hand": gettext_lazy("Paid by a colleague"),
    "not_paid": gettext_lazy("Not paid"),
    "declined": gettext_lazy("Declined by the provider"),
    "came_back": gettext_lazy("Came back"),
    "taking": gettext_lazy("Asked of the first trading server"),
    "giving": gettext_lazy("Asked of the second trading server"),
    "returning": gettext_lazy("Being put back"),
    "kept": gettext_lazy("Kept in the wallet"),
    "put_back": gettext_lazy("Put back on the trading account"),
    "done": gettext_lazy("Done"),
}

_DECLINED = gettext_lazy("Your bank or card declined it. Ask there, or choose another way.")
_GONE = gettext_lazy("The card or account is closed or not valid any more. Choose another one.")
REASONS: Mapping[str, Text] = {
    "servers.short_of_funds": gettext_lazy(
        "There was not enough free money on the trading account: open positions may need it."
    ),
    "debit_refused": gettext_lazy("The trading account did not release the amount."),
    "declined": _DECLINED,
    "rejected": _DECLINED,
    "reversed": _DECLINED,
    "Cancelled": gettext_lazy("The payment service cancelled it."),
    "no_source": gettext_lazy("The earlier payment cannot be returned to. Choose another way."),
    "expired_or_canceled_card": _GONE,
    "lost_or_stolen_card": _GONE,
    "closed_account": _GONE,
    "charge_for_pending_refund_disputed": _DECLINED,
    "insufficient_funds": gettext_lazy("We are looking after it: please try again tomorrow."),
}
"""Why, by the codes of trading servers and payment services that clients should understand."""

_W, _T = WithdrawalState, TransferState


def steps_of_withdrawal(row: Withdrawal) -> tuple[Step, ...]:
    """What the client's tracker shows."""
    labels = [_("Asked for")]
    if row.account_id is not None:
        labels.append(_("Taken from your trading account"))
    if row.returning_id is not None:
        return _steps_back(row, labels)
    labels += [_("Approved"), _("Paid")]
    reached = {
        _W.DEBITING: 1,
        _W.WAITING: len(labels) - 2,
        _W.APPROVED: len(labels) - 1,
        _W.PAYING: len(labels) - 1,
        _W.PAID: len(labels),
        _W.PARTLY: len(labels) - 1,
        _W.RETURNING: len(labels) - 2,
        _W.RETURNED: len(labels) - 1,
        _W.REFUSED: len(labels) - 2,
        _W.CANCELLED: len(labels) - 2,
        _W.FAILED: 1,
    }[_W(row.state)]
    failed = {_W.RETURNED, _W.REFUSED, _W.CANCELLED, _W.FAILED}
    return _steps(labels, reached, has_failed=row.state in failed)


def _steps_back(row: Withdrawal, labels: list[str]) -> tuple[Step, ...]:
    """The same of one that goes back to the trading account it was taken from."""
    is_refused = _W.REFUSED in {row.state, row.ends_as}
    labels += [
        _("Turned down") if is_refused else _("Cancelled"),
        _("Back on account %(login)s") % {"login": row.login},
    ]
    reached = len(labels) if row.is_back else len(labels) - 1
    return _steps(labels, reached, has_failed=row.state != _W.RETURNING)


def steps_of_transfer(row: Transfer) -> tuple[Step, ...]:
    """What the client's tracker shows."""
    labels = [_("Asked for"), _("Taken"), _("Arrived")]
    reached = {
        _T.WAITING: 1,
        _T.TAKING: 1,
        _T.GIVING: 2,
        _T.RETURNING: 2,
        _T.DONE: 3,
        _T.RETURNED: 2,
        _T.KEPT: 2,
        _T.REFUSED: 1,
        _T.CANCELLED: 1,
        _T.FAILED: 1,
    }[_T(row.state)]
    failed = {_T.RETURNING, _T.RETURNED, _T.KEPT, _T.REFUSED, _T.CANCELLED, _T.FAILED}
    return _steps(labels, reached, has_failed=row.state in failed)


def sentence_of_withdrawal(row: Withdrawal, *, state: str = "") -> str:
    """Where it stands, or stood in ``state``, and what the client can do about it."""
    if row.is_stuck and not state:
        return _("We are checking with the trading server. Nothing is lost; this can take an hour.")
    account = {"login": row.login}
    sentences: Mapping[str, str] = {
        _W.DEBITING: _("The amount is being taken from your trading account."),
        _W.WAITING: _("The amount is set aside. We are checking your withdrawal."),
        _W.APPROVED: _("It is approved and will be paid soon."),
        _W.PAYING: _("The money is on its way to you."),
        _W.RETURNING: _("The amount is being put back on account %(login)s.") % account,
        _W.PAID: _("The money was sent. Your bank may need a few days to show it."),
        _W.PARTLY: _("A part was paid. The rest is in your wallet."),
        _W.RETURNED: _("It could not be paid. The amount is in your wallet again."),
        _W.REFUSED: _("It was turned down.") + " " + where_it_is(row),
        _W.CANCELLED: _("It was cancelled.") + " " + where_it_is(row),
        _W.FAILED: _("The trading server did not release the amount. Nothing was moved."),
    }
    return sentences[state or row.state]


def where_it_is(row: Withdrawal) -> str:
    """Where the money of a withdrawal is that was turned down or cancelled."""
    account = {"login": row.login}
    if row.is_back:
        return _("The amount is on account %(login)s again.") % account
    if row.account_id is not None:
        return _("It could not be put back on account %(login)s: it is in your wallet.") % account
    return _("The amount is in your wallet.")


def reason_of_withdrawal(row: Withdrawal) -> str:
    """Why it was turned down, could not be paid or was not possible; empty when nothing was."""
    return reason_of(row.reason_code, row.reason)


def reason_of(code: str, told: str) -> str:
    """A reason in words: ours for a code that is known, else what was told, else the code."""
    if code in REASONS:
        return str(REASONS[code])
    if told and told != code:
        return told
    return _("The payment service declined it (%(code)s).") % {"code": code} if code else ""


def sentence_of_transfer(row: Transfer, *, state: str = "") -> str:
    """Where it stands, or stood in ``state``."""
    if row.is_stuck and not state:
        return _("We are checking with the trading server. Nothing is lost; this can take an hour.")
    taking = _("The amount is being taken from your trading account.")
    sentences: Mapping[str, str] = {
        _T.WAITING: _("We are checking your transfer."),
        _T.TAKING: taking,
        _T.GIVING: _("The amount is being put on the other trading account."),
        _T.RETURNING: _("The other account could not take it: it is being put back."),
        _T.DONE: _("The money has arrived."),
        _T.RETURNED: _("The other account could not take it: it is back where it was."),
        _T.KEPT: _("It could be put on neither account: it is in your wallet."),
        _T.REFUSED: _("It was turned down. The amount is where it was."),
        _T.CANCELLED: _("You cancelled it. The amount is where it was."),
        _T.FAILED: _("It could not be taken. Nothing was moved."),
    }
    return sentences[state or row.state]


def _steps(labels: list[str], reached: int, *, has_failed: bool) -> tuple[Step, ...]:
    found = []
    for number, label in enumerate(labels):
        state = "done" if number < reached else "waiting"
        if number == reached:
            state = "failed" if has_failed else "now"
        found.append(Step(label=label, state=state))
    return tuple(found)
