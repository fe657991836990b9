"""Comparing what a trading server says with what is here: deals, money operations, balances."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef

from kernel import clock
from modules.trading.models import (
    Deal,
    DifferenceKind,
    Intent,
    IntentState,
    ServerSync,
    TradingAccount,
)
from modules.trading.services.amounts import to_minor
from modules.trading.services.rebuilding import differing_results
from modules.trading.services.recording import TOLD, told
from provisioning.servers.port import TradingServer
from provisioning.servers.types import AccountState, DealAction
from provisioning.servers.types import Deal as Told

COMPARED = tuple(
    name
    for name in TOLD
    # A dealer may reword a comment, and instants follow the offset that was measured that day.
    if name not in {"comment", "done_at", "digits"}
)
_PLACES = tuple(TOLD.index(name) for name in COMPARED)
MONEY = frozenset(
    {
        DealAction.BALANCE,
        DealAction.CREDIT,
        DealAction.CHARGE,
        DealAction.CORRECTION,
        DealAction.BONUS,
    }
)
"""What people do with money; the rest a server does by itself."""
LOOKED_INTO = 200
"""Differing accounts of one portion that are looked into more closely."""
LATELY = dt.timedelta(days=1)
SETTLED = dt.timedelta(minutes=10)
"""An operation of ours that was decided so long ago must have its deal here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something that differs. Amounts are in minor units of the account's currency."""

    kind: DifferenceKind
    key: str
    account: TradingAccount | None = None
    login: int | None = None
    here_minor: int | None = None
    there_minor: int | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    hint: str = ""
    is_explained: bool = False


def compare_deals(
    there: Iterable[Told], here: Iterable[Deal], *, accounts: Mapping[int, TradingAccount]
) -> list[Found]:
    """Differences between deals of the same accounts and window.

    Those of accounts that are not here are left out: the account itself is the difference.
    """
    ours = {row.deal_id: row for row in here}
    found = []
    for deal in there:
        account = accounts.get(deal.login)
        row = ours.pop(deal.deal_id, None)
        if account is None:
            continue
        if row is None:
            found.append(_only_there(deal, account))
        elif compared(told(deal, account)) != tuple(getattr(row, name) for name in COMPARED):
            found.append(_differing(deal, row, account))
    found += [
        _only_here(row, accounts[row.login]) for row in ours.values() if row.login in accounts
    ]
    return found


def compared(values: Sequence[Any]) -> tuple[Any, ...]:
    """Of what the server tells, what must be the same on both sides."""
    return tuple(values[place] for place in _PLACES)


def foreign_money(
    server_id: uuid.UUID, deals: Iterable[Told], *, accounts: Mapping[int, TradingAccount]
) -> list[Found]:
    """Money that moved on clients' accounts, since we follow them, by no operation of ours."""
    moved = [deal for deal in deals if deal.action in MONEY and _is_followed(deal, accounts)]
    intents = _intents(server_id, moved)
    found = []
    for deal in moved:
        intent = intents.get(_tag(deal))
        if intent is not None and _is_its_deal(intent, deal):
            continue
        found.append(_foreign(deal, accounts[deal.login], intent))
    return found


def compare_balances(
    server: TradingServer,
    server_id: uuid.UUID,
    states: Sequence[AccountState],
    *,
    accounts: Mapping[int, TradingAccount],
) -> list[Found]:
    """Balances and credits against what our deals add up to, and daily results likewise."""
    known = [(accounts[state.login], state) for state in states if state.login in accounts]
    sums = deal_sums([account.pk for account, _state in known])
    found: list[Found] = []
    closer = 0
    for account, state in known:
        differing = _differing_money(account, state, sums.get(account.pk, (0, 0)))
        if differing and closer < LOOKED_INTO:
            closer += 1
            differing = _look_closer(server, server_id, account)
        found += differing
    found += _differing_days({account.pk: account for account, _state in known})
    return found + missing_operations(server_id, [account for account, _state in known])


def deal_sums(account_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[int, int]]:
    """What the deals here add up to: balance and credit by account, in minor units."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [list(account_ids)])
        return {account: (int(balance), int(credit)) for account, balance, credit in cursor}


# Credits and cancelled trades are counted as the daily results count them.
_SUMS = """
    SELECT account_id,
           coalesce(sum(profit_minor) FILTER (WHERE action NOT IN (3, 6, 13, 14, 20)), 0)
             + coalesce(sum(swap_minor + commission_minor), 0),
           coalesce(sum(profit_minor) FILTER (WHERE action IN (3, 6, 20)), 0)
    FROM trading_deal WHERE account_id = ANY(%s) GROUP BY account_id
"""


def missing_operations(server_id: uuid.UUID, accounts: Sequence[TradingAccount]) -> list[Found]:
    """Operations of ours that count as done, and whose deal is not here."""
    deals = Deal.objects.filter(server_id=server_id, deal_id=OuterRef("deal_id"))
    rows = Intent.objects.filter(
        account__in=accounts,
        state=IntentState.DONE,
        amount_minor__isnull=False,
        deal_id__isnull=False,
        decided_at__lt=clock.now() - SETTLED,
    )
    return [
        Found(
            kind=DifferenceKind.OPERATION_MISSING,
            key=row.tag,
            account=row.account,
            login=row.account.login if row.account else None,
            here_minor=(row.amount_minor or 0) * (row.account.cent_factor if row.account else 1),
            there_minor=0,
            facts={"deal": str(row.deal_id), "tag": row.tag},
        )
        for row in rows.exclude(Exists(deals)).select_related("account")
    ]


def _is_followed(deal: Told, accounts: Mapping[int, TradingAccount]) -> bool:
    account = accounts.get(deal.login)
    if account is None or account.client_id is None or account.followed_from_at is None:
        return False
    return deal.done_at >= account.followed_from_at


def _tag(deal: Told) -> str:
    return deal.comment.split(" ", 1)[0]


def _intents(server_id: uuid.UUID, deals: Sequence[Told]) -> dict[str, Intent]:
    rows = Intent.objects.filter(server_id=server_id, tag__in={_tag(deal) for deal in deals})
    return {row.tag: row for row in rows.select_related("account")}


def _is_its_deal(intent: Intent, deal: Told) -> bool:
    """Whether an operation of ours stands for a deal: not refused, and not for another deal."""
    if intent.state == IntentState.REFUSED or intent.account is None:
        return False
    return intent.account.login == deal.login and intent.deal_id in {None, deal.deal_id}


def _foreign(deal: Told, account: TradingAccount, intent: Intent | None) -> Found:
    hint = "manual"
    if intent is not None:
        hint = "refused_here" if intent.state == IntentState.REFUSED else "doubled"
    elif not account.is_live:
        hint = "demo"
    return Found(
        kind=DifferenceKind.MONEY_UNTAGGED,
        key=str(deal.deal_id),
        account=account,
        login=deal.login,
        here_minor=0,
        there_minor=_result(deal, account),
        facts={**_facts(deal), "dealer": str(deal.dealer)},
        hint=hint,
        is_explained=hint == "demo",
    )


def _result(deal: Told, account: TradingAccount) -> int:
    return to_minor(deal.result, account.currency)


def _facts(deal: Told) -> dict[str, str]:
    return {
        "deal": str(deal.deal_id),
        "symbol": deal.symbol,
        "done": deal.done_at.isoformat(),
        "server_ms": str(deal.done_server_ms),
        "comment": deal.comment[:64],
    }


def _only_there(deal: Told, account: TradingAccount) -> Found:
    return Found(
        kind=DifferenceKind.DEAL_ONLY_THERE,
        key=str(deal.deal_id),
        account=account,
        login=deal.login,
        here_minor=0,
        there_minor=_result(deal, account),
        facts=_facts(deal),
    )


def _differing(deal: Told, row: Deal, account: TradingAccount) -> Found:
    theirs = dict(zip(COMPARED, compared(told(deal, account)), strict=True))
    fields = [name for name in COMPARED if getattr(row, name) != theirs[name]]
    return Found(
        kind=DifferenceKind.DEAL_DIFFERS,
        key=str(deal.deal_id),
        account=account,
        login=deal.login,
        here_minor=row.profit_minor + row.swap_minor + row.commission_minor,
        there_minor=_result(deal, account),
        facts={**_facts(deal), "fields": ", ".join(fields)},
    )


def _only_here(row: Deal, account: TradingAccount) -> Found:
    return Found(
        kind=DifferenceKind.DEAL_ONLY_HERE,
        key=str(row.deal_id),
        account=account,
        login=row.login,
        here_minor=row.profit_minor + row.swap_minor + row.commission_minor,
        there_minor=0,
        facts={
            "deal": str(row.deal_id),
            "symbol": row.symbol,
            "done": row.done_at.isoformat(),
            "comment": row.comment,
        },
    )


def _differing_money(
    account: TradingAccount, state: AccountState, here: tuple[int, int]
) -> list[Found]:
    pairs = (
        (DifferenceKind.BALANCE_DIFFERS, here[0], state.balance),
        (DifferenceKind.CREDIT_DIFFERS, here[1], state.credit),
    )
    return [
        Found(
            kind=kind,
            key=str(state.login),
            account=account,
            login=state.login,
            here_minor=ours,
            there_minor=to_minor(theirs, account.currency),
        )
        for kind, ours, theirs in pairs
        if ours != to_minor(theirs, account.currency)
    ]


def _look_closer(
    server: TradingServer, server_id: uuid.UUID, account: TradingAccount
) -> list[Found]:
    """Compare again, deals first, and say why it may differ: a deal too young, or the server."""
    login = account.login or 0
    moment = clock.now()
    recent = server.deals_of(login, since=moment - LATELY, until=moment + LATELY)
    state = server.account_state(login)
    here = deal_sums([account.pk]).get(account.pk, (0, 0))
    differing = _differing_money(account, state, here)
    if not differing:
        return []
    young = _not_read_yet(server_id, recent)
    balance = sum(_result(deal, account) for deal in young if deal.action not in _CREDITS)
    credit = sum(_result(deal, account) for deal in young if deal.action in _CREDITS)
    if not _differing_money(account, state, (here[0] + balance, here[1] + credit)):
        return [_hinted(one, "young", is_explained=True) for one in differing]
    check = server.check_balance(login)
    return differing if check.is_even else [_hinted(one, "server_uneven") for one in differing]


_CREDITS = frozenset({DealAction.CREDIT, DealAction.BONUS, DealAction.STOP_OUT_COMPENSATION_CREDIT})


def _not_read_yet(server_id: uuid.UUID, deals: Collection[Told]) -> list[Told]:
    """Those that are not here and lie behind what was read: no reader could have seen them."""
    sync = ServerSync.objects.filter(pk=server_id).first()
    read_ms = (sync.cursor_server_s if sync else 0) * 1000
    behind = {deal.deal_id: deal for deal in deals if deal.done_server_ms >= read_ms}
    rows = Deal.objects.filter(server_id=server_id, deal_id__in=behind)
    for deal_id in rows.values_list("deal_id", flat=True):
        behind.pop(deal_id)
    return list(behind.values())


def _hinted(found: Found, hint: str, *, is_explained: bool = False) -> Found:
    return replace(found, hint=hint, is_explained=is_explained)


def _differing_days(accounts: Mapping[uuid.UUID, TradingAccount]) -> list[Found]:
    found = []
    for line in differing_results(list(accounts)):
        account = accounts[line.account_id]
        found.append(
            Found(
                kind=DifferenceKind.DAY_DIFFERS,
                key=f"{account.login}:{line.day_on}:{line.symbol}",
                account=account,
                login=account.login,
                here_minor=line.kept_minor,
                there_minor=line.rebuilt_minor,
                facts={"day": line.day_on.isoformat(), "symbol": line.symbol},
            )
        )
    return found
