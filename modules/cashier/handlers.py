"""What the cashier reacts to: answers of trading servers, decisions, and what is to be told."""

from __future__ import annotations

import uuid

from django.db import transaction

from kernel.actor import Actor
from modules.cashier import services, tasks
from modules.cashier.events import (
    DepositDone,
    DepositFailed,
    DepositReceived,
    DepositTakenBack,
    MoneyGoesBack,
    TransferEnded,
    WithdrawalApproved,
    WithdrawalAsked,
    WithdrawalEnded,
)
from modules.cashier.types.states import DepositState
from modules.requests.events import (
    LevelReached,
    RequestApproved,
    RequestAsked,
    RequestCancelled,
    RequestRefused,
)
from modules.trading.events import (
    OperationDone,
    OperationRefused,
    OperationStuck,
    ReconciliationFinished,
)

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
    services.follow_refused(event.cause, event.key, event.sentence, event.code)


def operation_stuck(event: OperationStuck) -> None:
    """Nobody knows."""
    deposit_stuck(event)
    services.follow_stuck(event.cause, event.key, event.why)


def server_compared(event: ReconciliationFinished) -> None:
    """The ledger is compared with what was moved there; what waited for the proof is paid."""
    services.compare_mirrors(event.server_id)
    if event.is_even and services.hurry(event.server_id):
        transaction.on_commit(tasks.pay_due.send)


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


def write_received(event: DepositReceived) -> None:
    """Tell the client that his money came; what goes to the wallet has arrived with it."""
    if event.account_id is not None:
        services.write_of_deposit(event.deposit_id, "received")


def write_done(event: DepositDone) -> None:
    """Tell him that it arrived, or stays in his wallet."""
    services.write_of_deposit(event.deposit_id, "kept" if event.was_kept else "done")


def write_failed(event: DepositFailed) -> None:
    """Tell him why a deposit failed; what he cancelled himself he knows."""
    if event.state != DepositState.CANCELLED and event.code != services.SENT_BACK:
        services.write_of_deposit(event.deposit_id, "failed")


def write_going_back(event: MoneyGoesBack) -> None:
    """Tell him that his money is sent back, and once more when it was."""
    services.write_of_deposit(event.deposit_id, "sent_back" if event.is_sent else "owed_back")


def write_asked(event: WithdrawalAsked) -> None:
    """Tell the client that money of his is to leave: he may not be the one who asked."""
    services.write_of_withdrawal(event.withdrawal_id, "asked")


def write_approved(event: WithdrawalApproved) -> None:
    """Tell him until when it is paid."""
    services.write_of_withdrawal(event.withdrawal_id, "approved")


def write_ended(event: WithdrawalEnded) -> None:
    """Tell him what became of it, and where the money is."""
    services.write_of_withdrawal(event.withdrawal_id, event.state)


def write_moved(event: TransferEnded) -> None:
    """Tell both clients of a transfer between them, and one of what did not arrive."""
    services.write_of_transfer(event.transfer_id, event.state)


def write_to_deciders(event: RequestAsked | LevelReached) -> None:
    """Tell colleagues that something waits for their decision."""
    services.write_to_deciders(event.request_id, kind=event.kind)


def open_claim(event: DepositTakenBack) -> None:
    """Freeze, and list what is owed."""
    services.open_claim(event.deposit_id, owed_minor=event.owed_minor)
