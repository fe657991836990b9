"""Recording the accounts that stand on a server, also those that nobody has claimed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction

from kernel import clock
from modules.trading.models import AccountState, AccountType, TradingAccount
from provisioning.servers.types import AccountRecord


@transaction.atomic
def record_accounts(server_id: uuid.UUID, records: Sequence[AccountRecord]) -> int:
    """Keep accounts that are new here and follow changed leverage; return how many are new.

    An account belongs to the first account type that maps its group; others are left alone.
    Opens a transaction; recording twice is harmless.
    """
    types = _types(server_id)
    known = {
        row.login: row
        for row in TradingAccount.objects.filter(
            server_id=server_id, login__in=[record.login for record in records]
        )
    }
    new = [
        _found(server_id, record, types[record.group])
        for record in records
        if record.login not in known and record.group in types
    ]
    TradingAccount.objects.bulk_create(new, ignore_conflicts=True)
    changed = [
        _followed(known[record.login], record)
        for record in records
        if record.login in known and _differs(known[record.login], record)
    ]
    TradingAccount.objects.bulk_update(changed, ["leverage", "may_trade"])
    return len(new)


def _types(server_id: uuid.UUID) -> dict[str, AccountType]:
    types: dict[str, AccountType] = {}
    for row in AccountType.objects.filter(server_id=server_id).order_by("order", "pk"):
        types.setdefault(row.group, row)
    return types


def _found(server_id: uuid.UUID, record: AccountRecord, kind: AccountType) -> TradingAccount:
    return TradingAccount(
        server_id=server_id,
        login=record.login,
        type=kind,
        currency=kind.currency,
        cent_factor=kind.cent_factor,
        leverage=record.leverage,
        is_live=kind.is_live,
        may_trade=record.may_trade,
        state=AccountState.OPEN,
        asked_at=record.registered_at or clock.now(),
        opened_at=record.registered_at or clock.now(),
    )


def _differs(account: TradingAccount, record: AccountRecord) -> bool:
    return (account.leverage, account.may_trade) != (record.leverage, record.may_trade)


def _followed(account: TradingAccount, record: AccountRecord) -> TradingAccount:
    account.leverage, account.may_trade = record.leverage, record.may_trade
    return account
