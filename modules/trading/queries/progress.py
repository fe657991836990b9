"""How far something asked of a trading server has come, as a page shows it."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from modules.trading.errors import NoSuchAccount
from modules.trading.models import AccountState, Intent, IntentKind, IntentState, TradingAccount
from modules.trading.types import Progress, Step

_SHOWN = {
    IntentState.WAITING: "now",
    IntentState.SENT: "now",
    IntentState.UNKNOWN: "now",
    IntentState.MANUAL: "now",
    IntentState.DONE: "done",
    IntentState.REFUSED: "failed",
}


def opening(account_id: uuid.UUID, client_id: uuid.UUID) -> Progress:
    """How far the opening of a client's account has come.

    Raises:
        NoSuchAccount: It is not his, or there is none.
    """
    row = TradingAccount.objects.select_related("type").filter(pk=account_id, client_id=client_id)
    account = row.first()
    if account is None:
        raise NoSuchAccount
    kinds = (IntentKind.OPEN, IntentKind.FUND)
    intents = {intent.kind: intent for intent in account.intents.filter(kind__in=kinds)}
    opened = intents.get(IntentKind.OPEN)
    steps = [
        Step(label=_("Account number reserved"), state=_reserved(account)),
        Step(label=_("Account opened on the trading server"), state=_state(opened)),
    ]
    if account.type.demo_amount_minor:
        label = _("Starting balance paid in")
        steps.append(Step(label=label, state=_state(intents.get(IntentKind.FUND))))
    failed = account.state in {AccountState.FAILED, AccountState.REFUSED}
    return Progress(
        steps=tuple(steps),
        is_over=failed or all(step.state == "done" for step in steps),
        is_failed=failed,
        sentence=account.state_reason or _waiting_for(*intents.values()),
        has_credentials=bool(opened and opened.state == IntentState.DONE and opened.sealed),
        account_id=account.pk,
    )


def progress(intent_id: uuid.UUID, client_id: uuid.UUID) -> Progress:
    """How far a change that a client asked for has come.

    Raises:
        NoSuchAccount: It is not his, or there is none.
    """
    intent = Intent.objects.filter(pk=intent_id, client_id=client_id).first()
    if intent is None:
        raise NoSuchAccount
    state = IntentState(intent.state)
    return Progress(
        steps=(Step(label=str(IntentKind(intent.kind).label), state=_SHOWN[state]),),
        is_over=state in {IntentState.DONE, IntentState.REFUSED},
        is_failed=state == IntentState.REFUSED,
        sentence=intent.sentence if state == IntentState.REFUSED else _waiting_for(intent),
        account_id=intent.account_id,
    )


def _reserved(account: TradingAccount) -> str:
    return "done" if account.login is not None else "now"


def _state(intent: Intent | None) -> str:
    return _SHOWN[IntentState(intent.state)] if intent else "waiting"


def _waiting_for(*intents: Intent) -> str:
    """What to tell someone who waits longer than usual; nothing when all goes well."""
    for intent in intents:
        if intent.state in {IntentState.UNKNOWN, IntentState.MANUAL}:
            return _("The trading server did not answer in time. We are checking what it did.")
        if intent.state == IntentState.WAITING and intent.attempts:
            return _("The trading server cannot be reached at the moment. We keep trying.")
    return ""
