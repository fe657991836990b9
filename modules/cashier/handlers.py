"""What the cashier reacts to: trading servers did, or refused, what a deposit asked of them."""

from __future__ import annotations

import uuid

from django.db import transaction

from kernel.actor import Actor
from modules.cashier import services, tasks
from modules.cashier.events import DepositTakenBack
from modules.requests.events import RequestApproved, RequestCancelled, RequestRefused
from modules.trading.events import OperationDone, OperationRefused, OperationStuck

KEY = "deposit:"
"""How the keys of our operations begin; other askers' are not ours."""
SERVER = Actor.system("trading server")


def deposit_arrived(event: OperationDone) -> None:
    """The money is on the account."""
    if deposit_id := _ours(event.cause, event.key):
        services.settle(deposit_id, by=SERVER)


def deposit_refused(event: OperationRefused) -> None:
    """The money stays in the wallet."""
    if deposit_id := _ours(event.cause, event.key):
        services.keep(deposit_id, event.sentence, by=SERVER)


def deposit_stuck(event: OperationStuck) -> None:
    """Nobody knows yet whether the money is on the account."""
    if deposit_id := _ours(event.cause, event.key):
        services.say_stuck(deposit_id, event.why, by=SERVER)


def _ours(cause: str, key: str) -> uuid.UUID | None:
    if not cause.startswith("cashier.Deposit:") or not key.startswith(KEY):
        return None
    return uuid.UUID(key.removeprefix(KEY))


def operation_done(event: OperationDone) -> None:
    """A trading server did what a deposit, withdrawal, transfer or claim asked of it."""
    deposit_arrived(event)
    services.follow_done(event.cause, event.key)
    transaction.on_commit(tasks.pay_due.send)


def operation_refused(event: OperationRefused) -> None:
    """It refused."""
    deposit_refused(event)
    services.follow_refused(event.cause, event.key, event.sentence)


def operation_stuck(event: OperationStuck) -> None:
    """Nobody knows."""
    deposit_stuck(event)
    services.follow_stuck(event.cause, event.key, event.why)


def carry_out_request(event: RequestApproved) -> None:
    """Do what was approved."""
    if services.carry_out_request(event.kind, event.subject):
        transaction.on_commit(tasks.pay_due.send)


def end_refused(event: RequestRefused) -> None:
    """What was turned down ends."""
    services.end_request(event.kind, event.subject, reason=event.reason, is_refused=True)


def end_cancelled(event: RequestCancelled) -> None:
    """What its asker took back ends."""
    services.end_request(event.kind, event.subject, reason="", is_refused=False)


def open_claim(event: DepositTakenBack) -> None:
    """Freeze, and list what is owed."""
    services.open_claim(event.deposit_id, owed_minor=event.owed_minor)
