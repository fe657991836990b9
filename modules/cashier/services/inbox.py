"""Callbacks that were proven: understood and applied once, in whatever order they come."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Mapping

from django.db import transaction

from kernel import clock
from kernel.errors import Refused, Unavailable
from modules.cashier.errors import Forged
from modules.cashier.models import News, Payment, ProviderAccount
from modules.cashier.providers.port import PaymentKey, ProviderFact, RawCallback, Validation
from modules.cashier.services import payouts
from modules.cashier.services.following import follow
from modules.cashier.services.knocking import Call, account_of, raw_of
from modules.cashier.services.wiring import provider_of, refuse_in_transaction
from modules.cashier.types.states import NewsState, PaymentState, Weight
from modules.clients import queries as clients
from modules.clients.errors import ClientIsBlocked, NoSuchClient

logger = logging.getLogger(__name__)

FIRST_WAIT = dt.timedelta(seconds=5)
LONGEST_WAIT = dt.timedelta(hours=1)
LAST_ATTEMPT = 15

MEANT: Mapping[Weight, NewsState] = {
    Weight.NEW: NewsState.APPLIED,
    Weight.KNOWN: NewsState.KNOWN,
    Weight.LATE: NewsState.LATE,
    Weight.CONFLICTING: NewsState.CONFLICTING,
}


def validate(call: Call) -> bool:
    """Whether a provider may capture a payment now (CSH-12); reads only.

    Raises:
        NoSuchAccount: There is no such provider account at this broker.
        Forged: The question proves nothing, or is older than 300 seconds.
    """
    account = account_of(call)
    asked = provider_of(account).read_validation(raw_of(call))
    return _may_capture(account, asked)


def apply_news(callback_id: uuid.UUID) -> bool:
    """Apply a kept callback; return whether it is done. May ask the provider, so no transaction.

    One that cannot be applied is due again later, doubling to an hour, at most 15 times.
    """
    refuse_in_transaction()
    news = News.objects.select_related("account", "callback").get(pk=callback_id)
    if news.state != NewsState.WAITING:
        return True
    try:
        meant = _apply(news)
    except Forged:  # proven when it came, but the secret is another by now: the sweep asks
        meant = NewsState.FORGED
    except Unavailable as trouble:
        _put_off(callback_id, f"Unavailable: {trouble.why}")
        return False
    except Exception as error:  # as the teller: one bad callback must not stop the rest
        logger.exception("A callback could not be applied", extra={"callback": str(callback_id)})
        _put_off(callback_id, type(error).__name__)
        return False
    News.objects.filter(pk=callback_id, state=NewsState.WAITING).update(
        state=meant, decided_at=clock.now(), last_error=""
    )
    return True


def apply_waiting(limit: int = 200) -> int:
    """Apply the callbacks that are due, oldest first; return how many were done."""
    due = News.objects.filter(state=NewsState.WAITING, due_at__lte=clock.now())
    found = list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])
    return sum(apply_news(callback_id) for callback_id in found)


def look_up(payment_id: uuid.UUID) -> Weight | None:
    """Ask the provider how a payment stands and follow its word; ``None`` when it knows none.

    Raises:
        Unavailable: It does not answer.
    """
    refuse_in_transaction()
    payment = Payment.objects.select_related("account").get(pk=payment_id)
    key = PaymentKey(reference=payment.reference, provider_reference=payment.provider_reference)
    fact = provider_of(payment.account).payment(key)
    return None if fact is None else follow(payment.pk, fact, is_sure=True)


def _apply(news: News) -> NewsState:
    """Read it again as it was proven when it came, and follow what it says."""
    callback = news.callback
    provider = provider_of(news.account)
    raw = RawCallback(
        body=bytes(callback.body), headers=callback.headers, received_at=callback.received_at
    )
    told = provider.read_callback(raw)
    if told.is_payout:
        return NewsState.APPLIED if payouts.hear(told.reference) else NewsState.IGNORED
    fact = told.fact
    if fact is None:
        key = PaymentKey(reference=told.reference, provider_reference=told.provider_reference)
        fact = provider.payment(key)
    payment = _payment_of(news.account, fact) if fact else None
    if fact is None or payment is None:
        return NewsState.IGNORED
    weight = follow(payment.pk, fact, is_sure=told.fact is None)
    if weight == Weight.CONFLICTING:
        _settle_conflict(payment.pk)
    return MEANT[weight]


def _payment_of(account: ProviderAccount, fact: ProviderFact) -> Payment | None:
    """Our payment, at this very account: no other account can speak for it (WHK-03)."""
    return Payment.objects.filter(account=account, reference=fact.reference).first()


def _settle_conflict(payment_id: uuid.UUID) -> None:
    """What contradicts is asked for: the provider's answer counts, or a person decides."""
    try:
        look_up(payment_id)
    except Refused:
        logger.warning("A provider refused to be asked about a payment")


def _may_capture(account: ProviderAccount, asked: Validation) -> bool:
    payment = (
        Payment.objects.select_related("deposit")
        .filter(account=account, reference=asked.reference)
        .first()
    )
    if payment is None or payment.amount != asked.amount:
        return False
    going = {PaymentState.ASKED, PaymentState.OPEN, PaymentState.AUTHORISED}
    is_alive = payment.state in going and payment.deposit.state in {"asked", "paying"}
    if not is_alive or payment.deposit.expires_at <= clock.now():
        return False
    try:
        clients.refuse_blocked(payment.deposit.client_id)
    except (ClientIsBlocked, NoSuchClient):
        return False
    return True


@transaction.atomic
def _put_off(callback_id: uuid.UUID, why: str) -> None:
    row = News.objects.select_for_update().get(pk=callback_id)
    if row.state != NewsState.WAITING:
        return
    row.attempts += 1
    row.last_error = why[:200]
    row.due_at = clock.now() + min(FIRST_WAIT * 2**row.attempts, LONGEST_WAIT)
    if row.attempts >= LAST_ATTEMPT:
        row.state = NewsState.FAILED
    row.save()
