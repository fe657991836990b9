"""A client asks to move money: what would arrive first, then the transfer, once per form."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db import transaction

from kernel import clock, signing
from kernel.actor import Actor
from kernel.money import CURRENCIES, Money
from modules.cashier.errors import (
    CurrencyNotTaken,
    MoneyStays,
    NoRate,
    NoSuchBeneficiary,
    NotFree,
    NothingArrives,
    NotToOthers,
    NotYourMoney,
    QuoteExpired,
    SamePlace,
)
from modules.cashier.models import Payer, Transfer
from modules.cashier.queries import outgoing
from modules.cashier.queries.targets import wallet_title
from modules.cashier.services import transfers
from modules.cashier.services.passing import new_number, tell
from modules.cashier.types.outgoing import Spot, TransferPlan, TransferWish
from modules.cashier.types.passages import TransferState, Where
from modules.clients import queries as clients
from modules.wallets import queries as wallet_queries
from modules.wallets import services as wallets
from modules.wallets.errors import NoRate as UnknownRate

PURPOSE = "cashier.transfer"
PLACES = Decimal("1e-12")
LASTS = dt.timedelta(seconds=60)
"""So long a quoted rate holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rate:
    """Units of the target's currency for one of the source's: for the client, and in the middle."""

    value: Decimal
    middle: Decimal
    at: dt.datetime
    source: str


def plan(client_id: uuid.UUID, wish: TransferWish) -> TransferPlan:
    """What would arrive, good for a minute.

    Raises:
        ClientIsBlocked, MoneyStays: He may not move money now.
        NotYourMoney: Source or target is none of his.
        SamePlace: Both are one.
        NotToOthers, NoSuchBeneficiary: No such client may be sent money.
        NotFree: The source has less free.
        NoRate: There is no rate between the currencies.
        NothingArrives: It is too little to convert.
    """
    found = _planned(client_id, wish, None)
    return replace(found, token=signing.dumps(_word(client_id, found), purpose=PURPOSE))


@transaction.atomic
def ask_transfer(client_id: uuid.UUID, token: str, *, by: Actor) -> uuid.UUID:
    """Begin the transfer that a plan showed and return its id. Opens a transaction.

    The same form sent again gives the same transfer.

    Raises:
        QuoteExpired: The plan is too old, or would be another by now; the rest as :func:`plan`.
    """
    word = _opened(client_id, token)
    Payer.objects.get_or_create(client_id=client_id)
    Payer.objects.select_for_update().get(client_id=client_id)
    known = Transfer.objects.filter(client_id=client_id, form_key=word["k"]).first()
    if known is not None:
        if [known.amount_minor, known.currency] != word["a"]:
            raise QuoteExpired  # another tab, or one step back: the form has done its work
        return known.pk
    wish = TransferWish(
        source=word["s"],
        target=word["t"],
        amount=Money(*word["a"]),
        key=word["k"],
        beneficiary_number=word["n"],
        beneficiary_name=word["l"],
    )
    found = _planned(client_id, wish, word["r"])
    if _word(client_id, found) != word:
        raise QuoteExpired
    row = _keep(client_id, found, by=by)
    transfers.begin(row, by=by)
    return row.pk


def _planned(client_id: uuid.UUID, wish: TransferWish, rate: list[str] | None) -> TransferPlan:
    clients.refuse_blocked(client_id)
    if outgoing.is_frozen(client_id):
        raise MoneyStays
    source = outgoing.spot(client_id, wish.source, of_transfer=True)
    amount = wish.amount
    if amount.currency != source.currency:
        raise CurrencyNotTaken(currency=amount.currency)
    if amount.minor <= 0:
        raise NothingArrives
    beneficiary_id, beneficiary = _beneficiary(client_id, wish)
    if beneficiary_id is not None:
        target = _wallet(beneficiary_id, source.currency)
    else:
        target = _own_target(client_id, wish.target)
    if beneficiary_id is None and target.key == source.key:
        raise SamePlace
    if source.free < amount:
        raise NotFree(free=source.free)
    held = _held(rate) or _rate(source.currency, target.currency)
    arrives, spread = _converted(amount, target.currency, held)
    return TransferPlan(
        wish=wish,
        source=source,
        target=target,
        arrives=arrives,
        rate=held.value if held else None,
        rate_at=held.at if held else None,
        rate_source=held.source if held else "",
        rate_facts={"middle": str(held.middle), "spread_minor": spread.minor} if held else {},
        beneficiary_id=beneficiary_id,
        beneficiary=beneficiary,
    )


def _rate(source: str, target: str) -> _Rate | None:
    """What one unit of ``source`` is worth to the client, markup taken off; no rate for the same.

    Raises:
        NoRate: There is none, or the broker does not exchange the pair.
    """
    if source == target:
        return None
    terms = wallet_queries.terms(source, target)
    try:
        found = wallet_queries.rate(source, target)
    except UnknownRate as error:
        raise NoRate(source=source, target=target) from error
    if not terms.is_open:
        raise NoRate(source=source, target=target)
    value = found.rate * (1 - terms.markup_percent / 100)
    value = value.quantize(PLACES, rounding=ROUND_DOWN)
    return _Rate(value=value, middle=found.rate, at=found.at, source=found.source)


def _held(rate: list[str] | None) -> _Rate | None:
    if rate is None:
        return None
    value, middle, at, source = rate
    moment = dt.datetime.fromisoformat(at)
    return _Rate(value=Decimal(value), middle=Decimal(middle), at=moment, source=source)


def _converted(amount: Money, currency: str, held: _Rate | None) -> tuple[Money, Money]:
    """What arrives, rounded down, and what the house keeps of the middle rate.

    Raises:
        NothingArrives: It is too little.
    """
    if held is None:
        return amount, Money.zero(currency)
    arrives = Money.of(amount.amount * held.value, currency, rounding=ROUND_DOWN)
    if arrives.minor <= 0:
        raise NothingArrives
    worth = Money.of(amount.amount * held.middle, currency)
    return arrives, max(worth - arrives, Money.zero(currency))


def _own_target(client_id: uuid.UUID, key: str) -> Spot:
    """A wallet of any currency, opened when it is needed, or an account that takes transfers."""
    kind, _colon, currency = key.partition(":")
    if kind == Where.WALLET and currency in CURRENCIES:
        return _wallet(client_id, currency)
    try:
        return outgoing.spot(client_id, key, of_transfer=True)
    except NotYourMoney as refusal:
        raise NotYourMoney(field="target") from refusal


def _wallet(client_id: uuid.UUID, currency: str) -> Spot:
    for one in outgoing.spots(client_id):
        if one.key == f"wallet:{currency}":
            return one
    return Spot(
        key=f"wallet:{currency}",
        where=Where.WALLET,
        id=client_id,  # the wallet is opened when the transfer is kept
        currency=currency,
        title=wallet_title(currency),
        free=Money.zero(currency),
    )


def _beneficiary(client_id: uuid.UUID, wish: TransferWish) -> tuple[uuid.UUID | None, str]:
    """The other client, when number and last name belong together.

    Raises:
        NotToOthers: The broker does not allow it.
        NoSuchBeneficiary: They do not.
    """
    if wish.beneficiary_number is None:
        return None, ""
    if not outgoing.rules().is_to_others_on:
        raise NotToOthers
    for found in clients.find_ids(str(wish.beneficiary_number)):
        contact = clients.contact(found)
        same_name = contact.last_name.casefold() == wish.beneficiary_name.strip().casefold()
        if contact.number != wish.beneficiary_number or not contact.last_name:
            continue
        if same_name and found != client_id:
            clients.refuse_blocked(found)
            return found, f"{contact.name} · C-{contact.number}"
    raise NoSuchBeneficiary


def _word(client_id: uuid.UUID, found: TransferPlan) -> dict[str, Any]:
    wish = found.wish
    rate = None
    if found.rate is not None and found.rate_at is not None:
        middle = found.rate_facts["middle"]
        rate = [str(found.rate), middle, found.rate_at.isoformat(), found.rate_source]
    return {
        "c": str(client_id),
        "s": wish.source,
        "t": wish.target,
        "a": [wish.amount.minor, wish.amount.currency],
        "k": wish.key,
        "n": wish.beneficiary_number,
        "l": wish.beneficiary_name,
        "r": rate,
        "w": [found.arrives.minor, found.arrives.currency],
    }


def _opened(client_id: uuid.UUID, token: str) -> Mapping[str, Any]:
    try:
        word: Mapping[str, Any] = signing.loads(token, purpose=PURPOSE, max_age=LASTS)
    except signing.BadSignature as error:
        raise QuoteExpired from error
    if word["c"] != str(client_id):
        raise QuoteExpired
    return word


def _keep(client_id: uuid.UUID, found: TransferPlan, *, by: Actor) -> Transfer:
    moment, source, target = clock.now(), found.source, found.target
    target_id = target.id
    if target.where == Where.WALLET:
        owner = found.beneficiary_id or client_id
        target_id = wallets.open_wallet(owner, target.currency)
    row = Transfer(
        number=new_number("T"),
        client_id=client_id,
        form_key=found.wish.key,
        beneficiary_id=found.beneficiary_id,
        source=source.where,
        source_id=source.id,
        source_login=source.login,
        source_server_id=source.server_id,
        target=target.where,
        target_id=target_id,
        target_login=target.login,
        target_server_id=target.server_id,
        amount_minor=found.wish.amount.minor,
        currency=source.currency,
        arrives_minor=found.arrives.minor,
        arrives_currency=target.currency,
        rate=found.rate,
        rate_at=found.rate_at,
        rate_source=found.rate_source,
        rate_facts=dict(found.rate_facts),
        state=TransferState.WAITING,
        asked_at=moment,
        changed_at=moment,
    )
    tell(row, "asked", by=by)
    return row
