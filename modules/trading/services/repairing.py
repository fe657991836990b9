"""Repairing what differs: named actions of a person, each with an audit row."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from enum import StrEnum

from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from kernel.errors import Refused, Unavailable
from kernel.events import publish_all
from modules.trading.errors import NoSuchDifference, NoSuchRepair, ReasonMissing
from modules.trading.events import DealCorrected
from modules.trading.models import (
    Deal,
    Difference,
    DifferenceKind,
    DifferenceState,
    TradingAccount,
)
from modules.trading.services.amounts import to_minor
from modules.trading.services.comparing import (
    COMPARED,
    compare_balances,
    compare_deals,
    compared,
    foreign_money,
)
from modules.trading.services.differing import settle_account
from modules.trading.services.finding import record_accounts
from modules.trading.services.reading import take_turn
from modules.trading.services.rebuilding import differing_days, rebuild_days
from modules.trading.services.recording import TOLD, rows_of, told
from modules.trading.services.syncing import BEGINNING, read_whole
from provisioning.servers.port import TradingServer
from provisioning.servers.services import trading_server
from provisioning.servers.types import Deal as Told

BY = Actor.system("trading")
STALE = dt.timedelta(minutes=10)
"""A repair that did not end by then was lost with its worker: it may be asked for again."""


class Repair(StrEnum):
    """What can be done about a difference."""

    READ_AGAIN = "read_again"
    REBUILD = "rebuild"
    ADOPT = "adopt"


_DEALS = (
    DifferenceKind.DEAL_ONLY_THERE,
    DifferenceKind.DEAL_ONLY_HERE,
    DifferenceKind.DEAL_DIFFERS,
)
_OF_ACCOUNT = (
    *_DEALS,
    DifferenceKind.BALANCE_DIFFERS,
    DifferenceKind.CREDIT_DIFFERS,
    DifferenceKind.DAY_DIFFERS,
    DifferenceKind.MONEY_UNTAGGED,
    DifferenceKind.OPERATION_MISSING,
    DifferenceKind.ACCOUNT_ONLY_THERE,
)
"""What is compared anew after an account was repaired."""

REPAIRS: Mapping[DifferenceKind, Sequence[Repair]] = {
    **dict.fromkeys(_DEALS, (Repair.READ_AGAIN,)),
    DifferenceKind.BALANCE_DIFFERS: (Repair.READ_AGAIN, Repair.REBUILD),
    DifferenceKind.CREDIT_DIFFERS: (Repair.READ_AGAIN, Repair.REBUILD),
    DifferenceKind.DAY_DIFFERS: (Repair.REBUILD,),
    DifferenceKind.ACCOUNT_ONLY_THERE: (Repair.ADOPT,),
    DifferenceKind.OPERATION_MISSING: (Repair.READ_AGAIN,),
}


@transaction.atomic
def ask_repair(difference_id: uuid.UUID, repair: str, *, by: Actor) -> None:
    """Have a difference repaired; a task does it. Opens a transaction.

    Raises:
        NoSuchDifference: There is none.
        NoSuchRepair: Differences of its kind are not repaired that way.
        AlreadyDecided: It is settled, or being repaired.
    """
    row = _locked(difference_id)
    if repair not in REPAIRS.get(DifferenceKind(row.kind), ()):
        raise NoSuchRepair
    if not _is_lost(row):
        row.move_to(DifferenceState.REPAIRING)
    row.reason, row.decided_by, row.decided_at = "", by.name, clock.now()
    row.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    audit.note(
        "trading.difference_repair_asked",
        about=row,
        by=by,
        changes={"repair": repair, "kind": row.kind, "key": row.key},
    )


@transaction.atomic
def explain_difference(difference_id: uuid.UUID, reason: str, *, by: Actor) -> None:
    """Say why both sides may differ; it holds while the amounts stay. Opens a transaction.

    Raises:
        NoSuchDifference: There is none.
        ReasonMissing: The reason is empty.
        AlreadyDecided: It is settled or explained.
    """
    if not reason.strip():
        raise ReasonMissing
    row = _locked(difference_id)
    row.move_to(DifferenceState.EXPLAINED)
    row.reason, row.decided_by, row.decided_at = reason.strip()[:300], by.name, clock.now()
    row.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    audit.note(
        "trading.difference_explained",
        about=row,
        by=by,
        reason=row.reason,
        changes={"kind": row.kind, "key": row.key},
    )


def repair_difference(difference_id: uuid.UUID, repair: str) -> bool:
    """Repair what was asked for, then compare the account anew; return whether it was its turn.

    Talks over the network, outside any transaction; ``False`` while another worker reads the
    server. Repairing twice is harmless.

    Raises:
        NoSuchDifference: There is none.
    """
    row = Difference.objects.select_related("run", "account").filter(pk=difference_id).first()
    if row is None:
        raise NoSuchDifference
    if row.state != DifferenceState.REPAIRING or row.login is None:
        return True
    look = take_turn(row.server_id, ())
    if look is None:
        return False
    try:
        with trading_server(row.server_id) as server:
            _ACTS[Repair(repair)](server, row)
            _compare_anew(server, row)
    except (Refused, Unavailable) as failure:
        _note_failure(row, str(failure))
    finally:
        look.end()
    return True


def reread(server: TradingServer, account: TradingAccount) -> None:
    """Make the deals of an account those of the server: missing, changed and vanished ones.

    Talks over the network first, then opens a transaction. What was wrong here is told as
    ``DealCorrected``, what was missing as any new deal.
    """
    login = account.login or 0
    moment = clock.now()
    there = server.deals_of(login, since=BEGINNING, until=moment + dt.timedelta(days=2))
    _correct(account, {deal.deal_id: deal for deal in there}, before_ms=_newest_ms(there))
    read_whole(server, TradingAccount.objects.get(pk=account.pk), login)
    if differing_days(account.pk):
        rebuild_days(account.pk, by=BY)


@transaction.atomic
def _correct(account: TradingAccount, there: Mapping[int, Told], *, before_ms: int) -> None:
    """Replace deals that differ, remove those that are gone; daily results follow."""
    account = TradingAccount.objects.select_for_update().get(pk=account.pk)
    gone, changed = [], []
    for row in Deal.objects.filter(account=account):
        deal = there.get(row.deal_id)
        if deal is None and row.done_server_ms <= before_ms:
            gone.append(row)
        elif deal is not None and _is_other(row, deal, account):
            changed.append((row, deal))
    if not gone and not changed:
        return
    stale = [row.pk for row in gone] + [row.pk for row, _deal in changed]
    Deal.objects.filter(pk__in=stale).delete()
    deals = [deal for _row, deal in changed]
    names = ("id", "server_id", "deal_id", "account_id", *TOLD)
    rows = rows_of(account.server_id, deals, dict.fromkeys([account.login or 0], account))
    Deal.objects.bulk_create(Deal(**dict(zip(names, values, strict=True))) for values in rows)
    rebuild_days(account.pk, by=BY)
    told_anew = [_corrected(account, row, None) for row in gone]
    told_anew += [_corrected(account, row, deal) for row, deal in changed]
    publish_all([event for event in told_anew if event is not None])
    changes = {
        "gone": [_written(row) for row in gone],
        "changed": [_written(row) for row, _deal in changed],
    }
    audit.note("trading.deals_corrected", about=account, by=BY, changes=changes)


def _read_again(server: TradingServer, row: Difference) -> None:
    if row.account is not None:
        reread(server, row.account)


def _rebuild(server: TradingServer, row: Difference) -> None:  # noqa: ARG001 - one shape for all
    if row.account is not None:
        rebuild_days(row.account.pk, by=BY)


def _adopt(server: TradingServer, row: Difference) -> None:
    record = server.find_account(row.login or 0)
    if record is None:
        return
    record_accounts(row.server_id, [record])
    account = _account(row)
    if account is not None:
        read_whole(server, account, record.login)


_ACTS = {Repair.READ_AGAIN: _read_again, Repair.REBUILD: _rebuild, Repair.ADOPT: _adopt}


def _compare_anew(server: TradingServer, row: Difference) -> None:
    login = row.login or 0
    account = _account(row)
    if account is None:
        _note_failure(row, "")
        return
    known = {login: account}
    there = server.deals_of(login, since=BEGINNING, until=clock.now() + dt.timedelta(days=2))
    found = compare_deals(there, Deal.objects.filter(account=account), accounts=known)
    found += foreign_money(row.server_id, there, accounts=known)
    states = server.account_states([login])
    found += compare_balances(server, row.server_id, states, accounts=known)
    settle_account(row.run, login, found, kinds=_OF_ACCOUNT)


def _account(row: Difference) -> TradingAccount | None:
    return TradingAccount.objects.filter(server_id=row.server_id, login=row.login).first()


def _newest_ms(deals: Sequence[Told]) -> int:
    """Deals of ours beyond the newest one of the server's answer may only be younger than it."""
    return max((deal.done_server_ms for deal in deals), default=0) or 2**62


def _is_other(row: Deal, deal: Told, account: TradingAccount) -> bool:
    return compared(told(deal, account)) != tuple(getattr(row, name) for name in COMPARED)


def _corrected(account: TradingAccount, row: Deal, deal: Told | None) -> DealCorrected | None:
    """The news of a wrong deal, if it was told when it was recorded."""
    since = account.followed_from_at
    if account.client_id is None or since is None or row.done_at < since:
        return None
    return DealCorrected(
        account_id=account.pk,
        client_id=account.client_id,
        login=row.login,
        deal_id=row.deal_id,
        symbol=row.symbol,
        is_gone=deal is None,
        result_before_minor=row.profit_minor + row.swap_minor + row.commission_minor,
        result_minor=to_minor(deal.result, account.currency) if deal else 0,
        lots_before=row.lots_closed,
        lots=deal.lots_closed if deal else row.lots_closed * 0,
        currency=account.currency,
    )


def _written(row: Deal) -> dict[str, str]:
    return {name: str(getattr(row, name)) for name in ("deal_id", *COMPARED)}


def _locked(difference_id: uuid.UUID) -> Difference:
    row = Difference.objects.select_for_update().filter(pk=difference_id).first()
    if row is None:
        raise NoSuchDifference
    return row


def _is_lost(row: Difference) -> bool:
    asked = row.decided_at
    is_old = asked is not None and asked < clock.now() - STALE
    return row.state == DifferenceState.REPAIRING and is_old


def _note_failure(row: Difference, why: str) -> None:
    Difference.objects.filter(pk=row.pk, state=DifferenceState.REPAIRING).update(
        state=DifferenceState.OPEN, reason=why[:300], decided_at=clock.now()
    )
