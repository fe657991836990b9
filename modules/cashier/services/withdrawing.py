"""A client asks for his money: the plan first, then the withdrawal itself, once per form."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Sum

from kernel import clock, signing
from kernel.actor import Actor
from kernel.events import publish
from kernel.money import Money
from modules.cashier.errors import (
    AboveAllowance,
    CurrencyNotTaken,
    InstrumentNotReady,
    MoneyStays,
    NoSuchInstrument,
    NotFree,
    NothingArrives,
    QuoteExpired,
    TooManyWithdrawals,
)
from modules.cashier.events import WithdrawalAsked
from modules.cashier.models import Payer, Payout, Withdrawal
from modules.cashier.queries import outgoing, splitting
from modules.cashier.services import withdrawals
from modules.cashier.services.figuring import check_range, fee_of
from modules.cashier.services.limits import check_level_allowance
from modules.cashier.services.passing import about, new_number, tell
from modules.cashier.types.catalogue import FeePayer, Terms
from modules.cashier.types.outgoing import (
    InstrumentLine,
    Part,
    Plan,
    Spot,
    Way,
    WithdrawalWish,
)
from modules.cashier.types.passages import (
    WITHDRAWAL_COUNTED,
    Where,
    WithdrawalState,
)
from modules.clients import queries as clients
from modules.trading import services as trading
from modules.wallets import services as wallets

PURPOSE = "cashier.withdrawal"
LASTS = dt.timedelta(minutes=5)
DAY, MONTH = dt.timedelta(days=1), dt.timedelta(days=30)


def plan(client_id: uuid.UUID, wish: WithdrawalWish) -> Plan:
    """Where the money would go and what would arrive, good for five minutes.

    Raises:
        ClientIsBlocked, MoneyStays: He may not take money out now.
        NotYourMoney: The source is none of his.
        NoSuchMethod, CurrencyNotTaken: The source or the method is in another currency.
        LevelNeeded: He is not verified far enough for the method.
        BelowLeast, AboveMost, AboveAllowance, BeyondLevel, TooManyWithdrawals: Limits.
        NoRate: What counts against the level's limit cannot be converted now.
        NotFree: The source has less free.
        NoSuchInstrument, InstrumentNotReady: Nothing approved to be paid to.
        BeyondSource: The method only returns what was paid in with it.
        NothingArrives: The fees take all of it.
    """
    found = _planned(client_id, wish)
    return replace(found, token=signing.dumps(_word(client_id, found), purpose=PURPOSE))


@transaction.atomic
def ask_withdrawal(client_id: uuid.UUID, token: str, *, by: Actor) -> uuid.UUID:
    """Begin the withdrawal that a plan showed and return its id. Opens a transaction.

    The money is set aside at once: held in the wallet, or asked of the trading server, which
    checks the margin. The same form sent again gives the same withdrawal.

    Raises:
        QuoteExpired: The plan is too old, or would be another by now; the rest as :func:`plan`.
    """
    word = _opened(client_id, token)
    Payer.objects.get_or_create(client_id=client_id)
    Payer.objects.select_for_update().get(client_id=client_id)
    known = Withdrawal.objects.filter(client_id=client_id, form_key=word["k"]).first()
    if known is not None:
        asked = [known.amount_minor, known.currency, str(known.method_id)]
        if asked != [*word["a"], word["m"]]:
            raise QuoteExpired  # another tab, or one step back: the form has done its work
        return known.pk
    wish = WithdrawalWish(
        method_id=uuid.UUID(word["m"]),
        source=word["s"],
        amount=Money(*word["a"]),
        key=word["k"],
        instrument_id=uuid.UUID(word["i"]) if word["i"] else None,
    )
    found = _planned(client_id, wish)
    if _word(client_id, found) != word:
        raise QuoteExpired
    row = _keep(client_id, found, by=by)
    publish(
        WithdrawalAsked(
            withdrawal_id=row.pk,
            client_id=client_id,
            number=row.number,
            amount_minor=row.amount_minor,
            currency=row.currency,
        )
    )
    _set_aside(row, found, by=by)
    return row.pk


def _planned(client_id: uuid.UUID, wish: WithdrawalWish) -> Plan:
    clients.refuse_blocked(client_id)
    if outgoing.is_frozen(client_id):
        raise MoneyStays
    spot = outgoing.spot(client_id, wish.source)
    if wish.amount.currency != spot.currency:
        raise CurrencyNotTaken(currency=wish.amount.currency)
    of = clients.standing(client_id)
    way, terms = outgoing.way(wish.method_id, spot.currency, of)
    amount = wish.amount
    check_range(terms, amount)
    _check_allowance(client_id, wish.method_id, terms, amount)
    check_level_allowance(client_id, of.level, amount)
    if spot.free < amount:
        raise NotFree(free=spot.free)
    instrument = _instrument(client_id, wish, way)
    earlier = splitting.sources(client_id, spot.currency)
    held = outgoing.rules()
    parts = splitting.split(amount, way, earlier, held.split)
    fee = _fee(terms, amount)
    return Plan(
        wish=wish,
        spot=spot,
        way=way,
        parts=splitting.with_fees(parts, fee),
        fee=fee,
        expected_hours=held.expected_hours,
        instrument=instrument,
    )


def _fee(terms: Terms, amount: Money) -> Money:
    borne = fee_of(terms.broker_fee, amount)
    if terms.psp_fee_payer == FeePayer.CLIENT:
        borne += fee_of(terms.psp_fee, amount)
    if borne.minor >= amount.minor:
        raise NothingArrives
    return borne


def _instrument(client_id: uuid.UUID, wish: WithdrawalWish, way: Way) -> InstrumentLine | None:
    if not way.needs:
        return None
    if wish.instrument_id is None:
        raise NoSuchInstrument
    found = outgoing.instrument(wish.instrument_id, client_id)
    if found.kind != way.needs or found.currency != way.currency:
        raise NoSuchInstrument
    if not found.is_usable:
        raise InstrumentNotReady
    return found


def _check_allowance(
    client_id: uuid.UUID, method_id: uuid.UUID, terms: Terms, amount: Money
) -> None:
    rows = Withdrawal.objects.filter(client_id=client_id, state__in=WITHDRAWAL_COUNTED)
    most = outgoing.rules().most_a_day
    if rows.filter(asked_at__gt=clock.now() - DAY).count() >= most:
        raise TooManyWithdrawals(most=most)
    of_method = rows.filter(method_id=method_id, currency=amount.currency)
    for allowed, lasts in ((terms.day_minor, DAY), (terms.month_minor, MONTH)):
        if allowed is None:
            continue
        lately = of_method.filter(asked_at__gt=clock.now() - lasts)
        used = lately.aggregate(total=Sum("amount_minor"))["total"] or 0
        if used + amount.minor > allowed:
            left = Money(max(allowed - used, 0), amount.currency)
            raise AboveAllowance(left=left, days=lasts.days)


def _word(client_id: uuid.UUID, found: Plan) -> dict[str, Any]:
    """All that was shown, as the token keeps it."""
    wish = found.wish
    return {
        "c": str(client_id),
        "m": str(wish.method_id),
        "s": wish.source,
        "a": [wish.amount.minor, wish.amount.currency],
        "k": wish.key,
        "i": str(wish.instrument_id) if wish.instrument_id else "",
        "p": [
            [str(one.account_id), str(one.payment_id or ""), one.gross.minor, one.fee.minor]
            for one in found.parts
        ],
    }


def _opened(client_id: uuid.UUID, token: str) -> Mapping[str, Any]:
    try:
        word: Mapping[str, Any] = signing.loads(token, purpose=PURPOSE, max_age=LASTS)
    except signing.BadSignature as error:
        raise QuoteExpired from error
    if word["c"] != str(client_id):
        raise QuoteExpired
    return word


def _keep(client_id: uuid.UUID, found: Plan, *, by: Actor) -> Withdrawal:
    wish, spot, moment = found.wish, found.spot, clock.now()
    is_wallet = spot.where == Where.WALLET
    row = Withdrawal(
        number=new_number("W"),
        client_id=client_id,
        form_key=wish.key,
        method_id=wish.method_id,
        instrument_id=found.instrument.id if found.instrument else None,
        account_id=None if is_wallet else spot.id,
        login=spot.login,
        server_id=spot.server_id,
        wallet_id=wallets.open_wallet(client_id, spot.currency),
        amount_minor=wish.amount.minor,
        fee_minor=found.fee.minor,
        currency=spot.currency,
        state=WithdrawalState.WAITING if is_wallet else WithdrawalState.DEBITING,
        asked_at=moment,
        changed_at=moment,
    )
    tell(row, "asked", by=by)
    for place, part in enumerate(found.parts, start=1):
        _keep_part(row, place, part)
    return row


def _keep_part(row: Withdrawal, place: int, part: Part) -> None:
    Payout.objects.create(
        withdrawal=row,
        place=place,
        account_id=part.account_id,
        source_id=part.payment_id,
        gross_minor=part.gross.minor,
        fee_minor=part.fee.minor,
        currency=row.currency,
        reference=f"{row.number}-{place}",
    )


def _set_aside(row: Withdrawal, found: Plan, *, by: Actor) -> None:
    spot: Spot = found.spot
    if spot.where == Where.WALLET:
        withdrawals.hold_parts(row, by=by)
        withdrawals.ask_approval(row, by=by)
        return
    row.operation_id = trading.ask_balance(
        spot.id, -row.amount, by=by, cause=about(row), key=f"withdrawal:{row.pk}"
    )
    row.save(update_fields=["operation_id"])
