"""A client asks to pay in: figures first, then the deposit itself, once per form."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import get_language

from kernel import clock, signing
from kernel.actor import Actor
from kernel.money import Money
from modules.cashier import queries
from modules.cashier.errors import (
    AboveAllowance,
    CurrencyNotTaken,
    NoSuchDeposit,
    NoSuchMethod,
    QuoteExpired,
    TooManyOpen,
)
from modules.cashier.models import Deposit, Payer, Payment
from modules.cashier.services.figuring import Rate, check_range, figures_of
from modules.cashier.services.rates import rate_between
from modules.cashier.services.story import tell
from modules.cashier.types.catalogue import Offer, Terms
from modules.cashier.types.deposits import DepositWish, Figures, Quote, Target
from modules.cashier.types.states import UNPAID, DepositState
from modules.clients import queries as clients

PURPOSE = "cashier.quote"
QUOTE_LASTS = dt.timedelta(minutes=5)
DEPOSIT_LASTS = dt.timedelta(hours=24)
BY_HAND_LASTS = dt.timedelta(days=7)
MOST_OPEN = 5
DAY, MONTH = dt.timedelta(days=1), dt.timedelta(days=30)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: nothing in it is mistaken for another."""
NUMBER_LENGTH = 10


def quote(client_id: uuid.UUID, wish: DepositWish) -> Quote:
    """What paying would cost and what would arrive, good for five minutes.

    Raises:
        NoSuchMethod: It is not offered to this client.
        LevelNeeded: He is not verified far enough for it.
        CurrencyNotTaken: The method does not take the currency.
        BelowLeast: Too little.
        AboveMost: Too much.
        AboveAllowance: Too much in a day or a month.
        NotYourAccount: The target is none of his.
        NoRate: There is no rate between the currencies.
        NothingArrives: The fees take all of it.
    """
    clients.refuse_blocked(client_id)
    offer, terms, target = _looked_up(client_id, wish)
    check_range(terms, wish.amount)
    _check_allowance(client_id, wish, terms)
    rate = rate_between(wish.amount.currency, target.currency)
    figures = figures_of(terms, wish.amount, currency=target.currency, rate=rate)
    word = {
        "c": str(client_id),
        "m": str(wish.method_id),
        "t": wish.target,
        "p": [wish.amount.minor, wish.amount.currency],
        "k": wish.key,
        "a": [figures.arrives.minor, figures.arrives.currency],
        "r": [str(rate.value), rate.at.isoformat(), rate.source] if rate else None,
    }
    return Quote(
        token=signing.dumps(word, purpose=PURPOSE),
        wish=wish,
        figures=figures,
        target=target,
        method_title=offer.title,
        lasts_until=clock.now() + QUOTE_LASTS,
    )


@transaction.atomic
def ask_deposit(client_id: uuid.UUID, token: str, *, by: Actor) -> uuid.UUID:
    """Begin the deposit that a quote showed and return its id. Opens a transaction.

    The same form sent again gives the same deposit. The provider hears of it afterwards:
    :func:`modules.cashier.services.begin_payment`.

    Raises:
        QuoteExpired: The figures are too old, or would be others by now.
        TooManyOpen: He has enough unfinished ones.
        ClientIsBlocked: He may not act.
        NoSuchMethod: It is not offered any more, and so are the others of :func:`quote`.
    """
    word = _opened(client_id, token)
    Payer.objects.get_or_create(client_id=client_id)
    Payer.objects.select_for_update().get(client_id=client_id)
    known = Deposit.objects.filter(client_id=client_id, form_key=word["k"]).first()
    if known is not None:
        _refuse_other(known, word)
        return known.pk
    clients.refuse_blocked(client_id)
    wish = DepositWish(
        method_id=uuid.UUID(word["m"]), target=word["t"], amount=Money(*word["p"]), key=word["k"]
    )
    _, terms, target = _looked_up(client_id, wish)
    figures = _same_figures(terms, wish, target, word)
    check_range(terms, wish.amount)
    _check_allowance(client_id, wish, terms)
    _check_open(client_id)
    return _keep(client_id, wish, figures, target, by=by).pk


def _refuse_other(known: Deposit, word: Mapping[str, Any]) -> None:
    """The form has made a deposit already: another one needs a form of its own.

    Raises:
        QuoteExpired: Another amount or method is asked for, from another tab or one step back.
    """
    asked = known.payments.order_by("place").values_list("amount_minor", "currency").first()
    if list(asked or ()) != list(word["p"]) or str(known.method_id) != word["m"]:
        raise QuoteExpired


def own_deposit(deposit_id: uuid.UUID, client_id: uuid.UUID) -> Deposit:
    """A client's own deposit, locked; needs a transaction.

    Raises:
        NoSuchDeposit: There is none, or it is another's.
    """
    row = Deposit.objects.select_for_update().filter(pk=deposit_id, client_id=client_id).first()
    if row is None:
        raise NoSuchDeposit
    return row


def _looked_up(client_id: uuid.UUID, wish: DepositWish) -> tuple[Offer, Terms, Target]:
    of = clients.standing(client_id)
    offer = queries.offer(wish.method_id, of)
    terms = offer.terms.get(wish.amount.currency)
    if terms is None:
        raise CurrencyNotTaken(currency=wish.amount.currency)
    currencies = tuple(dict.fromkeys(c for one in queries.offers(of) for c in one.currencies))
    return offer, terms, queries.target(client_id, wish.target, currencies)


def _opened(client_id: uuid.UUID, token: str) -> Mapping[str, Any]:
    try:
        word: Mapping[str, Any] = signing.loads(token, purpose=PURPOSE, max_age=QUOTE_LASTS)
    except signing.BadSignature as error:
        raise QuoteExpired from error
    if word["c"] != str(client_id):
        raise QuoteExpired
    return word


def _same_figures(
    terms: Terms, wish: DepositWish, target: Target, word: Mapping[str, Any]
) -> Figures:
    """What was shown, if it would be the same now."""
    rate = None
    if word["r"]:
        value, at, source = word["r"]
        rate = Rate(value=Decimal(value), at=dt.datetime.fromisoformat(at), source=source)
    figures = figures_of(terms, wish.amount, currency=target.currency, rate=rate)
    if [figures.arrives.minor, figures.arrives.currency] != list(word["a"]):
        raise QuoteExpired
    return figures


def _check_allowance(client_id: uuid.UUID, wish: DepositWish, terms: Terms) -> None:
    for most, lasts in ((terms.day_minor, DAY), (terms.month_minor, MONTH)):
        if most is None:
            continue
        rows = Deposit.objects.filter(
            client_id=client_id,
            method_id=wish.method_id,
            pay_currency=wish.amount.currency,
            asked_at__gt=clock.now() - lasts,
        ).exclude(state__in=[DepositState.DECLINED, DepositState.CANCELLED, DepositState.EXPIRED])
        used = rows.aggregate(total=Sum("pay_minor"))["total"] or 0
        if used + wish.amount.minor > most:
            left = Money(max(most - used, 0), wish.amount.currency)
            raise AboveAllowance(left=left, days=lasts.days)


def _check_open(client_id: uuid.UUID) -> None:
    count = Deposit.objects.filter(client_id=client_id, state__in=UNPAID).count()
    if count >= MOST_OPEN:
        raise TooManyOpen(count=count)


def _keep(
    client_id: uuid.UUID, wish: DepositWish, figures: Figures, target: Target, *, by: Actor
) -> Deposit:
    country = clients.contact(client_id).country
    routes = queries.routes_for(wish.method_id, country)
    if not routes:
        raise NoSuchMethod
    moment = clock.now()
    server_id = queries.server_of(client_id, target.account_id) if target.account_id else None
    deposit = Deposit(
        number="D" + "".join(secrets.choice(ALPHABET) for _ in range(NUMBER_LENGTH)),
        client_id=client_id,
        form_key=wish.key,
        method_id=wish.method_id,
        account_id=target.account_id,
        login=target.login,
        server_id=server_id,
        pay_minor=figures.pay.minor,
        pay_currency=figures.pay.currency,
        broker_fee_minor=figures.broker_fee.minor,
        psp_fee_minor=figures.psp_fee.minor,
        client_psp_fee_minor=figures.client_psp_fee.minor,
        arrives_minor=figures.arrives.minor,
        arrives_currency=figures.arrives.currency,
        rate=figures.rate,
        rate_at=figures.rate_at,
        rate_source=figures.rate_source,
        country=country,
        language=get_language() or "en",
        expires_at=moment + DEPOSIT_LASTS,
        asked_at=moment,
        changed_at=moment,
    )
    deposit.save(force_insert=True)
    add_payment(deposit, routes[0], place=1)
    tell(deposit, "asked", by=by)
    return deposit


def add_payment(deposit: Deposit, account_id: uuid.UUID, *, place: int) -> Payment:
    """Another payment of a deposit, due at once; needs a transaction."""
    return Payment.objects.create(
        deposit=deposit,
        account_id=account_id,
        place=place,
        reference=deposit.number if place == 1 else f"{deposit.number}-{place}",
        amount_minor=deposit.pay_minor,
        currency=deposit.pay_currency,
        due_at=clock.now(),
    )
