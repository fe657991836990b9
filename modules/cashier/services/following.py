"""What a provider says of a payment, and what follows for the deposit."""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from kernel import clock
from kernel.actor import Actor
from kernel.events import publish
from kernel.money import Money
from modules.cashier import queries
from modules.cashier.errors import CurrencyNotTaken, NothingArrives
from modules.cashier.events import DepositFailed
from modules.cashier.models import Deposit, Payment
from modules.cashier.providers.port import ProviderFact
from modules.cashier.services.asking import add_payment
from modules.cashier.services.crediting import credit, take_back
from modules.cashier.services.following_up import open_follow_up
from modules.cashier.services.story import tell
from modules.cashier.types.followups import Trouble
from modules.cashier.types.states import (
    GIVEN_UP,
    PAID,
    UNPAID,
    DepositState,
    PaymentState,
    Weight,
    weigh,
)

logger = logging.getLogger(__name__)

PROVIDER = Actor.system("payment provider")
LOOK_AGAIN = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=1)
CONFLICT = "conflict"
PAID_IN_PART = frozenset({"paid_in_part"})
ENDS = {
    PaymentState.DECLINED: DepositState.DECLINED,
    PaymentState.FAILED: DepositState.DECLINED,
    PaymentState.CANCELLED: DepositState.CANCELLED,
    PaymentState.EXPIRED: DepositState.EXPIRED,
}


@transaction.atomic
def follow(payment_id: uuid.UUID, fact: ProviderFact, *, is_sure: bool) -> Weight:
    """Take in what a provider says of a payment; return what it meant. Opens a transaction.

    News that contradicts what is known changes nothing: it is looked up by the caller. When it
    is the answer to that look (``is_sure``), a colleague is asked.
    """
    deposit_id = Payment.objects.values_list("deposit_id", flat=True).get(pk=payment_id)
    deposit = Deposit.objects.select_for_update().get(pk=deposit_id)
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    weight = _weigh(payment, fact)
    if weight == Weight.NEW:
        _take_in(payment, fact)
        _follow(deposit, payment, fact)
    elif weight == Weight.CONFLICTING and is_sure:
        _ask_person(deposit, payment, fact)
    return weight


def _weigh(payment: Payment, fact: ProviderFact) -> Weight:
    told, known = fact.provider_reference, payment.provider_reference
    if told and known and told != known:
        return Weight.CONFLICTING  # two payments there under one name of ours
    return weigh(PaymentState(payment.state), fact.state)


def _take_in(payment: Payment, fact: ProviderFact) -> None:
    payment.move_to(fact.state)
    payment.provider_reference = payment.provider_reference or fact.provider_reference
    payment.code = fact.code[:60]
    if fact.fee is not None and fact.fee.currency == payment.currency:
        payment.fee_minor = fact.fee.minor
    is_gone = fact.state in {PaymentState.CHARGED_BACK, PaymentState.REVERSED}
    if fact.amount is not None and fact.amount.currency == payment.currency and not is_gone:
        payment.received_minor = fact.amount.minor
    is_waiting = fact.state in {PaymentState.OPEN, PaymentState.AUTHORISED}
    payment.due_at = clock.now() + LOOK_AGAIN if is_waiting else None
    payment.save()


def _follow(deposit: Deposit, payment: Payment, fact: ProviderFact) -> None:
    match fact.state:
        case PaymentState.APPROVED:
            _approve(deposit, payment, fact)
        case PaymentState.AUTHORISED:
            if deposit.state in UNPAID:
                tell(deposit, "authorised", by=PROVIDER)
        case PaymentState.CHARGED_BACK | PaymentState.REVERSED:
            take_back(deposit, payment, by=PROVIDER, amount=fact.amount)
        case PaymentState.OPEN:
            if deposit.state == DepositState.ASKED:
                tell(deposit, "begun", to=DepositState.PAYING, by=PROVIDER)
        case _:
            end(deposit, payment, is_technical=fact.is_technical, by=PROVIDER)


def _approve(deposit: Deposit, payment: Payment, fact: ProviderFact) -> None:
    before = deposit.state
    received = fact.amount or payment.amount
    if received != payment.amount or fact.code in PAID_IN_PART:
        words = {"received": received, "asked": payment.amount}
        note = _("%(received)s came, %(asked)s was asked for.") % words
        leave_to_person(deposit, "amount_differs", note)
        return
    try:
        credit(deposit, payment, received, by=PROVIDER)
    except (NothingArrives, CurrencyNotTaken) as refusal:
        leave_to_person(deposit, "nothing_arrives", str(refusal))
        return
    if before in GIVEN_UP:
        open_follow_up(deposit, Trouble.LATE, by=PROVIDER)
    elif before in PAID:
        open_follow_up(deposit, Trouble.TWICE, by=PROVIDER)


def end(deposit: Deposit, payment: Payment, *, is_technical: bool, by: Actor) -> None:
    """What follows when a payment came to nothing: the next provider, or the end."""
    if deposit.state not in UNPAID or _has_other(deposit, payment):
        return
    state = PaymentState(payment.state)
    tried = set(deposit.payments.values_list("account_id", flat=True))
    routes = [r for r in queries.routes_for(deposit.method_id, deposit.country) if r not in tried]
    is_fault = is_technical or state == PaymentState.FAILED
    if is_fault and routes:
        place = deposit.payments.count() + 1
        add_payment(deposit, routes[0], place=place)
        tell(deposit, "rerouted", by=by, note=payment.code)
        return
    target = ENDS[state]
    deposit.reason_code = "technical" if is_technical else payment.code or str(state)
    with override(deposit.language):
        deposit.reason = _reason(target, is_technical=is_technical)
    what = {
        DepositState.DECLINED: "declined",
        DepositState.CANCELLED: "cancelled",
        DepositState.EXPIRED: "expired",
    }[target]
    tell(deposit, what, to=target, by=by, note=payment.code)
    if is_fault:
        open_follow_up(deposit, Trouble.TECHNICAL, by=by)
    elif target == DepositState.EXPIRED:
        follow_up_expired(deposit, by=by)
    publish(
        DepositFailed(
            deposit_id=deposit.pk,
            client_id=deposit.client_id,
            state=str(target),
            code=deposit.reason_code,
        )
    )


def follow_up_expired(deposit: Deposit, *, by: Actor) -> None:
    """Have somebody ask a client who came back as if he had paid, and whose money never came."""
    if deposit.came_back_at is not None:
        open_follow_up(deposit, Trouble.EXPIRED, by=by)


def _has_other(deposit: Deposit, payment: Payment) -> bool:
    """Whether another payment of the deposit is still under way."""
    going = [PaymentState.ASKED, PaymentState.OPEN, PaymentState.AUTHORISED]
    return deposit.payments.exclude(pk=payment.pk).filter(state__in=going).exists()


def leave_to_person(deposit: Deposit, code: str, note: str) -> None:
    """Put a deposit among those that finance decides; one that is paid already stays so."""
    deposit.reason_code = code
    with override(deposit.language):
        deposit.reason = _("Your payment is being checked by a colleague.")
    to = DepositState.REVIEW if deposit.state not in PAID else None
    tell(deposit, "review", to=to, by=PROVIDER, note=note)
    kind = Trouble.CONFLICT if code == CONFLICT else Trouble.AMOUNT
    open_follow_up(deposit, kind, by=PROVIDER)


def _ask_person(deposit: Deposit, payment: Payment, fact: ProviderFact) -> None:
    note = f"{payment.reference}: {payment.state} → {fact.state} ({fact.code})"
    logger.error("A payment provider contradicts itself", extra={"payment": payment.reference})
    if deposit.state in UNPAID and deposit.state != DepositState.REVIEW:
        leave_to_person(deposit, CONFLICT, note)
    else:
        tell(deposit, CONFLICT, by=PROVIDER, note=note)
        open_follow_up(deposit, Trouble.CONFLICT, by=PROVIDER)


def _reason(state: DepositState, *, is_technical: bool) -> str:
    if is_technical:
        return _("The payment service has a fault. Try another method, or again later.")
    return {
        DepositState.DECLINED: _("The payment was declined. Ask your bank, or try another method."),
        DepositState.CANCELLED: _("The payment was cancelled. Nothing was taken."),
        DepositState.EXPIRED: _("The time to pay has passed. Nothing was taken."),
    }[state]


def received_of(payment: Payment) -> Money:
    """What came, as far as it is known."""
    return payment.received or payment.amount
