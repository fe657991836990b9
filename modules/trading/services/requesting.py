"""What trading does when a request of its kinds is decided, and what it tells of the end."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actor import Actor, ActorKind
from kernel.errors import Refused
from modules.clients import queries as clients
from modules.requests import queries as requested
from modules.requests import services as requests
from modules.requests.types import Asked, Wish
from modules.trading.errors import AlreadyDecided
from modules.trading.models import AccountState, TradingAccount
from modules.trading.services.accounts import (
    OPENING,
    approve_account,
    opening_wish,
    refuse_account,
)
from modules.trading.services.changing import carry_change, subject_of
from modules.trading.services.guards import GUARDS, refuse_closed

_US = Actor.system("trading")
_KEY = "request:"
"""Begins the key of an operation that a request led to."""


def carry_out_request(request_id: uuid.UUID, *, kind: str, subject: str) -> bool:
    """Begin what was approved; return whether it is ours and was begun. Needs a transaction.

    What cannot be done any more is said to whoever asked. Harmless to repeat.
    """
    if kind != OPENING and kind not in GUARDS:
        return False
    account = _account(subject)
    try:
        if account is None:
            raise AlreadyDecided
        _begin(account, request_id, kind)
    except Refused as refusal:
        requests.record_outcome(request_id, is_done=False, sentence=str(refusal))
        return False
    return True


def end_request(*, kind: str, subject: str, reason: str) -> None:
    """Close an account that waited for its opening to be approved. Needs a transaction."""
    account = _account(subject) if kind == OPENING else None
    if account is None or account.state != AccountState.REQUESTED:
        return
    refuse_account(account.pk, reason=reason or _("The request was cancelled."), by=_US)


def tell_request(key: str, *, is_done: bool, sentence: str = "") -> None:
    """Tell the request that led to an operation what became of it. Needs a transaction."""
    if key.startswith(_KEY):
        request_id = uuid.UUID(key.removeprefix(_KEY))
        requests.record_outcome(request_id, is_done=is_done, sentence=sentence)


def adopt_waiting() -> int:
    """Put accounts that waited for approval before there was a queue into it; return how many.

    Opens a transaction for each; harmless to repeat.
    """
    rows = TradingAccount.objects.filter(state=AccountState.REQUESTED).select_related("type")
    return sum(_adopt(account) is not None for account in rows.order_by("asked_at"))


@transaction.atomic
def _adopt(account: TradingAccount) -> Asked | None:
    """Ask in the client's name for what he asked for before; ``None`` where it was done."""
    is_asked = requested.find_line(OPENING, str(account.pk)) is not None
    if account.client_id is None or is_asked:
        return None
    wish: Wish = opening_wish(account)
    name = clients.names([account.client_id]).get(account.client_id, "")
    himself = Actor(kind=ActorKind.PERSON, id=account.client_id, name=name)
    return requests.ask(wish, key=str(account.pk), by=himself)


def _begin(account: TradingAccount, request_id: uuid.UUID, kind: str) -> None:
    key = f"{_KEY}{request_id}"
    if kind == OPENING:
        approve_account(account.pk, by=_US, key=key)
        return
    payload = requested.payload(request_id)
    refuse_closed(account)
    GUARDS[kind](account, payload, is_staff=True)
    carry_change(account, kind, payload, by=_US, key=key)


def _account(subject: str) -> TradingAccount | None:
    _owner, _colon, number = subject.partition(":")
    try:
        account_id = uuid.UUID(number)
    except ValueError:
        return None
    rows = TradingAccount.objects.select_related("type")
    account = rows.filter(pk=account_id).first()
    return account if account is not None and subject_of(account) == subject else None
