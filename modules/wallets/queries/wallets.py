"""Clients' wallets, what happened on them, and what is offered for them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from kernel.actor import Actor
from kernel.money import Money
from modules.clients import queries as clients
from modules.wallets.errors import NoSuchAccount, NoSuchQuote
from modules.wallets.models import Balance, Correction, CorrectionState, Quote, QuoteState
from modules.wallets.types import (
    CorrectionLine,
    QuoteLine,
    WalletFilter,
    WalletLine,
    WalletPage,
)

SEE = "wallets.see_wallets"
PER_PAGE = 25

_TONES: Mapping[str, str] = {
    QuoteState.OFFERED: "info",
    QuoteState.WAITING: "warn",
    QuoteState.DONE: "ok",
    QuoteState.REFUSED: "bad",
}


def wallets_of(client_id: uuid.UUID) -> tuple[WalletLine, ...]:
    """A client's wallets, in the order of their currencies."""
    rows = _rows().filter(account__client_id=client_id).order_by("account__currency")
    return tuple(_line(row) for row in rows)


def own_wallet(wallet_id: uuid.UUID, client_id: uuid.UUID) -> WalletLine:
    """A wallet of the client's own.

    Raises:
        NoSuchAccount: There is none, or it is somebody else's.
    """
    return _found(_rows().filter(pk=wallet_id, account__client_id=client_id))


def wallet(wallet_id: uuid.UUID, *, by: Actor) -> WalletLine:
    """A wallet as a colleague sees it.

    Raises:
        NoSuchAccount: There is none, or the asker's right does not reach its client.
    """
    return _found(_within_reach(by).filter(pk=wallet_id))


def wallets(wanted: WalletFilter, *, by: Actor) -> WalletPage:
    """A page of the wallets that ``by`` may see, the last moved first."""
    rows = _within_reach(by)
    if wanted.currency:
        rows = rows.filter(account__currency=wanted.currency)
    if wanted.words.strip():
        rows = rows.filter(account__client_id__in=clients.find_ids(wanted.words))
    page: Page[Balance] = Paginator(rows.order_by("-moved_at", "pk"), PER_PAGE).get_page(
        wanted.page
    )
    lines = [_line(row) for row in page]
    names = clients.names(line.client_id for line in lines)
    return WalletPage(
        lines=tuple((line, names.get(line.client_id, "")) for line in lines),
        page=page,
        total=page.paginator.count,
    )


def wallets_after(wallet_id: uuid.UUID | None, *, limit: int, by: Actor) -> Sequence[WalletLine]:
    """Up to ``limit`` wallets that ``by`` may see with ids above ``wallet_id``, in order."""
    rows = _within_reach(by)
    if wallet_id is not None:
        rows = rows.filter(pk__gt=wallet_id)
    return [_line(row) for row in rows.order_by("pk")[:limit]]


def used_currencies() -> tuple[str, ...]:
    """Currencies in which there are wallets."""
    found = Balance.objects.order_by("account__currency").values_list("account__currency")
    return tuple(code for (code,) in found.distinct())


def corrections_of(wallet_id: uuid.UUID) -> tuple[CorrectionLine, ...]:
    """Corrections by hand of a wallet, newest first."""
    rows = Correction.objects.filter(wallet_id=wallet_id).order_by("-asked_at", "-pk")[:20]
    return tuple(
        CorrectionLine(
            id=row.pk,
            amount=Money(row.amount_minor, row.currency),
            reason=row.reason,
            state=row.state,
            state_label=CorrectionState(row.state).label,
            asked_by=row.asked_by,
            asked_at=row.asked_at,
        )
        for row in rows
    )


def get_quote(quote_id: uuid.UUID, client_id: uuid.UUID) -> QuoteLine:
    """An offer that a client asked for.

    Raises:
        NoSuchQuote: There is none of his.
    """
    row = Quote.objects.filter(pk=quote_id, client_id=client_id).first()
    if row is None:
        raise NoSuchQuote
    return _quote(row)


def exchanges_of(client_id: uuid.UUID, *, limit: int = 10) -> tuple[QuoteLine, ...]:
    """What a client exchanged, or waits for, newest first."""
    rows = Quote.objects.filter(client_id=client_id).exclude(state=QuoteState.OFFERED)
    return tuple(_quote(row) for row in rows.order_by("-made_at", "-pk")[:limit])


def _rows() -> QuerySet[Balance]:
    return Balance.objects.select_related("account")


def _within_reach(by: Actor) -> QuerySet[Balance]:
    reach = clients.ids_within_reach(SEE, by=by)
    return _rows().filter(Q() if reach is None else Q(account__client_id__in=reach))


def _found(rows: QuerySet[Balance]) -> WalletLine:
    row = rows.first()
    if row is None:
        raise NoSuchAccount
    return _line(row)


def _line(row: Any) -> WalletLine:
    account = row.account
    return WalletLine(
        id=row.pk,
        client_id=account.client_id,
        currency=account.currency,
        balance=Money(row.posted_minor, account.currency),
        held=Money(row.held_minor, account.currency),
        opened_at=account.opened_at,
        moved_at=row.moved_at,
    )


def _quote(row: Quote) -> QuoteLine:
    return QuoteLine(
        id=row.pk,
        client_id=row.client_id,
        pay=Money(row.pay_minor, row.pay_currency),
        receive=Money(row.receive_minor, row.receive_currency),
        spread=Money(row.spread_minor, row.receive_currency),
        middle_rate=row.middle_rate,
        rate=row.middle_rate * (1 - row.markup_percent / 100),
        markup_percent=row.markup_percent,
        rate_source=row.rate_source,
        rate_at=row.rate_at,
        made_at=row.made_at,
        valid_until_at=row.valid_until_at,
        state=row.state,
        state_label=QuoteState(row.state).label,
        tone=_TONES[row.state],
        entry_id=row.entry_id,
        reason=row.reason,
    )


def seconds_left(quote: QuoteLine, now: dt.datetime) -> int:
    """For how many seconds an offer can still be taken."""
    return max(0, int((quote.valid_until_at - now).total_seconds()))
