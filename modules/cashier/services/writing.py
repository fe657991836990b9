"""What clients are written about their money, and colleagues about what they must decide."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from django.utils.translation import gettext as _

from identity import queries as identity
from kernel.ui.figures import instant, ltr, money, money_text
from modules.cashier.models import Deposit, Transfer, Withdrawal
from modules.cashier.queries.catalogue import title_of
from modules.cashier.queries.progress import sentence_of
from modules.cashier.queries.stories import (
    reason_of_withdrawal,
    sentence_of_transfer,
    sentence_of_withdrawal,
)
from modules.cashier.queries.targets import TARGETS, place_title, target_title
from modules.cashier.services.letters import Words, write
from modules.cashier.types.passages import TransferState, WithdrawalState
from modules.clients import queries as clients
from modules.requests import queries as requested

OWNER = "cashier."
QUIET = dt.timedelta(hours=1)
"""Whoever was told within it that something waits is not told of the next one as well."""
_ASKED, _APPROVED = "asked", "approved"
_RECEIVED, _DONE, _KEPT, _FAILED = "received", "done", "kept", "failed"
_OWED_BACK, _SENT_BACK = "owed_back", "sent_back"


def write_of_deposit(deposit_id: uuid.UUID, what: str) -> bool:
    """Tell a client what became of his deposit, once of each.

    ``received``, ``done``, ``kept``, ``failed``, ``owed_back`` or ``sent_back``.
    """
    row = Deposit.objects.select_related("method").get(pk=deposit_id)
    return write(row.client_id, f"deposit:{row.pk}:{what}", lambda: _of_deposit(row, what))


def write_of_withdrawal(withdrawal_id: uuid.UUID, what: str) -> bool:
    """Tell a client of his withdrawal: ``asked``, ``approved``, or how it ended; once each.

    What he cancelled himself is told only where the money goes back to a trading account.
    """
    rows = Withdrawal.objects.select_related("method", "instrument")
    row = rows.prefetch_related(*TARGETS).get(pk=withdrawal_id)
    if what == WithdrawalState.CANCELLED and row.account_id is None:
        return False
    return write(row.client_id, f"withdrawal:{row.pk}:{what}", lambda: _of_withdrawal(row, what))


def write_of_transfer(transfer_id: uuid.UUID, what: str) -> int:
    """Tell both clients of a transfer between them, and the sender of any that failed; once each.

    Returns how many were written to.
    """
    row = Transfer.objects.get(pk=transfer_id)
    is_between = row.beneficiary_id is not None
    if what == TransferState.CANCELLED or (what == TransferState.DONE and not is_between):
        return 0
    key = f"transfer:{row.pk}:{what}"
    count = int(write(row.client_id, key, lambda: _of_transfer(row, what)))
    if what == TransferState.DONE and row.beneficiary_id is not None:
        count += write(row.beneficiary_id, key, lambda: _came(row))
    return count


def write_to_deciders(request_id: uuid.UUID, *, kind: str) -> int:
    """Tell those colleagues who may decide something of ours; returns how many were written to.

    Nobody is told of a second thing while a first one waits: see :data:`QUIET`.
    """
    if not kind.startswith(OWNER):
        return 0
    people = requested.deciders_of(request_id, quiet=QUIET)
    return sum(_write_to_decider(request_id, person_id) for person_id in people)


def _write_to_decider(request_id: uuid.UUID, person_id: uuid.UUID) -> bool:
    by = identity.actor_for(person_id)
    level = requested.sheet(request_id, by=by).line.level

    def words() -> Words:
        found = requested.sheet(request_id, by=by)
        return Words(
            title=_("Waits for your decision: %(title)s") % {"title": found.line.title},
            sentences=(
                _("A client asked for something that you may decide."),
                _("What else waits for you stands in the queue; you are told once an hour."),
            ),
            facts=(
                (_("Client"), found.client_name),
                (_("Asked"), instant(found.line.asked_at)),
                (_("Decision expected by"), instant(found.line.expected_at)),
            ),
            url_name="office:requests:request",
            about=request_id,
            button=_("See the request"),
        )

    return write(person_id, f"request:{request_id}:{level}", words)


def _of_deposit(row: Deposit, what: str) -> Words:
    account = {"login": row.login}
    told: Mapping[str, tuple[str, str]] = {
        _RECEIVED: (
            _("We received your %(amount)s"),
            _("The money is on its way to account %(login)s.") % account,
        ),
        _DONE: (
            _("Your deposit of %(amount)s has arrived"),
            _("It is on account %(login)s.") % account if row.login else _("It is in your wallet."),
        ),
        _KEPT: (
            _("Your deposit of %(amount)s is in your wallet"),
            _("Account %(login)s could not take it. You can transfer it when you want.") % account,
        ),
        _FAILED: (
            _("Your deposit of %(amount)s did not work"),
            row.reason or _("Nothing was taken."),
        ),
        _OWED_BACK: (
            _("Your deposit of %(amount)s is being sent back"),
            sentence_of(row, None),
        ),
        _SENT_BACK: (
            _("Your deposit of %(amount)s was sent back"),
            sentence_of(row, None),
        ),
    }
    title, sentence = told[what]
    facts = [(_("Number"), ltr(row.number)), (_("Method"), title_of(row.method))]
    if what in {_RECEIVED, _DONE, _KEPT}:
        facts += [(_("You paid"), money(row.pay)), (_("Arrives"), money(row.arrives))]
    return Words(
        title=title % {"amount": money_text(row.pay)},
        sentences=(sentence,),
        facts=tuple(facts),
        url_name="room:cashier:deposit",
        about=row.pk,
        button=_("See the deposit"),
    )


def _of_withdrawal(row: Withdrawal, what: str) -> Words:
    titles: Mapping[str, str] = {
        _ASKED: _("We have your withdrawal of %(amount)s"),
        _APPROVED: _("Your withdrawal of %(amount)s is approved"),
        WithdrawalState.PAID: _("Your withdrawal of %(amount)s was paid"),
        WithdrawalState.PARTLY: _("Your withdrawal of %(amount)s was paid in part"),
        WithdrawalState.RETURNED: _("Your withdrawal of %(amount)s could not be paid"),
        WithdrawalState.REFUSED: _("Your withdrawal of %(amount)s was turned down"),
        WithdrawalState.CANCELLED: _("Your withdrawal of %(amount)s was cancelled"),
        WithdrawalState.FAILED: _("Your withdrawal of %(amount)s was not possible"),
    }
    facts = [
        (_("Number"), ltr(row.number)),
        (_("From"), place_title(row.login, row.currency)),
        (_("To"), target_title(row)),
        (_("Amount"), money(row.amount)),
        (_("Fee"), money(row.fee)),
        (_("You receive"), money(row.amount - row.fee)),
    ]
    if what == _APPROVED:
        facts.append((_("Expected by"), instant(row.expected_at)))
    warning = _("If you did not ask for it, tell us at once and change your password.")
    return Words(
        title=titles[what] % {"amount": money_text(row.amount)},
        sentences=_sentences(row, what),
        facts=tuple(facts),
        url_name="room:cashier:withdrawal",
        about=row.pk,
        button=_("See the withdrawal"),
        warning=warning if what == _ASKED else "",
    )


def _sentences(row: Withdrawal, what: str) -> tuple[str, ...]:
    if what == _ASKED:
        set_aside = _("The amount is set aside. We are checking your withdrawal.")
        taken = _("The amount is being taken from account %(login)s.") % {"login": row.login}
        return (taken if row.account_id else set_aside,)
    if what == _APPROVED:
        return (_("It is approved and will be paid soon."),)
    reason = "" if what == WithdrawalState.PAID else reason_of_withdrawal(row)
    said = _("The reason: %(reason)s") % {"reason": reason}
    return (sentence_of_withdrawal(row, state=what), *([said] if reason else []))


def _of_transfer(row: Transfer, what: str) -> Words:
    is_done = what == TransferState.DONE
    title = _("You sent %(amount)s") if is_done else _("Your transfer of %(amount)s did not arrive")
    sentences = [sentence_of_transfer(row, state=what)]
    if row.reason and not is_done:
        sentences.append(_("The reason: %(reason)s") % {"reason": row.reason})
    target = place_title(row.target_login, row.arrives_currency)
    warning = _("If you did not ask for it, tell us at once and change your password.")
    facts = [
        (_("Number"), ltr(row.number)),
        (_("From"), place_title(row.source_login, row.currency)),
        (_("To"), _who(row.beneficiary_id) if row.beneficiary_id else target),
        (_("Amount"), money(row.amount)),
    ]
    if row.currency != row.arrives_currency:
        facts.append((_("Arrives"), money(row.arrives)))
    return Words(
        title=title % {"amount": money_text(row.amount)},
        sentences=tuple(sentences),
        facts=tuple(facts),
        url_name="room:cashier:transfer",
        about=row.pk,
        button=_("See the transfer"),
        warning=warning if is_done else "",
    )


def _came(row: Transfer) -> Words:
    """What the other client reads; the page of the transfer itself is the sender's."""
    return Words(
        title=_("You received %(amount)s") % {"amount": money_text(row.arrives)},
        sentences=(_("Another client sent you money. It is in your wallet."),),
        facts=(
            (_("Number"), ltr(row.number)),
            (_("From"), _who(row.client_id)),
            (_("Amount"), money(row.arrives)),
        ),
        url_name="room:cashier:transfers",
        about=None,
        button=_("See your transfers"),
    )


def _who(client_id: uuid.UUID) -> str:
    found = clients.contact(client_id)
    return f"{found.first_name} {found.last_name} · C-{found.number}".strip(" ·")
