"""Changes of an account: at once, or as a request where the broker wants people to decide.

Clients name themselves by ``client_id`` and reach only their own accounts. Colleagues leave it
out; their right was asked for at the door.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from kernel import audit
from kernel.actor import Actor
from kernel.ids import new_id
from kernel.money import Money
from modules.clients import queries as clients
from modules.requests import queries as requested
from modules.requests import services as requests
from modules.requests.types import FactValue, Wish
from modules.trading.errors import AlreadyAsked, CommentNeeded, CurrencyDiffers, NoSuchAccount
from modules.trading.models import AccountType, TradingAccount
from modules.trading.services.asking import (
    ask_archive,
    ask_credit,
    ask_group,
    ask_leverage,
    ask_restore,
    ask_rights,
)
from modules.trading.services.guards import GUARDS, refuse_closed
from modules.trading.types import Started

SWITCHES = frozenset({"pays_partner", "may_deposit", "may_withdraw", "may_transfer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    kind: str
    payload: Mapping[str, Any]
    words: Mapping[str, str | int]
    facts: Mapping[str, FactValue]
    amount: Money | None = None


@transaction.atomic
def change_leverage(
    account_id: uuid.UUID,
    *,
    leverage: int,
    by: Actor,
    client_id: uuid.UUID | None = None,
    key: str = "",
) -> Started:
    """Choose another leverage. Opens a transaction.

    Raises:
        NoSuchAccount: It is not the client's, or there is none.
        NotOpen: It is not on the server.
        LeverageNotOffered, SameAsNow: The type does not offer it, or it is so.
        AlreadyAsked, StillBusy: The same waits for a decision, or is on its way.
    """
    account = reached(account_id, client_id)
    change = _Change(
        kind="trading.leverage",
        payload={"leverage": leverage},
        words={**_named(account), "now": f"1:{account.leverage}", "wanted": f"1:{leverage}"},
        facts={**_figures(account), "positions": account.positions.count()},
    )
    return _start(account, change, by=by, key=key)


@transaction.atomic
def change_type(
    account_id: uuid.UUID,
    *,
    type_id: uuid.UUID,
    by: Actor,
    client_id: uuid.UUID | None = None,
    key: str = "",
) -> Started:
    """Change to another account type, and so to its group. Opens a transaction.

    Raises:
        NoSuchAccount: It is not the client's, or there is none.
        NotOpen: It is not on the server.
        NoSuchType, SameAsNow, WrongGroup, LeverageOfType, TooManyAccounts: The type is not for it.
        OperationsPending, OpenPositions, CentsHoldMoney: Not now.
        AlreadyAsked, StillBusy: The same waits for a decision, or is on its way.
    """
    account = reached(account_id, client_id)
    wanted = AccountType.objects.filter(pk=type_id).first()
    change = _Change(
        kind="trading.account_type",
        payload={"type_id": str(type_id)},
        words={
            **_named(account),
            "now": account.type.name,
            "wanted": wanted.name if wanted else "",
        },
        facts={
            **_figures(account),
            "positions": account.positions.count(),
            "group": wanted.group if wanted else "",
        },
    )
    return _start(account, change, by=by, key=key)


@transaction.atomic
def archive_account(
    account_id: uuid.UUID,
    *,
    reason: str = "",
    by: Actor,
    client_id: uuid.UUID | None = None,
    key: str = "",
) -> Started:
    """Put an account away that holds nothing. Opens a transaction.

    Raises:
        NoSuchAccount: It is not the client's, or there is none.
        NotOpen: It is not on the server.
        NotArchivable: It says what there is on it.
        AlreadyAsked, StillBusy: The same waits for a decision, or is on its way.
    """
    account = reached(account_id, client_id)
    facts: dict[str, FactValue] = {**_figures(account)}
    if reason:
        facts["reason"] = reason
    change = _Change(
        kind="trading.archive",
        payload={"reason": reason},
        words=_named(account),
        facts=facts,
    )
    return _start(account, change, by=by, key=key)


@transaction.atomic
def restore_account(account_id: uuid.UUID, *, by: Actor, key: str = "") -> Started:
    """Bring an archived account back, with its rights. Opens a transaction.

    Raises:
        NoSuchAccount: There is none.
        NotOpen: It is not archived.
        StillBusy: It is on its way.
    """
    operation = ask_restore(account_id, by=by, cause="trading.restore", key=key)
    return Started(operation_id=operation)


@transaction.atomic
def move_credit(
    account_id: uuid.UUID, *, amount: Money, comment: str, by: Actor, key: str = ""
) -> Started:
    """Give credit (+) or take it (-), in real money. Opens a transaction.

    Raises:
        NoSuchAccount: There is none.
        NotOpen: It is not on the server.
        CommentNeeded: Nothing says what it is for.
        CurrencyDiffers, NothingToMove, CreditBelowZero: It is not that amount's account.
        AlreadyAsked: Other credit of the account waits for a decision.
        MoneyFrozen: A person has to clear up an earlier operation first.
    """
    account = reached(account_id, None)
    if not comment.strip():
        raise CommentNeeded
    if amount.currency != account.currency:
        raise CurrencyDiffers(currency=account.currency)
    now = account.real(account.credit_minor)
    change = _Change(
        kind="trading.credit",
        payload={"amount_minor": amount.minor, "comment": comment},
        words={**_named(account), "amount": str(amount)},
        facts={"now": now, "after": now + amount, "comment": comment},
        amount=amount,
    )
    return _start(account, change, by=by, key=key)


@transaction.atomic
def set_rights(
    account_id: uuid.UUID, rights: Mapping[str, bool], *, by: Actor, reason: str = ""
) -> Started:
    """Say what a login may do: ``is_enabled``, ``may_trade`` or both. Opens a transaction.

    Raises:
        NoSuchAccount: There is none.
        NotOpen: It is not on the server.
        StillBusy: An earlier change of the rights has not ended.
    """
    cause = f"trading.rights: {reason}"[:80]
    operation = ask_rights(account_id, dict(rights), by=by, cause=cause, key="")
    return Started(operation_id=operation)


@transaction.atomic
def set_switches(account_id: uuid.UUID, switches: Mapping[str, bool], *, by: Actor) -> None:
    """Say what may be done with an account here: :data:`SWITCHES`. Opens a transaction.

    Raises:
        NoSuchAccount: There is none.
        ValueError: There is no such switch.
    """
    if not set(switches) <= SWITCHES:
        raise ValueError(f"no switches of an account: {sorted(switches)}")
    account = TradingAccount.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NoSuchAccount
    changes = {
        name: [getattr(account, name), value]
        for name, value in switches.items()
        if getattr(account, name) != value
    }
    for name, value in switches.items():
        setattr(account, name, value)
    account.save(update_fields=sorted(switches))
    if changes:
        audit.note("trading.switches_set", about=account, by=by, changes=changes)


def carry_change(
    account: TradingAccount, kind: str, payload: Mapping[str, Any], *, by: Actor, key: str
) -> uuid.UUID:
    """Hand a change that may happen to the operations engine; return the operation's id.

    Needs a transaction. The guards are asked again by whoever calls.
    """
    return _CARRY[kind](account, payload, by=by, key=key)


def reached(account_id: uuid.UUID, client_id: uuid.UUID | None) -> TradingAccount:
    """An account on the server: the client's own, or any for a colleague.

    Raises:
        NoSuchAccount: There is none.
        ClientIsBlocked: The client may not act.
        NotOpen: It is not on the server.
    """
    rows = TradingAccount.objects.select_related("type").filter(pk=account_id)
    if client_id is not None:
        rows = rows.filter(client_id=client_id)
    account = rows.first()
    if account is None:
        raise NoSuchAccount
    if client_id is not None:
        clients.refuse_blocked(client_id)
    refuse_closed(account)
    return account


def subject_of(account: TradingAccount) -> str:
    """How requests name an account."""
    return audit.reference(account)


def _start(account: TradingAccount, change: _Change, *, by: Actor, key: str) -> Started:
    GUARDS[change.kind](account, change.payload, is_staff=by.is_staff)
    if not requested.is_wanted(change.kind, by=by):
        operation = carry_change(account, change.kind, change.payload, by=by, key=key)
        return Started(operation_id=operation)
    subject = subject_of(account)
    earlier = requested.find_line(change.kind, key) if key else None
    if earlier is not None:
        return Started(request_id=earlier.id)
    if change.kind in requested.open_kinds(subject):
        raise AlreadyAsked
    wish = Wish(
        kind=change.kind,
        client_id=account.client_id,
        subject=subject,
        label=str(account.login or ""),
        words=change.words,
        facts=change.facts,
        payload=change.payload,
        amount=change.amount,
    )
    asked = requests.ask(wish, key=key or str(new_id()), by=by)
    return Started(request_id=asked.id)


def _named(account: TradingAccount) -> dict[str, str | int]:
    return {"login": str(account.login or account.type.name)}


def _figures(account: TradingAccount) -> dict[str, FactValue]:
    facts: dict[str, FactValue] = {
        "balance": account.real(account.balance_minor),
        "credit": account.real(account.credit_minor),
        "equity": account.real(account.equity_minor),
    }
    if account.opened_at is not None:
        facts["opened"] = account.opened_at
    return facts


def _carry_leverage(
    account: TradingAccount, payload: Mapping[str, Any], *, by: Actor, key: str
) -> uuid.UUID:
    wanted = int(payload["leverage"])
    return ask_leverage(account.pk, wanted, by=by, cause="trading.leverage", key=key)


def _carry_type(
    account: TradingAccount, payload: Mapping[str, Any], *, by: Actor, key: str
) -> uuid.UUID:
    type_id = uuid.UUID(str(payload["type_id"]))
    return ask_group(account.pk, type_id, by=by, cause="trading.account_type", key=key)


def _carry_archive(
    account: TradingAccount, payload: Mapping[str, Any], *, by: Actor, key: str
) -> uuid.UUID:
    reason = str(payload.get("reason", ""))
    return ask_archive(account.pk, by=by, cause="trading.archive", key=key, reason=reason)


def _carry_credit(
    account: TradingAccount, payload: Mapping[str, Any], *, by: Actor, key: str
) -> uuid.UUID:
    amount = Money(int(payload["amount_minor"]), account.currency)
    cause = f"trading.credit: {payload['comment']}"[:80]
    return ask_credit(account.pk, amount, by=by, cause=cause, key=key)


_CARRY: Mapping[str, Callable[..., uuid.UUID]] = {
    "trading.leverage": _carry_leverage,
    "trading.account_type": _carry_type,
    "trading.archive": _carry_archive,
    "trading.credit": _carry_credit,
}
