"""What the wallets module reacts to: decisions about what was asked of it."""

from __future__ import annotations

import uuid

from kernel.actor import Actor
from modules.requests.events import RequestApproved, RequestCancelled, RequestEvent, RequestRefused
from modules.wallets import services

EXCHANGE, CORRECTION = "wallets.exchange", "wallets.correction"
REQUESTS = Actor.system("requests")


def carry_out_request(event: RequestApproved) -> None:
    """Do what was approved."""
    if event.kind == EXCHANGE:
        services.carry_out_approved(_subject(event), event.request_id, by=REQUESTS)
    elif event.kind == CORRECTION:
        services.carry_out_correction(_subject(event), event.request_id, by=REQUESTS)


def end_refused(event: RequestRefused) -> None:
    """Close what was refused."""
    _end(event, event.reason)


def end_cancelled(event: RequestCancelled) -> None:
    """Close what is wanted no more."""
    _end(event, "")


def _end(event: RequestEvent, reason: str) -> None:
    if event.kind == EXCHANGE:
        services.end_waiting(_subject(event), reason, by=REQUESTS)
    elif event.kind == CORRECTION:
        services.end_correction(_subject(event))


def _subject(event: RequestEvent) -> uuid.UUID:
    return uuid.UUID(event.subject.rpartition(":")[2])
