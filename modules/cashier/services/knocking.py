"""Calls at our door: kept raw first, then proven; what proves nothing is taken away in time.

A call is committed before anything of it is believed, so a web process that dies afterwards loses
nothing: a task proves what was left, with the age measured from when it came. What is refused is
kept for a while, and only so much of it: beyond that a call is proven before it is kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q

from kernel import clock
from modules.cashier.errors import Forged, NoSuchAccount
from modules.cashier.models import Callback, Knock, News, ProviderAccount
from modules.cashier.providers.port import News as Told
from modules.cashier.providers.port import RawCallback
from modules.cashier.services.wiring import provider_of, refuse_in_transaction
from modules.cashier.types.states import KnockState, NewsState

logger = logging.getLogger(__name__)

LARGEST_BODY = 256 * 1024
LARGEST_UNPROVEN = 64 * 1024
"""A larger one is proven before anything of it is kept."""
KEPT_HEADERS = ("stripe-signature", "x-signature", "x-timestamp", "btcpay-sig", "content-type")
LONGEST_HEADER = 1000
MOST_IN_A_MINUTE, MOST_KEPT = 120, 2_000
"""Unproven or refused calls of one account; beyond that they are proven before they are kept."""
MOST_REFUSED = 1_000
REFUSED_FOR = dt.timedelta(days=30)
LEFT_ALONE = dt.timedelta(minutes=1)
"""A web process that says nothing for so long about a call that it kept is taken for dead."""
TRY_AGAIN = dt.timedelta(minutes=10)
LAST_ATTEMPT = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A callback at our door."""

    account_id: uuid.UUID
    body: bytes
    headers: Mapping[str, str]
    sent_from: str | None = None


def receive(call: Call) -> uuid.UUID | None:
    """Keep a callback, then prove it; return its id when it is to be applied, else ``None``.

    What is kept is committed before it is looked at, so no transaction.

    Raises:
        NoSuchAccount: There is no such provider account at this broker.
        Forged: It proves nothing, or is older than 300 seconds; the refusal is kept for a while.
    """
    refuse_in_transaction()
    account = account_of(call)
    knock = Knock(
        account=account,
        received_at=clock.now(),
        body=call.body,
        headers=_kept(call.headers),
        sent_from=call.sent_from,
    )
    if len(call.body) > LARGEST_UNPROVEN or _is_crowded(account):
        told = provider_of(account).read_callback(_raw(knock))
        knock.save(force_insert=True)
        return _admit(knock, told)
    knock.save(force_insert=True)
    return _prove(knock)


def prove_left(limit: int = 200) -> int:
    """Prove the calls that a web process kept and never proved; return how many were genuine."""
    refuse_in_transaction()
    moment = clock.now()
    left = Knock.objects.select_related("account").filter(
        Q(checked_at=None) | Q(checked_at__lte=moment - TRY_AGAIN),
        state=KnockState.WAITING,
        received_at__lte=moment - LEFT_ALONE,
    )
    found = list(left.order_by("received_at")[:limit])
    return sum(_prove_left(knock) for knock in found)


def forget_refused() -> int:
    """Take away what was refused long ago, and all but the newest of it; return how many."""
    refused = Knock.objects.filter(state=KnockState.REFUSED)
    gone, _by_model = refused.filter(received_at__lte=clock.now() - REFUSED_FOR).delete()
    for account_id in refused.order_by().values_list("account_id", flat=True).distinct():
        newest = refused.filter(account_id=account_id).order_by("-received_at", "-pk")
        beyond = list(newest.values_list("pk", flat=True)[MOST_REFUSED:])
        gone += Knock.objects.filter(pk__in=beyond).delete()[0]
    return gone


def account_of(call: Call) -> ProviderAccount:
    """The provider account whose door it is.

    Raises:
        NoSuchAccount: There is none at this broker, or nobody could mean it: it is too large.
    """
    account = ProviderAccount.objects.filter(pk=call.account_id).first()
    if account is None or len(call.body) > LARGEST_BODY:
        raise NoSuchAccount
    return account


def raw_of(call: Call) -> RawCallback:
    """A call as adapters read it, as if it came now."""
    return RawCallback(body=call.body, headers=_kept(call.headers), received_at=clock.now())


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    lower = {name.lower(): value for name, value in headers.items()}
    return {name: lower[name][:LONGEST_HEADER] for name in KEPT_HEADERS if name in lower}


def _raw(knock: Knock) -> RawCallback:
    return RawCallback(body=bytes(knock.body), headers=knock.headers, received_at=knock.received_at)


def _is_crowded(account: ProviderAccount) -> bool:
    """Whether so much of this account is kept that nothing unproven is kept any more."""
    rows = Knock.objects.filter(account=account).order_by("-received_at")
    recent = rows.filter(received_at__gt=clock.now() - dt.timedelta(minutes=1))
    if recent[:MOST_IN_A_MINUTE].count() >= MOST_IN_A_MINUTE:
        return True
    return rows[:MOST_KEPT].count() >= MOST_KEPT


def _prove(knock: Knock) -> uuid.UUID | None:
    """Believe a kept call, or say why not.

    Raises:
        Forged: It proves nothing; the row says why.
    """
    waiting = Knock.objects.filter(pk=knock.pk, state=KnockState.WAITING)
    try:
        told = provider_of(knock.account).read_callback(_raw(knock))
    except Forged as refusal:
        why = str(refusal.facts.get("why", "unreadable"))
        waiting.update(state=KnockState.REFUSED, why=why, checked_at=clock.now())
        raise
    return _admit(knock, told)


@transaction.atomic
def _admit(knock: Knock, told: Told) -> uuid.UUID | None:
    """Put a proven call among the callbacks, once; ``None`` when its event is there already."""
    if not Knock.objects.filter(pk=knock.pk).delete()[0]:
        return None  # the task and a slow web process proved it at the same time
    kept = Callback.objects.create(
        id=knock.pk,
        account_id=knock.account_id,
        received_at=knock.received_at,
        body=knock.body,
        headers=knock.headers,
        sha256=hashlib.sha256(bytes(knock.body)).hexdigest(),
        sent_from=knock.sent_from,
    )
    try:
        with transaction.atomic():
            News.objects.create(
                callback=kept, account_id=knock.account_id, event_id=told.event_id[:200]
            )
    except IntegrityError:
        News.objects.create(
            callback=kept,
            account_id=knock.account_id,
            state=NewsState.KNOWN,
            decided_at=clock.now(),
        )
        return None
    return kept.pk


def _prove_left(knock: Knock) -> bool:
    try:
        return _prove(knock) is not None
    except Forged:
        return False
    except Exception as error:  # as the teller: one bad call must not stop the rest
        logger.exception("A callback could not be proven", extra={"callback": str(knock.pk)})
        _put_off(knock, type(error).__name__)
        return False


def _put_off(knock: Knock, why: str) -> None:
    is_last = knock.attempts + 1 >= LAST_ATTEMPT
    Knock.objects.filter(pk=knock.pk, state=KnockState.WAITING).update(
        state=KnockState.REFUSED if is_last else KnockState.WAITING,
        attempts=knock.attempts + 1,
        why=why,
        checked_at=clock.now(),
    )
