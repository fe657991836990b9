"""What happened on accounts: open positions, closed trades, money in and out."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.money import Money
from modules.trading.models import DailyResult, Deal, Position
from modules.trading.types import (
    DayLine,
    DealLine,
    HistoryFilter,
    MoneyLine,
    MoneyTotal,
    PageOf,
    PositionLine,
    TradeLine,
)
from modules.trading.types.accounts import worth
from provisioning.servers.types import DealAction, DealEntry

PER_PAGE, CHUNK = 25, 1000
TRADES, CLOSING = (0, 1), (1, 2, 3)
"""Actions buy and sell; entries out, in/out and out by."""
CREDITS, CANCELLED = (3, 6, 20), (13, 14)

_ORDER: Mapping[str, tuple[str, ...]] = {
    "closed": ("done_at", "deal_id"),
    "symbol": ("symbol", "done_at", "deal_id"),
    "lots": ("lots_closed", "deal_id"),
}
_KINDS: Mapping[str, str | Promise] = {
    "deposit": _("Deposit"),
    "withdrawal": _("Withdrawal"),
    "credit": _("Credit"),
    "other": _("Adjustment"),
}


def positions(account_ids: Sequence[uuid.UUID]) -> tuple[PositionLine, ...]:
    """Open positions, newest first."""
    rows = Position.objects.filter(account_id__in=account_ids).select_related("account")
    return tuple(_position(row) for row in rows.order_by("-opened_at", "-position_id"))


def trades_page(wanted: HistoryFilter, *, per_page: int = PER_PAGE) -> PageOf:
    """A page of closed trades."""
    fields = _ORDER.get(wanted.sort.lstrip("-"), _ORDER["closed"])
    sign = "-" if wanted.sort.startswith("-") else ""
    rows = _closing(wanted).order_by(*(f"{sign}{field}" for field in fields))
    page: Page[Deal] = Paginator(rows, per_page).get_page(wanted.page)
    return PageOf(lines=_trades(list(page)), page=page, total=page.paginator.count)


def trades(wanted: HistoryFilter) -> Iterator[TradeLine]:
    """All closed trades, newest first, read in chunks: for files."""
    rows = _closing(wanted).order_by("-done_at", "-deal_id").iterator(chunk_size=CHUNK)
    while chunk := list(itertools.islice(rows, CHUNK)):
        yield from _trades(chunk)


def money_page(wanted: HistoryFilter, *, per_page: int = PER_PAGE) -> PageOf:
    """A page of money that came or left, newest first."""
    rows = _moving(wanted).order_by("-done_at", "-deal_id")
    page: Page[Deal] = Paginator(rows, per_page).get_page(wanted.page)
    return PageOf(lines=tuple(_moved(r) for r in page), page=page, total=page.paginator.count)


def money(wanted: HistoryFilter) -> Iterator[MoneyLine]:
    """All money that came or left, newest first, read in chunks: for files."""
    rows = _moving(wanted).order_by("-done_at", "-deal_id")
    return (_moved(row) for row in rows.iterator(chunk_size=1000))


def money_totals(wanted: HistoryFilter) -> tuple[MoneyTotal, ...]:
    """What money that came or left adds up to in real money, per kind and currency."""
    amount = F("profit_minor") + F("swap_minor") + F("commission_minor")
    rows = _moving(wanted).annotate(moved=amount)
    grouped = rows.values_list("account__currency", "account__cent_factor", "action").annotate(
        into=Sum("moved", filter=Q(moved__gte=0)),
        out=Sum("moved", filter=Q(moved__lt=0)),
        entered=Count("pk", filter=Q(moved__gte=0)),
        left=Count("pk", filter=Q(moved__lt=0)),
    )
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for currency, cent_factor, action, into, out, entered, left in grouped:
        for minor, count in ((into, entered), (out, left)):
            if count:
                kind = (currency, _kind(action, minor))
                sofar = found.get(kind, (0, 0))
                found[kind] = (sofar[0] + count, sofar[1] + worth(minor, cent_factor))
    return tuple(
        MoneyTotal(kind=kind, label=_KINDS[kind], count=count, amount=Money(minor, currency))
        for (currency, kind), (count, minor) in sorted(found.items())
    )


def deals_after(account_id: uuid.UUID, number: int, *, limit: int) -> tuple[DealLine, ...]:
    """Up to ``limit`` deals of an account with numbers above ``number``, in order."""
    rows = Deal.objects.filter(account_id=account_id, deal_id__gt=number).select_related("account")
    return tuple(_deal(row) for row in rows.order_by("deal_id")[:limit])


def symbols(account_ids: Sequence[uuid.UUID]) -> tuple[str, ...]:
    """Symbols ever traded on the accounts, by name."""
    rows = DailyResult.objects.filter(account_id__in=account_ids).exclude(symbol="")
    return tuple(rows.order_by("symbol").values_list("symbol", flat=True).distinct())


def day_lines(
    account_ids: Sequence[uuid.UUID], *, from_on: dt.date | None = None
) -> tuple[DayLine, ...]:
    """Results in real money per account, day and symbol, oldest first; ``from_on`` included."""
    rows = DailyResult.objects.filter(account_id__in=account_ids).select_related("account")
    if from_on is not None:
        rows = rows.filter(day_on__gte=from_on)
    return tuple(
        DayLine(
            account_id=row.account_id,
            day_on=row.day_on,
            symbol=row.symbol,
            closed=row.closed,
            won=row.won,
            lots=row.lots_closed,
            net_minor=worth(
                row.profit_minor + row.swap_minor + row.commission_minor, row.account.cent_factor
            ),
            deposits_minor=worth(row.deposits_minor, row.account.cent_factor),
            withdrawals_minor=worth(row.withdrawals_minor, row.account.cent_factor),
        )
        for row in rows.order_by("day_on", "symbol", "account_id")
    )


def _closing(wanted: HistoryFilter) -> QuerySet[Deal]:
    rows = _within(wanted).filter(action__in=TRADES, entry__in=CLOSING)
    return rows.filter(symbol=wanted.symbol) if wanted.symbol else rows


def _moving(wanted: HistoryFilter) -> QuerySet[Deal]:
    return _within(wanted).exclude(action__in=(*TRADES, *CANCELLED))


def _within(wanted: HistoryFilter) -> QuerySet[Deal]:
    rows = Deal.objects.filter(account_id__in=wanted.account_ids).select_related("account")
    if wanted.from_on is not None:
        rows = rows.filter(done_at__gte=midnight(wanted.from_on, wanted.zone))
    if wanted.to_on is not None:
        rows = rows.filter(done_at__lt=midnight(wanted.to_on + dt.timedelta(days=1), wanted.zone))
    return rows


def midnight(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """The instant at which ``day`` begins in ``zone``."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=zone)


def _position(row: Position) -> PositionLine:
    currency = row.account.currency
    return PositionLine(
        position_id=row.position_id,
        account_id=row.account_id,
        login=row.account.login,
        symbol=row.symbol,
        is_buy=row.is_buy,
        digits=row.digits,
        lots=row.lots,
        price_open=_rounded(row.price_open, row.digits),
        price_current=_rounded(row.price_current, row.digits),
        price_stop_loss=_rounded(row.price_stop_loss, row.digits),
        price_take_profit=_rounded(row.price_take_profit, row.digits),
        profit=Money(row.profit_minor, currency),
        swap=Money(row.swap_minor, currency),
        opened_at=row.opened_at,
    )


def _trades(rows: Sequence[Deal]) -> tuple[TradeLine, ...]:
    """Closing deals as trades, each with its share of what opening its position cost."""
    opened = (
        Deal.objects.filter(
            account_id__in={row.account_id for row in rows},
            position_id__in={row.position_id for row in rows},
            action__in=TRADES,
            entry=0,
        )
        .values_list("account_id", "position_id")
        .annotate(cost=Sum(F("swap_minor") + F("commission_minor")), lots=Sum("lots"))
    )
    costs = {(account, position): (cost, lots) for account, position, cost, lots in opened}
    return tuple(_trade(row, *costs.get((row.account_id, row.position_id), (0, 0))) for row in rows)


def _trade(row: Deal, cost: int, lots: Decimal) -> TradeLine:
    currency = row.account.currency
    share = (Decimal(cost) * row.lots_closed / lots) if lots else Decimal(0)
    opening = int(share.to_integral_value(ROUND_HALF_UP))  # as the totals round it
    return TradeLine(
        deal_id=row.deal_id,
        account_id=row.account_id,
        login=row.login,
        position_id=row.position_id,
        symbol=row.symbol,
        is_buy=row.action == 1,  # a sell deal closes a buy
        digits=row.digits,
        lots=row.lots_closed,
        price_open=_rounded(row.price_position, row.digits),
        price_close=_rounded(row.price, row.digits),
        profit=Money(row.profit_minor, currency),
        swap=Money(row.swap_minor, currency),
        commission=Money(row.commission_minor + opening, currency),
        closed_at=row.done_at,
    )


def _deal(row: Deal) -> DealLine:
    currency = row.account.currency
    return DealLine(
        deal_id=row.deal_id,
        position_id=row.position_id,
        login=row.login,
        action=DealAction(row.action).name.lower(),
        entry=DealEntry(row.entry).name.lower(),
        symbol=row.symbol,
        lots=row.lots,
        price=_rounded(row.price, row.digits),
        profit=Money(row.profit_minor, currency),
        swap=Money(row.swap_minor, currency),
        commission=Money(row.commission_minor, currency),
        done_at=row.done_at,
    )


def _moved(row: Deal) -> MoneyLine:
    there = row.profit_minor + row.swap_minor + row.commission_minor
    amount = Money(worth(there, row.account.cent_factor), row.account.currency)
    kind = _kind(row.action, amount.minor)
    return MoneyLine(
        deal_id=row.deal_id,
        account_id=row.account_id,
        login=row.login,
        kind=kind,
        label=_KINDS[kind],
        amount=amount,
        comment=row.comment,
        moved_at=row.done_at,
    )


def _kind(action: int, minor: int) -> str:
    if action == 2:  # noqa: PLR2004  # DealAction.BALANCE
        return "deposit" if minor >= 0 else "withdrawal"
    return "credit" if action in CREDITS else "other"


def _rounded(price: Decimal, digits: int) -> Decimal:
    """The price with the digits that its symbol is quoted in."""
    return price.quantize(Decimal(1).scaleb(-digits))
