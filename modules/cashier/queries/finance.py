"""The finance desk: today's figures, tasks, claims, settlements of providers, exports."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Sum
from django.utils import timezone
from django.utils.formats import date_format

from kernel import clock
from kernel.actor import Actor
from kernel.money import Money
from modules.cashier.errors import NoSuchFile
from modules.cashier.models import (
    Claim,
    ClaimState,
    ClientFreeze,
    Deposit,
    FileState,
    LineKind,
    LineState,
    MirrorGap,
    Payout,
    ProviderAccount,
    SettlementFile,
    SettlementLine,
    SettlementMap,
    Transfer,
    Withdrawal,
)
from modules.cashier.models.finance import MISMATCHES
from modules.cashier.queries.followups import MINE, OPEN, follow_up_counts, repayments_owed
from modules.cashier.queries.passages import BY_HAND, SEE
from modules.cashier.queries.unsettled import unsettled_count
from modules.cashier.types.finance import (
    ClaimLine,
    DeskFigures,
    FileLine,
    FileView,
    FreezeLine,
    GapLine,
    LineView,
)
from modules.cashier.types.passages import WITHDRAWAL_OPEN, PayoutState
from modules.cashier.types.states import PAID, UNPAID, DepositState
from modules.clients import queries as clients
from modules.trading import queries as trading
from modules.wallets import queries as wallets

PER_PAGE = 50
DAYS = 7
_FAILED_DEPOSIT = (DepositState.DECLINED, DepositState.CHARGED_BACK, DepositState.REVERSED)
_LINE_TONES: Mapping[str, str] = {
    LineState.MATCHED: "ok",
    LineState.UNKNOWN: "bad",
    LineState.AMOUNT: "bad",
    LineState.STATE: "warn",
    LineState.TWICE: "warn",
    LineState.RESOLVED: "",
}
_FILE_TONES = {FileState.PREVIEW: "warn", FileState.TAKEN: "ok", FileState.DROPPED: ""}
_CLAIM_TONES = {ClaimState.OPEN: "bad", ClaimState.SETTLED: "ok", ClaimState.WRITTEN_OFF: ""}


def desk(*, by: Actor) -> DeskFigures:
    """Today's figures of what ``by`` may see, in the active time zone, and the last seven days."""
    today = timezone.localdate(clock.now())
    start = _midnight(today)
    deposits = _within(Deposit.objects, by)
    withdrawals = _within(Withdrawal.objects, by)
    paid_in = deposits.filter(state__in=PAID, changed_at__gte=start)
    payouts = Payout.objects.filter(withdrawal__in=withdrawals.values("pk"))
    tasks = follow_up_counts(by=by)
    paid_out = payouts.filter(state=PayoutState.DONE, ended_at__gte=start)
    return DeskFigures(
        deposits=_sums(paid_in, "pay_currency", "pay_minor"),
        deposits_count=paid_in.count(),
        withdrawals=_sums(paid_out, "currency", "gross_minor"),
        withdrawals_count=paid_out.count(),
        pending=_sums(withdrawals.filter(state__in=WITHDRAWAL_OPEN), "currency", "amount_minor"),
        pending_count=withdrawals.filter(state__in=WITHDRAWAL_OPEN).count(),
        unpaid_count=deposits.filter(state__in=UNPAID).count(),
        failed_count=deposits.filter(state__in=_FAILED_DEPOSIT, changed_at__gte=start).count(),
        by_hand_count=payouts.filter(state__in=BY_HAND).count(),
        stuck_count=withdrawals.filter(is_stuck=True).count()
        + _within(Transfer.objects, by).filter(is_stuck=True).count()
        + deposits.filter(is_stuck=True).count(),
        mismatch_count=SettlementLine.objects.filter(
            state__in=MISMATCHES, file__state=FileState.TAKEN
        ).count(),
        follow_up_count=tasks[OPEN],
        my_follow_up_count=tasks[MINE],
        unsettled_count=unsettled_count(),
        to_repay=repayments_owed(by=by),
        claim_count=_within(Claim.objects, by).filter(state=ClaimState.OPEN).count(),
        gaps=_mirror_gaps(by),
        plot=_plot(deposits, payouts, today),
        is_stopped=not wallets.payouts_allowed(),
    )


def _mirror_gaps(by: Actor) -> tuple[GapLine, ...]:
    rows = _within(MirrorGap.objects, by).order_by("login")
    return tuple(
        GapLine(
            account_id=row.account_id,
            login=row.login,
            ledger=Money(row.ledger_minor, row.currency),
            moved=Money(row.moved_minor, row.currency),
            found_at=row.found_at,
        )
        for row in rows
    )


def claims(*, by: Actor, is_open: bool = True) -> tuple[ClaimLine, ...]:
    """Deposits that were taken back: what is owed, and where something could be taken."""
    rows = _within(Claim.objects.select_related("deposit"), by)
    if is_open:
        rows = rows.filter(state=ClaimState.OPEN)
    found = list(rows.order_by("-opened_at")[:100])
    names = clients.names(row.client_id for row in found)
    return tuple(_claim(row, names) for row in found)


def freezes(*, by: Actor) -> tuple[FreezeLine, ...]:
    """Clients whose money stays until a person has looked."""
    rows = _within(ClientFreeze.objects.filter(lifted_at=None), by).order_by("-frozen_at")
    found = list(rows)
    names = clients.names(row.client_id for row in found)
    return tuple(
        FreezeLine(
            client_id=row.client_id,
            client_name=names.get(row.client_id, ""),
            why=row.why,
            frozen_at=row.frozen_at,
        )
        for row in found
    )


def settlement_files() -> tuple[FileLine, ...]:
    """Files of providers, newest first."""
    rows = SettlementFile.objects.select_related("account").exclude(state=FileState.DROPPED)
    return tuple(_file(row) for row in rows.order_by("-uploaded_at")[:50])


def settlement(file_id: uuid.UUID, *, page: int = 1) -> FileView:
    """A file with its lines, those that differ first.

    Raises:
        NoSuchFile: There is none.
    """
    row = SettlementFile.objects.select_related("account").filter(pk=file_id).first()
    if row is None:
        raise NoSuchFile
    lines = sorted(row.lines.all(), key=lambda one: (one.state not in MISMATCHES, one.number))
    found: Page[SettlementLine] = Paginator(lines, PER_PAGE).get_page(page)
    return FileView(
        line=_file(row), lines=tuple(_line(one) for one in found), page=found, total=len(lines)
    )


def mismatches() -> tuple[LineView, ...]:
    """Lines of files taken over that differ from ours and are not explained."""
    rows = SettlementLine.objects.select_related("file").filter(
        state__in=MISMATCHES, file__state=FileState.TAKEN
    )
    return tuple(_line(row) for row in rows.order_by("file__uploaded_at", "number")[:200])


def has_line(line_id: uuid.UUID) -> bool:
    """Whether there is such a line of a provider's file."""
    return SettlementLine.objects.filter(pk=line_id).exists()


def settlement_columns(account_id: uuid.UUID) -> Mapping[str, str]:
    """The columns of the provider's last file."""
    row = SettlementMap.objects.filter(pk=account_id).first()
    found: Mapping[str, str] = row.columns if row else {}
    return found


def providers() -> tuple[tuple[str, str], ...]:
    """Provider accounts by id, as a form lists them."""
    rows = ProviderAccount.objects.order_by("name").values_list("pk", "name")
    return tuple((str(pk), name) for pk, name in rows)


def withdrawal_rows(*, by: Actor) -> Iterator[tuple[object, ...]]:
    """Every withdrawal that ``by`` may see, for an export; amounts in major units."""
    rows = _within(Withdrawal.objects.select_related("method"), by).order_by("asked_at", "pk")
    for row in rows.iterator(chunk_size=500):
        yield (
            row.number,
            row.asked_at.isoformat(),
            str(row.client_id),
            row.amount.amount,
            row.fee.amount,
            row.currency,
            row.method.name,
            row.login or "",
            row.state,
            row.reason,
        )


def _within(rows: Any, by: Actor) -> Any:
    if by.scope(SEE) is None:
        return rows.none()
    reached = clients.ids_within_reach(SEE, by=by)
    return rows.all() if reached is None else rows.filter(client_id__in=reached)


def _sums(rows: Any, currency: str, minor: str) -> tuple[Money, ...]:
    totals = rows.order_by().values_list(currency).annotate(total=Sum(minor))
    return tuple(Money(total, code) for code, total in sorted(totals))


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=timezone.get_current_timezone())


def _plot(deposits: Any, payouts: Any, today: dt.date) -> Mapping[str, Any]:
    """How many deposits and payouts there were on each of the last days."""
    days = [today - dt.timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    start = _midnight(days[0])
    came = _by_day(
        deposits.filter(state__in=PAID, changed_at__gte=start).values_list("changed_at", flat=True)
    )
    went = _by_day(
        payouts.filter(state=PayoutState.DONE, ended_at__gte=start).values_list(
            "ended_at", flat=True
        )
    )
    return {
        "labels": [date_format(day, "D") for day in days],
        "came": [came[day] for day in days],
        "went": [went[day] for day in days],
        "is_empty": not came and not went,
    }


def _by_day(instants: Any) -> Mapping[dt.date, int]:
    found: dict[dt.date, int] = defaultdict(int)
    for at in instants:
        found[timezone.localdate(at)] += 1
    return found


def _claim(row: Claim, names: Mapping[uuid.UUID, str]) -> ClaimLine:
    state = ClaimState(row.state)
    free = [
        (one.id, one.available)
        for one in wallets.wallets_of(row.client_id)
        if one.currency == row.currency and one.available.minor > 0
    ]
    accounts = [
        (one.id, f"{one.name} · {one.login}", one.real(one.free_margin - one.credit))
        for one in trading.accounts_of(row.client_id)
        if one.is_open and one.is_live and one.currency == row.currency
        and one.free_margin.minor > one.credit.minor
    ]  # fmt: skip
    return ClaimLine(
        id=row.pk,
        deposit_id=row.deposit_id,
        number=row.deposit.number,
        client_id=row.client_id,
        client_name=names.get(row.client_id, ""),
        amount=Money(row.amount_minor, row.currency),
        owed=row.owed,
        state=row.state,
        state_label=state.label,
        tone=_CLAIM_TONES[state],
        opened_at=row.opened_at,
        is_being_taken=row.operation_id is not None,
        wallet_free=free[0][1] if free else None,
        accounts=tuple(accounts),
    )


def _file(row: SettlementFile) -> FileLine:
    counted = dict(row.lines.order_by().values_list("state").annotate(count=Count("pk")))
    differing = sum(counted.get(state, 0) for state in MISMATCHES)
    state = FileState(row.state)
    return FileLine(
        id=row.pk,
        name=row.name,
        provider=row.account.name,
        by=row.by_name,
        uploaded_at=row.uploaded_at,
        state=row.state,
        state_label=state.label,
        tone=_FILE_TONES[state],
        lines=row.lines_count,
        matched=counted.get(LineState.MATCHED, 0),
        differing=differing,
        is_preview=state == FileState.PREVIEW,
    )


def _line(row: SettlementLine) -> LineView:
    state = LineState(row.state)
    return LineView(
        id=row.pk,
        file_id=row.file_id,
        number=row.number,
        kind_label=LineKind(row.kind).label,
        reference=row.reference,
        gross=row.gross,
        fee=row.fee,
        ours=None if row.ours_minor is None else Money(row.ours_minor, row.currency),
        settled_on=row.settled_on,
        state=row.state,
        state_label=state.label,
        tone=_LINE_TONES[state],
        is_mismatch=state in MISMATCHES,
        reason=row.reason,
        resolved_by=row.resolved_by,
    )
