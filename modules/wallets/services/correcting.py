"""Corrections by hand: asked by one colleague, decided by another, then posted."""

from __future__ import annotations

import uuid

from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from kernel.errors import Refused
from kernel.money import Money
from modules.requests import services as asking
from modules.requests.types import Wish
from modules.wallets import queries
from modules.wallets.errors import NotPositive, WrongCurrency
from modules.wallets.models import Correction, CorrectionState
from modules.wallets.services.posting import post
from modules.wallets.types import Cause, EntryKind, Leg

KIND = "wallets.correction"


@transaction.atomic
def ask_correction(wallet_id: uuid.UUID, amount: Money, *, reason: str, by: Actor) -> uuid.UUID:
    """Ask to put ``amount`` on a wallet, or with a minus to take it. Opens a transaction.

    Nothing moves until another colleague approves: four eyes are the queue's rule. Returns the
    correction's id.

    Raises:
        NoSuchAccount: There is no such wallet within the asker's reach.
        NotPositive: It is nothing.
        WrongCurrency: It is in another currency than the wallet.
    """
    wallet = queries.wallet(wallet_id, by=by)
    if not amount:
        raise NotPositive
    if amount.currency != wallet.currency:
        raise WrongCurrency
    row = Correction.objects.create(
        wallet_id=wallet_id,
        client_id=wallet.client_id,
        amount_minor=amount.minor,
        currency=amount.currency,
        reason=reason,
        asked_by=by.name[:200],
        asked_at=clock.now(),
    )
    wish = Wish(
        kind=KIND,
        client_id=wallet.client_id,
        subject=f"wallets.Correction:{row.pk}",
        label=wallet.currency,
        words={"amount": str(amount), "wallet": wallet.currency},
        facts={"reason": reason, "balance": wallet.balance, "available": wallet.available},
        amount=amount,
    )
    asking.ask(wish, key=str(row.pk), by=by)
    audit.note("wallets.correction_asked", about=row, by=by, reason=reason)
    return row.pk


def carry_out_correction(correction_id: uuid.UUID, request_id: uuid.UUID, *, by: Actor) -> None:
    """Post an approved correction; what the wallet refuses is told to the request.

    Opens a transaction. Repeating is harmless.
    """
    with transaction.atomic():
        row = Correction.objects.select_for_update().get(pk=correction_id)
        if row.state != CorrectionState.WAITING:
            return
        amount = Money(row.amount_minor, row.currency)
        legs = [Leg(row.wallet_id, amount), Leg("corrections", -amount)]
        cause = Cause(f"wallets.Correction:{row.pk}", note=row.reason)
        try:
            posted = post(EntryKind.CORRECTION, str(row.pk), legs, by=by, cause=cause)
        except Refused as refusal:
            row.state = CorrectionState.REFUSED
            asking.record_outcome(request_id, is_done=False, sentence=str(refusal))
        else:
            row.state, row.entry_id = CorrectionState.DONE, posted.entry_id
            asking.record_outcome(request_id, is_done=True)
        row.save(update_fields=["state", "entry_id"])
        audit.note("wallets.corrected", about=row, by=by, changes={"state": row.state})


def end_correction(correction_id: uuid.UUID) -> None:
    """Close a correction that was refused or taken back; nothing has moved."""
    waiting = Correction.objects.filter(pk=correction_id, state=CorrectionState.WAITING)
    waiting.update(state=CorrectionState.REFUSED)
