"""Exchange between a client's wallets: a quote, its acceptance, and the entry it becomes."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from kernel.events import publish
from kernel.money import Money
from modules.clients import queries as clients
from modules.requests import services as asking
from modules.requests.types import Wish
from modules.wallets import queries
from modules.wallets.errors import (
    NoSuchQuote,
    NotPositive,
    PairClosed,
    QuoteExpired,
    SameCurrency,
    TooLittle,
    TooMuch,
)
from modules.wallets.events import MoneyExchanged
from modules.wallets.models import QUOTE_MOVES, Quote, QuoteState
from modules.wallets.services.accounts import open_wallet
from modules.wallets.services.holding import hold, release
from modules.wallets.services.posting import capture, post
from modules.wallets.types import Cause, EntryKind, ExchangeWish, Leg, QuoteLine, RateLine

VALID_FOR = dt.timedelta(seconds=30)
FORGOTTEN_AFTER = dt.timedelta(days=1)
KIND = "wallets.exchange"
LARGEST = 10**17
"""Minor units: far below what a 64-bit column holds, far above what anyone has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What is paid, what arrives, and what the house keeps in the currency that arrives."""

    pay: Money
    receive: Money
    spread: Money


def quote(client_id: uuid.UUID, wish: ExchangeWish) -> QuoteLine:
    """Offer a client an exchange for some seconds; nothing moves.

    Raises:
        SameCurrency, PairClosed, NoRate: It cannot be exchanged.
        NotPositive, TooLittle, TooMuch: The amount is out of bounds.
        ClientIsBlocked: He may look, not act.
    """
    clients.refuse_blocked(client_id)
    if wish.pay_currency == wish.receive_currency:
        raise SameCurrency
    if wish.amount.minor <= 0:
        raise NotPositive
    terms = queries.terms(wish.pay_currency, wish.receive_currency)
    if not terms.is_open:
        raise PairClosed
    found = queries.rate(wish.pay_currency, wish.receive_currency)
    sides = work_out(wish, found, terms.markup_percent)
    now = clock.now()
    row = Quote.objects.create(
        client_id=client_id,
        pay_minor=sides.pay.minor,
        pay_currency=sides.pay.currency,
        receive_minor=sides.receive.minor,
        receive_currency=sides.receive.currency,
        spread_minor=sides.spread.minor,
        middle_rate=found.rate,
        markup_percent=terms.markup_percent,
        rate_source=found.source,
        rate_at=found.at,
        made_at=now,
        valid_until_at=now + VALID_FOR,
    )
    return queries.get_quote(row.pk, client_id)


def work_out(wish: ExchangeWish, found: RateLine, markup_percent: Decimal) -> Sides:
    """What a wish comes to: paid rounded up, received rounded down, to whole minor units.

    What is received plus the spread is what the middle rate gives, so the difference is the
    house's and never less than nothing.

    Raises:
        TooLittle: Nothing would arrive, or nothing be paid.
        TooMuch: More than can be counted.
    """
    rate = found.rate * (1 - markup_percent / 100)
    if wish.amount.currency == wish.pay_currency:
        pay = wish.amount
        _refuse_uncountable(pay.amount * rate)
        receive = Money.of(pay.amount * rate, wish.receive_currency, rounding=ROUND_FLOOR)
    else:
        receive = wish.amount
        if rate <= 0:
            raise TooLittle
        _refuse_uncountable(receive.amount / rate)
        pay = Money.of(receive.amount / rate, wish.pay_currency, rounding=ROUND_CEILING)
    if not receive or not pay:
        raise TooLittle
    worth = Money.of(pay.amount * found.rate, wish.receive_currency, rounding=ROUND_HALF_EVEN)
    if max(pay.minor, receive.minor, worth.minor) > LARGEST:
        raise TooMuch
    spread = max(worth - receive, Money.zero(wish.receive_currency))
    return Sides(pay=pay, receive=receive, spread=spread)


def needs_approval(pay: Money, receive_currency: str) -> bool:
    """Whether exchanging ``pay`` waits for a colleague by the broker's limit of the pair."""
    limit = queries.terms(pay.currency, receive_currency).approval_from
    return limit is not None and limit.currency == pay.currency and limit <= pay


@transaction.atomic
def accept(quote_id: uuid.UUID, *, client_id: uuid.UUID, by: Actor) -> QuoteLine:
    """Take an offer: exchange at once, or hold the money until a colleague has decided.

    Opens a transaction. Taking it twice is harmless.

    Raises:
        NoSuchQuote: There is none for this client.
        QuoteExpired: Its seconds are over.
        NotEnough: The wallet has less available.
        ClientIsBlocked: He may look, not act.
    """
    row = _locked(quote_id)
    if row.client_id != client_id:
        raise NoSuchQuote
    if row.state == QuoteState.OFFERED:
        clients.refuse_blocked(client_id)
        if clock.now() > row.valid_until_at:
            raise QuoteExpired
        pay = Money(row.pay_minor, row.pay_currency)
        if needs_approval(pay, row.receive_currency):
            _ask(row, pay, by)
        else:
            _exchange(row, by=by)
    return queries.get_quote(row.pk, client_id)


@transaction.atomic
def carry_out_approved(quote_id: uuid.UUID, request_id: uuid.UUID, *, by: Actor) -> None:
    """Exchange what was approved, at the rate that was offered. Opens a transaction."""
    row = _locked(quote_id)
    if row.state == QuoteState.WAITING:
        _exchange(row, by=by)
        asking.record_outcome(request_id, is_done=True)


@transaction.atomic
def end_waiting(quote_id: uuid.UUID, reason: str, *, by: Actor) -> None:
    """Give the held money back after a refusal. Opens a transaction."""
    row = _locked(quote_id)
    if row.state != QuoteState.WAITING:
        return
    if row.hold_id is not None:
        release(row.hold_id, by=by)
    _move(row, QuoteState.REFUSED)
    row.reason, row.ended_at = reason[:500], clock.now()
    row.save()
    audit.note("wallets.exchange_refused", about=row, by=by, reason=reason)


def forget_offers() -> int:
    """Take away offers that nobody took a day ago or earlier; return how many."""
    stale = Quote.objects.filter(
        state=QuoteState.OFFERED, valid_until_at__lt=clock.now() - FORGOTTEN_AFTER
    )
    return stale.delete()[0]


def _ask(row: Quote, pay: Money, by: Actor) -> None:
    wallet_id = open_wallet(row.client_id, row.pay_currency)
    cause = f"wallets.Quote:{row.pk}"
    row.hold_id = hold(wallet_id, pay, cause, cause=cause, by=by)
    _move(row, QuoteState.WAITING)
    row.save()
    wish = Wish(
        kind=KIND,
        client_id=row.client_id,
        subject=cause,
        words={"pay": str(pay), "receive": str(Money(row.receive_minor, row.receive_currency))},
        facts={"rate": f"{row.middle_rate.normalize():f}", "source": row.rate_source},
        amount=pay,
    )
    asking.ask(wish, key=str(row.pk), by=by)


def _exchange(row: Quote, *, by: Actor) -> None:
    pay = Money(row.pay_minor, row.pay_currency)
    receive = Money(row.receive_minor, row.receive_currency)
    spread = Money(row.spread_minor, row.receive_currency)
    legs = [
        Leg(open_wallet(row.client_id, pay.currency), -pay),
        Leg("fx", pay),
        Leg("fx", -(receive + spread)),
        Leg(open_wallet(row.client_id, receive.currency), receive),
    ]
    if spread:
        legs.append(Leg("fx_result", spread))
    key, cause = str(row.pk), Cause(f"wallets.Quote:{row.pk}", note=f"{pay} = {receive}")
    if row.hold_id is None:
        posted = post(EntryKind.EXCHANGE, key, legs, by=by, cause=cause)
    else:
        posted = capture(row.hold_id, EntryKind.EXCHANGE, key, legs, by=by, cause=cause)
    _move(row, QuoteState.DONE)
    row.entry_id, row.ended_at = posted.entry_id, clock.now()
    row.save()
    publish(
        MoneyExchanged(
            exchange_id=row.pk,
            client_id=row.client_id,
            paid_minor=pay.minor,
            paid_currency=pay.currency,
            received_minor=receive.minor,
            received_currency=receive.currency,
            exchanged_at=row.ended_at,
        )
    )
    audit.note("wallets.exchanged", about=row, by=by, changes={"pay": pay, "receive": receive})


def _locked(quote_id: uuid.UUID) -> Quote:
    row = Quote.objects.select_for_update().filter(pk=quote_id).first()
    if row is None:
        raise NoSuchQuote
    return row


def _move(row: Quote, state: QuoteState) -> None:
    if state not in QUOTE_MOVES[QuoteState(row.state)]:
        raise NoSuchQuote
    row.state = state


def _refuse_uncountable(amount: Decimal) -> None:
    if amount > LARGEST:
        raise TooMuch
