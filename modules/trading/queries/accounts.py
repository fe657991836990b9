"""Trading accounts: a client's own, and all of them as far as a colleague may see."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet, Sum

from kernel import clock
from kernel.actor import Actor
from kernel.money import Money
from modules.clients import queries as clients
from modules.trading.errors import NoSuchAccount
from modules.trading.models import AccountState, DailyResult, Deal, TradingAccount
from modules.trading.models.accounts import TONES
from modules.trading.types import AccountFilter, AccountLine, CurrencyTotal, PageOf

PER_PAGE = 25
SEE = "trading.see_accounts"

_SHOWN = (
    AccountState.REQUESTED,
    AccountState.OPENING,
    AccountState.UNKNOWN,
    AccountState.OPEN,
    AccountState.REFUSED,
    AccountState.FAILED,
)
_ENDED_SHOWN_FOR = dt.timedelta(days=3)
"""How long a client still sees an account that was not opened."""

_ORDER: Mapping[str, str] = {
    "opened": "asked_at",
    "login": "login",
    "balance": "balance_minor",
    "equity": "equity_minor",
    "floating": "floating_minor",
}


def accounts_of(client_id: uuid.UUID) -> tuple[AccountLine, ...]:
    """A client's accounts, live first, oldest first."""
    rows = TradingAccount.objects.filter(client_id=client_id, state__in=_SHOWN)
    old = Q(state__in=[AccountState.REFUSED, AccountState.FAILED]) & Q(
        asked_at__lt=clock.now() - _ENDED_SHOWN_FOR
    )
    return tuple(line(row) for row in _ordered(rows.exclude(old)))


def own_account(account_id: uuid.UUID, client_id: uuid.UUID) -> AccountLine:
    """One of a client's own accounts.

    Raises:
        NoSuchAccount: It is not his, or there is none.
    """
    rows = TradingAccount.objects.select_related("type")
    row = rows.filter(pk=account_id, client_id=client_id).first()
    if row is None:
        raise NoSuchAccount
    return line(row)


def account(account_id: uuid.UUID, *, by: Actor, code: str = SEE) -> AccountLine:
    """An account that the right ``code`` of a colleague reaches.

    Raises:
        NoSuchAccount: There is none, or the asker's right does not reach it.
    """
    row = _within_reach(by, code).select_related("type").filter(pk=account_id).first()
    if row is None:
        raise NoSuchAccount
    return line(row)


def accounts_page(wanted: AccountFilter, *, by: Actor) -> tuple[PageOf, Mapping[uuid.UUID, str]]:
    """A page of the accounts that ``by`` may see, and the names of their clients."""
    rows = _narrowed(_within_reach(by), wanted).select_related("type")
    column = _ORDER.get(wanted.sort.lstrip("-"), "asked_at")
    order = F(column).desc(nulls_last=True) if wanted.sort.startswith("-") else F(column).asc()
    page: Page[TradingAccount] = Paginator(rows.order_by(order, "pk"), PER_PAGE).get_page(
        wanted.page
    )
    lines = tuple(line(row) for row in page)
    names = clients.names(one.client_id for one in lines)
    return PageOf(lines=lines, page=page, total=page.paginator.count), names


def accounts_after(
    account_id: uuid.UUID | None, *, limit: int, by: Actor
) -> tuple[AccountLine, ...]:
    """Up to ``limit`` accounts that ``by`` may see behind ``account_id``, in order of their ids."""
    rows = _within_reach(by).select_related("type").order_by("pk")
    if account_id is not None:
        rows = rows.filter(pk__gt=account_id)
    return tuple(line(row) for row in rows[:limit])


def counts(*, by: Actor) -> Mapping[str, int]:
    """How many accounts that ``by`` may see are open, wait for approval, or are in doubt."""
    reach = _within_reach(by)
    return {
        "open": reach.filter(state=AccountState.OPEN).count(),
        "requested": reach.filter(state=AccountState.REQUESTED).count(),
        "uneven": reach.exclude(uneven_at=None).count(),
    }


def pending(client_id: uuid.UUID) -> bool:
    """Whether an account of the client is on its way to a server."""
    going = [AccountState.OPENING, AccountState.UNKNOWN]
    return TradingAccount.objects.filter(client_id=client_id, state__in=going).exists()


def totals(lines: Iterable[AccountLine]) -> tuple[CurrencyTotal, ...]:
    """The open accounts' figures per kind and currency: live first, most accounts first."""
    groups: dict[tuple[bool, str], list[AccountLine]] = defaultdict(list)
    for one in lines:
        if one.is_open:
            groups[one.is_live, one.currency].append(one)
    today = _results_today([one.id for group in groups.values() for one in group])
    summed = [_total(live, cur, group, today) for (live, cur), group in groups.items()]
    return tuple(sorted(summed, key=lambda t: (not t.is_live, -t.accounts, t.currency)))


def line(row: TradingAccount) -> AccountLine:
    """A row as it leaves the module; ``type`` must be loaded."""
    state = AccountState(row.state)
    return AccountLine(
        id=row.pk,
        login=row.login,
        name=row.nickname or row.type.name,
        nickname=row.nickname,
        type_id=row.type_id,
        type_name=row.type.name,
        server_id=row.server_id,
        group=row.type.group,
        client_id=row.client_id,
        currency=row.currency,
        cent_factor=row.cent_factor,
        leverage=row.leverage,
        is_live=row.is_live,
        state=row.state,
        state_label=state.label,
        state_reason=row.state_reason,
        tone=TONES[state],
        margin_level_percent=row.margin_level_percent,
        is_margin_called=row.is_margin_called,
        asked_at=row.asked_at,
        opened_at=row.opened_at,
        state_at=row.state_at,
        is_enabled=row.is_enabled,
        may_trade=row.may_trade,
        is_swap_free=row.type.is_swap_free,
        pays_partner=row.pays_partner,
        may_deposit=row.may_deposit,
        may_withdraw=row.may_withdraw,
        may_transfer=row.may_transfer,
        uneven_at=row.uneven_at,
        balance=Money(row.balance_minor, row.currency),
        credit=Money(row.credit_minor, row.currency),
        equity=Money(row.equity_minor, row.currency),
        margin=Money(row.margin_minor, row.currency),
        free_margin=Money(row.free_margin_minor, row.currency),
        floating=Money(row.floating_minor, row.currency),
    )


def _ordered(rows: QuerySet[TradingAccount]) -> QuerySet[TradingAccount]:
    return rows.select_related("type").order_by("-is_live", "asked_at", "pk")


def _within_reach(by: Actor, code: str = SEE) -> QuerySet[TradingAccount]:
    if by.scope(code) is None:
        return TradingAccount.objects.none()
    reached = clients.ids_within_reach(code, by=by)
    if reached is None:
        return TradingAccount.objects.all()
    return TradingAccount.objects.filter(client_id__in=reached)


def _narrowed(rows: QuerySet[TradingAccount], wanted: AccountFilter) -> QuerySet[TradingAccount]:
    words = wanted.words.strip()
    if words:
        match = Q(client_id__in=clients.find_ids(words)) | Q(nickname__icontains=words)
        rows = rows.filter(match | Q(login=int(words)) if _is_login(words) else match)
    if wanted.environment in {"live", "demo"}:
        rows = rows.filter(is_live=wanted.environment == "live")
    if wanted.state == "unclaimed":
        return rows.filter(client_id=None)
    if wanted.state == "uneven":
        return rows.exclude(uneven_at=None)
    return rows.filter(state=wanted.state) if wanted.state in AccountState.values else rows


def _is_login(words: str) -> bool:
    return words.isascii() and words.isdigit() and len(words) <= 18  # noqa: PLR2004  # bigint


def _results_today(account_ids: list[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """Net of each account's deals of today, on the server's clock, in minor units."""
    latest = (
        Deal.objects.filter(account_id__in=account_ids, done_at__gt=clock.now() - _DAY)
        .order_by("-done_at")
        .values_list("done_server_ms", "done_at")
        .first()
    )
    if latest is None:
        return {}
    ahead = dt.datetime.fromtimestamp(latest[0] / 1000, dt.UTC) - latest[1]
    day = (clock.now() + ahead).date()
    rows = DailyResult.objects.filter(account_id__in=account_ids, day_on=day).exclude(symbol="")
    net = F("profit_minor") + F("swap_minor") + F("commission_minor")
    return dict(rows.values_list("account_id").annotate(net=Sum(net)))


_DAY = dt.timedelta(days=2)


def _total(
    is_live: bool,  # noqa: FBT001  # the key of the group, unpacked
    currency: str,
    lines: list[AccountLine],
    today: Mapping[uuid.UUID, int],
) -> CurrencyTotal:
    def add(name: str) -> Money:
        return sum((one.real(getattr(one, name)) for one in lines), start=Money(0, currency))

    return CurrencyTotal(
        currency=currency,
        is_live=is_live,
        accounts=len(lines),
        equity=add("equity"),
        balance=add("balance"),
        credit=add("credit"),
        free_margin=add("free_margin"),
        floating=add("floating"),
        margin=add("margin"),
        result_today=Money(sum(today.get(one.id, 0) // one.cent_factor for one in lines), currency),
    )
