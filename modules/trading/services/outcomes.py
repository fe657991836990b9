"""Recording what came of an operation; each function runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kernel import audit, clock
from kernel.actor import Actor
from kernel.errors import Refused
from kernel.events import publish
from kernel.money import Money
from modules.clients import services as clients
from modules.trading.errors import (
    AlreadyBound,
    GroupNotOffered,
    LoginsUsedUp,
    NoneAtTheMoment,
)
from modules.trading.events import (
    AccountOpened,
    OperationDone,
    OperationRefused,
    OperationStuck,
)
from modules.trading.models import (
    AccountState,
    AccountType,
    Intent,
    IntentKind,
    IntentState,
    ServerSync,
    TradingAccount,
    What,
)
from modules.trading.services.intending import intend
from modules.trading.services.moving import US, move
from provisioning.servers.types import AccountRecord

_KEPT_SECRET = {IntentKind.OPEN}
"""Whose passwords are kept until the client has seen them."""


def record_done(
    intent: Intent, what: What, found: Mapping[str, Any], *, by: Actor = US, why: str = ""
) -> None:
    """Record that it was done, and what follows from it; a refusal met here is recorded too.

    ``found`` is what is known of it, and goes into its story.
    """
    try:
        _FOLLOW[IntentKind(intent.kind)](intent, found)
    except Refused as refusal:
        record_refused(intent, refusal.code, str(refusal), by=by)
        return
    intent.deal_id = found.get("deal_id")
    intent.refusal = ""
    _end(intent, IntentState.DONE, "")
    facts = {name: value for name, value in found.items() if name != "record"}
    move(intent, IntentState.DONE, what, by=by, why=why, facts=facts)
    publish(OperationDone(**_told(intent), deal_id=intent.deal_id))


def record_refused(
    intent: Intent,
    code: str,
    sentence: str,
    *,
    by: Actor = US,
    what: What = What.REFUSED,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Record that the server, or we, said no: nothing was done."""
    account = intent.account
    if intent.kind == IntentKind.OPEN and account is not None:
        account.move_to(AccountState.FAILED, reason=_told_client(code, sentence))
    _end(intent, IntentState.REFUSED, sentence)
    known = {"code": code, **(facts or {})}
    move(intent, IntentState.REFUSED, what, by=by, why=sentence, facts=known)
    publish(OperationRefused(**_told(intent), code=code, sentence=sentence[:300]))
    audit.note(
        f"trading.{intent.kind}_refused",
        about=account or intent,
        by=by,
        changes={"code": code, "tag": intent.tag, "cause": intent.cause},
    )


def record_unknown(intent: Intent) -> None:
    """Show the account as being checked."""
    account = intent.account
    is_opening = intent.kind == IntentKind.OPEN
    if is_opening and account is not None and account.state == AccountState.OPENING:
        account.move_to(AccountState.UNKNOWN)


def record_stuck(intent: Intent, why: str) -> None:
    """Tell that a person has to decide."""
    intent.sentence = why[:300]
    intent.save(update_fields=["sentence"])
    publish(OperationStuck(**_told(intent), why=why[:300]))
    audit.note(
        "trading.operation_stuck",
        about=intent.account or intent,
        by=US,
        changes={"kind": intent.kind, "tag": intent.tag, "cause": intent.cause},
        reason=why,
    )


def _told_client(code: str, sentence: str) -> str:
    """What the client reads; what only the broker can repair he need not know in detail."""
    return str(NoneAtTheMoment.sentence if code == LoginsUsedUp.code else sentence)[:300]


def _told(intent: Intent) -> dict[str, Any]:
    return {
        "operation_id": intent.pk,
        "account_id": intent.account_id,
        "client_id": intent.client_id,
        "kind": str(intent.kind),
        "cause": intent.cause,
        "key": intent.key,
        "amount_minor": intent.amount_minor,
        "currency": intent.currency,
    }


def _end(intent: Intent, state: IntentState, sentence: str) -> None:
    intent.sentence = sentence[:300]
    intent.decided_at = clock.now()
    if state == IntentState.REFUSED or intent.kind not in _KEPT_SECRET:
        intent.sealed = None
    fields = ["sentence", "decided_at", "sealed", "deal_id", "refusal"]
    intent.save(update_fields=fields)


def _opened(intent: Intent, found: Mapping[str, Any]) -> None:
    account = _account(intent)
    account.refresh_from_db()
    account.move_to(AccountState.OPEN)
    account.login = found["login"]
    account.opened_at = clock.now()
    account.followed_from_at = intent.asked_at
    account.save(update_fields=["login", "opened_at", "followed_from_at"])
    audit.note("trading.account_opened", about=account, by=US, changes={"login": found["login"]})
    if account.type.demo_amount_minor:
        amount = Money(account.type.demo_amount_minor, account.currency)
        intend(IntentKind.FUND, account=account, amount=amount, by=US, cause="trading.demo")
    _announce(account, is_new=True)


def _funded(intent: Intent, found: Mapping[str, Any]) -> None:
    account = _account(intent)
    if not account.balance_minor and intent.amount_minor:
        account.balance_minor = intent.amount_minor * account.cent_factor
        account.equity_minor = account.balance_minor
        account.free_margin_minor = account.balance_minor
        account.save(update_fields=["balance_minor", "equity_minor", "free_margin_minor"])
    facts = {"deal": found.get("deal_id"), "tag": intent.tag}
    audit.note("trading.account_funded", about=account, by=US, changes=facts)


def _moved(intent: Intent, found: Mapping[str, Any]) -> None:
    """Money or credit; the deal and the new balance come with the next look, which is now."""
    ServerSync.objects.filter(pk=intent.server_id).update(due_at=None, moved_at=clock.now())
    changes = {
        "amount_minor": intent.amount_minor,
        "currency": intent.currency,
        "deal": found.get("deal_id"),
        "tag": intent.tag,
        "cause": intent.cause,
    }
    audit.note(f"trading.{intent.kind}_moved", about=_account(intent), by=US, changes=changes)


def _password_changed(intent: Intent, _found: Mapping[str, Any]) -> None:
    audit.note(f"trading.{intent.kind}_changed", about=_account(intent), by=US)


def _changed(intent: Intent, found: Mapping[str, Any]) -> None:
    """Leverage or rights, as the server now keeps them."""
    account = _account(intent)
    names = [name for name in ("leverage", "is_enabled", "may_trade") if name in intent.payload]
    # A person who says that it was done has no record to show: then what was asked for counts.
    changes = {
        name: [getattr(account, name), found.get(name, intent.payload[name])] for name in names
    }
    for name, (_before, after) in changes.items():
        setattr(account, name, after)
    account.save(update_fields=names)
    audit.note(f"trading.{intent.kind}_changed", about=account, by=US, changes=changes)


def _regrouped(intent: Intent, _found: Mapping[str, Any]) -> None:
    account = _account(intent)
    before, after = account.type, AccountType.objects.get(pk=intent.payload["type_id"])
    account.type, account.cent_factor = after, after.cent_factor
    account.save(update_fields=["type", "cent_factor"])
    changes = {"group": [before.group, after.group], "type": [before.name, after.name]}
    audit.note("trading.group_changed", about=account, by=US, changes=changes)


def _archived(intent: Intent, _found: Mapping[str, Any]) -> None:
    is_restored = intent.kind == IntentKind.RESTORE
    account = _account(intent)
    reason = intent.payload.get("reason", "")
    account.move_to(AccountState.OPEN if is_restored else AccountState.ARCHIVED, reason=reason)
    account.is_enabled = account.may_trade = is_restored
    account.save(update_fields=["is_enabled", "may_trade"])
    names = {
        IntentKind.ARCHIVE: "trading.account_archived",
        IntentKind.RESTORE: "trading.account_restored",
        IntentKind.DELETE: "trading.account_deleted",
    }
    audit.note(names[IntentKind(intent.kind)], about=account, by=US, reason=reason)


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
            "cent_factor": kind.cent_factor,
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
    audit.note("trading.account_bound", about=account, by=US, changes={"login": record.login})
    _announce(account, is_new=False)


def _announce(account: TradingAccount, *, is_new: bool) -> None:
    if account.client_id is None or account.login is None:
        raise ValueError("only a client's account on a server is announced")
    clients.activate(account.client_id, by=US)
    ServerSync.objects.filter(pk=account.server_id).update(due_at=None, moved_at=clock.now())
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
    IntentKind.PASSWORD: _password_changed,
    IntentKind.INVESTOR: _password_changed,
    IntentKind.LEVERAGE: _changed,
    IntentKind.BIND: _bound,
    IntentKind.BALANCE: _moved,
    IntentKind.CREDIT: _moved,
    IntentKind.GROUP: _regrouped,
    IntentKind.RIGHTS: _changed,
    IntentKind.ARCHIVE: _archived,
    IntentKind.RESTORE: _archived,
    IntentKind.DELETE: _archived,
}
