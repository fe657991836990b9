"""What nobody told us: payments whose callback never came, deposits whose time has passed."""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from kernel import clock
from kernel.actor import Actor
from kernel.errors import Refused, Unavailable
from kernel.events import publish
from modules.cashier.events import DepositFailed
from modules.cashier.models import Deposit, Payment
from modules.cashier.services.following import follow_up_expired
from modules.cashier.services.inbox import look_up
from modules.cashier.services.story import tell
from modules.cashier.types.states import DepositState, PaymentState

logger = logging.getLogger(__name__)

CLOCK = Actor.system("cashier clock")
FIRST_WAIT = dt.timedelta(minutes=2)
LONGEST_WAIT = dt.timedelta(hours=6)
LOOKED_FOR = dt.timedelta(days=7)
"""How long an unfinished payment is asked for: coins and banks can be late."""
UNFINISHED = (PaymentState.OPEN, PaymentState.AUTHORISED)


def sweep(limit: int = 100) -> int:
    """Ask providers for payments whose callback has not come (WHK-05); return how many moved."""
    due = Payment.objects.filter(state__in=UNFINISHED, due_at__lte=clock.now())
    found = list(due.order_by("due_at").values_list("pk", flat=True)[:limit])
    return sum(_look(payment_id) for payment_id in found)


def expire_deposits(limit: int = 200) -> int:
    """End deposits that nobody paid in time; return how many. Late money is taken all the same."""
    waiting = [DepositState.ASKED, DepositState.PAYING, DepositState.CORRECTION]
    due = Deposit.objects.filter(state__in=waiting, expires_at__lte=clock.now())
    found = list(due.values_list("pk", flat=True)[:limit])
    return sum(_expire(deposit_id) for deposit_id in found)


def _look(payment_id: uuid.UUID) -> bool:
    before = _put_off(payment_id)
    try:
        look_up(payment_id)
    except Unavailable as trouble:
        logger.warning("A provider does not answer", extra={"why": str(trouble)})
    except Refused as refusal:
        logger.warning("A provider refused to be asked", extra={"code": refusal.code})
    return Payment.objects.values_list("state", flat=True).get(pk=payment_id) != before


@transaction.atomic
def _put_off(payment_id: uuid.UUID) -> str:
    """Say when it is asked for next, before it is asked for now; return its state."""
    row = Payment.objects.select_for_update().get(pk=payment_id)
    row.looks += 1
    wait = min(FIRST_WAIT * 2 ** min(row.looks, 12), LONGEST_WAIT)
    is_old = clock.now() - row.created_at > LOOKED_FOR
    row.due_at = None if is_old else clock.now() + wait
    row.save(update_fields=["looks", "due_at"])
    return row.state


@transaction.atomic
def _expire(deposit_id: uuid.UUID) -> bool:
    deposit = Deposit.objects.select_for_update().get(pk=deposit_id)
    authorised = deposit.payments.filter(state=PaymentState.AUTHORISED).exists()
    waiting = {DepositState.ASKED, DepositState.PAYING, DepositState.CORRECTION}
    if deposit.state not in waiting or authorised or deposit.expires_at > clock.now():
        return False
    deposit.reason_code = "expired"
    with override(deposit.language):
        deposit.reason = _("The time to pay has passed. Nothing was taken.")
    tell(deposit, "expired", to=DepositState.EXPIRED, by=CLOCK)
    follow_up_expired(deposit, by=CLOCK)
    publish(
        DepositFailed(
            deposit_id=deposit.pk,
            client_id=deposit.client_id,
            state=deposit.state,
            code=deposit.reason_code,
        )
    )
    return True
