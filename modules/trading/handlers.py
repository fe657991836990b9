"""What trading reacts to: decisions about what was asked of it, and the end of its operations."""

from __future__ import annotations

from django.db import transaction

from modules.requests.events import RequestApproved, RequestCancelled, RequestRefused
from modules.trading import services, tasks
from modules.trading.events import OperationDone, OperationRefused


def carry_out_request(event: RequestApproved) -> None:
    """Do what was approved."""
    if services.carry_out_request(event.request_id, kind=event.kind, subject=event.subject):
        transaction.on_commit(tasks.carry_out_due.send)


def end_refused(event: RequestRefused) -> None:
    """Close an account whose opening was refused."""
    services.end_request(kind=event.kind, subject=event.subject, reason=event.reason)


def end_cancelled(event: RequestCancelled) -> None:
    """Close an account whose opening is wanted no more."""
    services.end_request(kind=event.kind, subject=event.subject, reason="")


def tell_done(event: OperationDone) -> None:
    """Tell the request behind an operation that it is done."""
    services.tell_request(event.key, is_done=True)


def tell_refused(event: OperationRefused) -> None:
    """Tell the request behind an operation why it was not done."""
    services.tell_request(event.key, is_done=False, sentence=event.sentence)
