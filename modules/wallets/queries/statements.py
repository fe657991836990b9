"""What happened on an account: pages, whole statements, single entries."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from kernel.money import Money
from modules.wallets.errors import NoSuchAccount, NoSuchEntry
from modules.wallets.models import Account, Entry, Posting
from modules.wallets.queries.ledger import balance_at
from modules.wallets.types import (
    EntryKind,
    EntryLine,
    LegLine,
    Statement,
    StatementFilter,
    StatementLine,
    StatementPage,
)

PER_PAGE = 25
LONGEST = 10_000
"""Lines of a statement that is kept as one file."""
MICROSECOND = dt.timedelta(microseconds=1)


def statement_page(
    account_id: uuid.UUID, wanted: StatementFilter, *, per_page: int = PER_PAGE
) -> StatementPage:
    """A page of what happened on an account, newest first."""
    rows = _narrowed(account_id, wanted).order_by("-posted_at", "-seq", "-entry_id", "-leg")
    page: Page[Posting] = Paginator(rows, per_page).get_page(wanted.page)
    return StatementPage(
        lines=tuple(_line(row) for row in page), page=page, total=page.paginator.count
    )


def statement(
    account_id: uuid.UUID, *, client_name: str, from_on: dt.date, to_on: dt.date
) -> Statement:
    """Everything on an account from one day to another (UTC), oldest first.

    At most the first 10,000 lines; then it says so, and the closing balance is that of the last
    line shown.

    Raises:
        NoSuchAccount: There is none.
    """
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NoSuchAccount
    wanted = StatementFilter(from_on=from_on, to_on=to_on)
    rows = _narrowed(account_id, wanted).order_by("posted_at", "seq", "entry_id", "leg")
    found = list(rows[: LONGEST + 1])
    lines = tuple(_line(row) for row in found[:LONGEST])
    opening = balance_at(account_id, _start(from_on) - MICROSECOND)
    moved = sum((line.amount for line in lines), Money.zero(account.currency))
    return Statement(
        client_name=client_name,
        currency=account.currency,
        from_on=from_on,
        to_on=to_on,
        opening=opening,
        closing=opening + moved,
        lines=lines,
        is_cut=len(found) > LONGEST,
    )


def statement_rows(wallet_id: uuid.UUID, wanted: StatementFilter) -> Iterator[tuple[object, ...]]:
    """Rows of a wallet's file: time, kind, note, amount, currency, balance, entry; oldest first.

    All of them, however many: read in portions, by their running number.
    """
    rows = _narrowed(wallet_id, wanted).order_by("seq")
    portion = list(rows[:LONGEST])
    while portion:
        for row in portion:
            line = _line(row)
            after = line.balance_after
            yield (
                line.posted_at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S"),
                str(line.kind_label),
                line.note,
                line.amount.amount,
                line.amount.currency,
                after.amount if after is not None else "",
                str(line.entry_id),
            )
        portion = list(rows.filter(seq__gt=portion[-1].seq)[:LONGEST])


def entry(entry_id: uuid.UUID) -> EntryLine:
    """One entry with all its sides.

    Raises:
        NoSuchEntry: There is none.
    """
    row = Entry.objects.filter(pk=entry_id).first()
    if row is None:
        raise NoSuchEntry
    return _entries([row])[0]


def entries(*, kind: str = "", page: int = 1) -> tuple[tuple[EntryLine, ...], Page[Any]]:
    """A page of the journal, newest first, and where in it we are."""
    rows = Entry.objects.order_by("-posted_at", "-pk")
    if kind in EntryKind.values:
        rows = rows.filter(kind=kind)
    found: Page[Entry] = Paginator(rows, PER_PAGE).get_page(page)
    return _entries(found), found


def entries_about(cause: str) -> tuple[EntryLine, ...]:
    """The entries that ``cause`` (``"owner.Thing:id"``) gave rise to, oldest first."""
    return _entries(Entry.objects.filter(cause=cause).order_by("posted_at", "pk"))


def _narrowed(account_id: uuid.UUID, wanted: StatementFilter) -> QuerySet[Posting]:
    rows = Posting.objects.filter(account_id=account_id).select_related("entry")
    if wanted.kind in EntryKind.values:
        rows = rows.filter(entry__kind=wanted.kind)
    if wanted.from_on:
        rows = rows.filter(posted_at__gte=_start(wanted.from_on))
    if wanted.to_on:
        rows = rows.filter(posted_at__lt=_start(wanted.to_on + dt.timedelta(days=1)))
    return rows


def _start(on: dt.date) -> dt.datetime:
    return dt.datetime.combine(on, dt.time(), dt.UTC)


def _line(row: Posting) -> StatementLine:
    after = row.balance_after_minor
    return StatementLine(
        entry_id=row.entry_id,
        seq=row.seq,
        posted_at=row.posted_at,
        kind=row.entry.kind,
        kind_label=EntryKind(row.entry.kind).label,
        note=row.entry.note,
        amount=Money(row.amount_minor, row.currency),
        balance_after=Money(after, row.currency) if after is not None else None,
    )


def _entries(rows: Iterable[Entry]) -> tuple[EntryLine, ...]:
    listed = list(rows)
    legs: dict[uuid.UUID, list[LegLine]] = {row.pk: [] for row in listed}
    postings = Posting.objects.filter(entry_id__in=legs).select_related("account")
    for one in postings.order_by("entry_id", "leg"):
        after = one.balance_after_minor
        legs[one.entry_id].append(
            LegLine(
                account_id=one.account_id,
                account=one.account.code,
                amount=Money(one.amount_minor, one.currency),
                balance_after=Money(after, one.currency) if after is not None else None,
            )
        )
    return tuple(
        EntryLine(
            id=row.pk,
            kind=row.kind,
            kind_label=EntryKind(row.kind).label,
            key=row.key,
            cause=row.cause,
            note=row.note,
            actor_name=row.actor_name,
            reverses_id=row.reverses_id,
            occurred_at=row.occurred_at,
            posted_at=row.posted_at,
            legs=tuple(legs[row.pk]),
        )
        for row in listed
    )
