"""Recording what came of an intent; each function runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kernel import audit, clock
from kernel.actor import Actor
from kernel.errors import Refused
from kernel.events import publish
from modules.clients import services as clients
from modules.trading.errors import AlreadyBound, GroupNotOffered
from modules.trading.events import AccountOpened
from modules.trading.models import (
    AccountState,
    AccountType,
    Intent,
    IntentKind,
    IntentState,
    ServerSync,
    TradingAccount,
)
from modules.trading.services.intending import intend
from provisioning.servers.types import AccountRecord

_US = Actor.system("trading")
_KEPT_SECRET = {IntentKind.OPEN}
"""Whose passwords are kept until the client has seen them."""


def record_done(intent: Intent, found: Mapping[str, Any]) -> None:
    """Record that it was done, and what follows from it; a refusal met here is recorded too."""
    try:
        _FOLLOW[IntentKind(intent.kind)](intent, found)
    except Refused as refusal:
        record_refused(intent, refusal)
        return
    _end(intent, IntentState.DONE, "")


def record_refused(intent: Intent, refusal: Refused) -> None:
    """Record that the server, or we, said no."""
    account = intent.account
    if intent.kind == IntentKind.OPEN and account is not None:
        account.move_to(AccountState.FAILED, reason=str(refusal)[:300])
    audit.note(
        f"trading.{intent.kind}_refused",
        about=account or intent,
        by=_US,
        changes={"code": refusal.code, "tag": intent.tag},
    )
    _end(intent, IntentState.REFUSED, str(refusal))


def record_unknown(intent: Intent) -> None:
    """Show the account as being checked."""
    account = intent.account
    is_opening = intent.kind == IntentKind.OPEN
    if is_opening and account is not None and account.state == AccountState.OPENING:
        account.move_to(AccountState.UNKNOWN)


def _end(intent: Intent, state: IntentState, sentence: str) -> None:
    intent.state, intent.sentence = state, sentence[:300]
    intent.decided_at = clock.now()
    if state == IntentState.REFUSED or intent.kind not in _KEPT_SECRET:
        intent.sealed = None
    intent.save(update_fields=["state", "sentence", "decided_at", "sealed"])


def _opened(intent: Intent, found: Mapping[str, Any]) -> None:
    account = _account(intent)
    account.refresh_from_db()
    account.move_to(AccountState.OPEN)
    account.opened_at = clock.now()
    account.followed_from_at = intent.asked_at
    account.save(update_fields=["opened_at", "followed_from_at"])
    audit.note("trading.account_opened", about=account, by=_US, changes={"login": found["login"]})
    if account.type.demo_amount_minor:
        amount = {"amount_minor": account.type.demo_amount_minor}
        intend(IntentKind.FUND, account=account, payload=amount)
    _announce(account, is_new=True)


def _funded(intent: Intent, found: Mapping[str, Any]) -> None:
    account = _account(intent)
    if not account.balance_minor:
        account.balance_minor = account.equity_minor = intent.payload["amount_minor"]
        account.free_margin_minor = account.balance_minor
        account.save(update_fields=["balance_minor", "equity_minor", "free_margin_minor"])
    facts = {"deal": found["deal_id"], "booked": found["booked"], "tag": intent.tag}
    audit.note("trading.account_funded", about=account, by=_US, changes=facts)


def _changed(intent: Intent, _found: Mapping[str, Any]) -> None:
    audit.note(f"trading.{intent.kind}_changed", about=_account(intent), by=_US)


def _leverage_changed(intent: Intent, found: Mapping[str, Any]) -> None:
    account = _account(intent)
    changes = {"leverage": [account.leverage, found["leverage"]]}
    account.leverage = found["leverage"]
    account.save(update_fields=["leverage"])
    audit.note("trading.leverage_changed", about=account, by=_US, changes=changes)


def _bound(intent: Intent, found: Mapping[str, Any]) -> None:
    """Give the account to the client who proved it; it may be here already, unclaimed.

    Raises:
        AlreadyBound: A client has it.
        GroupNotOffered: No account type maps its group.
    """
    record: AccountRecord = found["record"]
    kind = AccountType.objects.filter(server_id=intent.server_id, group=record.group).first()
    if kind is None:
        raise GroupNotOffered
    account, _is_new = TradingAccount.objects.select_for_update().get_or_create(
        server_id=intent.server_id,
        login=record.login,
        defaults={
            "type": kind,
            "currency": kind.currency,
            "leverage": record.leverage,
            "is_live": kind.is_live,
            "state": AccountState.OPEN,
            "asked_at": intent.asked_at,
            "opened_at": record.registered_at,
        },
    )
    if account.client_id is not None:
        raise AlreadyBound
    account.client_id = intent.client_id
    account.followed_from_at = clock.now()
    account.save(update_fields=["client_id", "followed_from_at"])
    intent.account = account
    intent.save(update_fields=["account"])
    audit.note("trading.account_bound", about=account, by=_US, changes={"login": record.login})
    _announce(account, is_new=False)


def _announce(account: TradingAccount, *, is_new: bool) -> None:
    if account.client_id is None or account.login is None:
        raise ValueError("only a client's account on a server is announced")
    clients.activate(account.client_id, by=_US)
    ServerSync.objects.filter(pk=account.server_id).update(due_at=None)
    publish(
        AccountOpened(
            account_id=account.pk,
            client_id=account.client_id,
            server_id=account.server_id,
            login=account.login,
            currency=account.currency,
            is_live=account.is_live,
            is_new=is_new,
        )
    )


def _account(intent: Intent) -> TradingAccount:
    if intent.account is None:
        raise ValueError(f"intent {intent.tag} has no account")
    return intent.account


_FOLLOW: Mapping[IntentKind, Callable[[Intent, Mapping[str, Any]], None]] = {
    IntentKind.OPEN: _opened,
    IntentKind.FUND: _funded,
    IntentKind.PASSWORD: _changed,
    IntentKind.INVESTOR: _changed,
    IntentKind.LEVERAGE: _leverage_changed,
    IntentKind.BIND: _bound,
}
