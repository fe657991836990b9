"""Which withdrawal, transfer or claim a trading server's answer, or a decision, is about."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from kernel.errors import Refused
from modules.cashier.services import claims, instruments, transfers, withdrawals
from modules.cashier.services.passing import US

WITHDRAWAL, TRANSFER, CLAIM = "withdrawal", "transfer", "claim"


def follow_done(cause: str, key: str) -> None:
    """A trading server did something that was asked of it; others' operations are left alone."""
    kind, found, step = _ours(cause, key)
    if found is None:
        return
    if kind == WITHDRAWAL and step == withdrawals.RETURN:
        withdrawals.record_return(found, is_done=True)
    elif kind == WITHDRAWAL:
        withdrawals.record_debit(found)
    elif kind == TRANSFER:
        transfers.record_done(found, step)
    elif kind == CLAIM:
        claims.record_taken(found, is_done=True)


def follow_refused(cause: str, key: str, why: str, code: str = "") -> None:
    """It refused: nothing was done."""
    kind, found, step = _ours(cause, key)
    if found is None:
        return
    if kind == WITHDRAWAL and step == withdrawals.RETURN:
        withdrawals.record_return(found, is_done=False, why=why)
    elif kind == WITHDRAWAL:
        withdrawals.record_debit_refused(found, why, code=code)
    elif kind == TRANSFER:
        transfers.record_refused(found, step, why)
    elif kind == CLAIM:
        claims.record_taken(found, is_done=False)


def follow_stuck(cause: str, key: str, why: str) -> None:
    """Nobody knows whether it was done."""
    kind, found, _step = _ours(cause, key)
    if found is None:
        return
    if kind == WITHDRAWAL:
        withdrawals.record_stuck(found, why)
    elif kind == TRANSFER:
        transfers.record_stuck(found, why)


def carry_out_request(kind: str, subject: str) -> bool:
    """Do what was approved; whether something is due at a provider now."""
    found = _id_of(subject)
    if found is None:
        return False
    if kind == withdrawals.KIND:
        return withdrawals.approve_withdrawal(found, by=US)
    if kind in {transfers.OWN, transfers.TO_OTHER}:
        transfers.go(found, by=US)
    elif kind == instruments.KIND:
        instruments.approve_instrument(found, by=US)
    return False


def end_request(kind: str, subject: str, *, reason: str, is_refused: bool) -> None:
    """End what was turned down, or taken back. What went on meanwhile is left alone."""
    found = _id_of(subject)
    if found is None:
        return
    words = reason or _("The request was cancelled.")
    try:
        if kind == withdrawals.KIND and is_refused:
            withdrawals.refuse_withdrawal(found, reason=words, by=US)
        elif kind == withdrawals.KIND:
            withdrawals.cancel_withdrawal(found, by=US)
        elif kind in {transfers.OWN, transfers.TO_OTHER} and is_refused:
            transfers.refuse_transfer(found, reason=words, by=US)
        elif kind in {transfers.OWN, transfers.TO_OTHER}:
            transfers.cancel_transfer(found, by=US)
        elif kind == instruments.KIND:
            instruments.refuse_instrument(found, reason=words, by=US)
    except Refused:
        return


def _ours(cause: str, key: str) -> tuple[str, uuid.UUID | None, str]:
    """Kind, id and step of an operation that we asked for; the id is ``None`` of another's."""
    kind, _colon, rest = key.partition(":")
    number, _colon, step = rest.partition(":")
    owner, _colon, subject = cause.partition(":")
    if owner.casefold() != f"cashier.{kind}" or subject != number:
        return kind, None, step
    return kind, _id_of(cause), step


def _id_of(subject: str) -> uuid.UUID | None:
    owner, _colon, number = subject.partition(":")
    try:
        return uuid.UUID(number) if owner.startswith("cashier.") else None
    except ValueError:
        return None
