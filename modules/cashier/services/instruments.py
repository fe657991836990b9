"""What clients are paid to: told by them, approved by people, usable after a cool-down."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable

from django.db import IntegrityError, transaction

from kernel import audit, clock, secrets
from kernel.actor import Actor
from kernel.money import CURRENCIES
from modules.cashier.errors import (
    CurrencyNotTaken,
    InstrumentKnown,
    InstrumentUnreadable,
    NoSuchInstrument,
)
from modules.cashier.models import Instrument
from modules.cashier.queries import outgoing
from modules.cashier.services.passing import US
from modules.cashier.types.outgoing import InstrumentWish
from modules.cashier.types.passages import InstrumentKind, InstrumentState
from modules.clients import queries as clients
from modules.requests import queries as requested
from modules.requests import services as requests
from modules.requests.types import Wish

KIND = "cashier.instrument"
INDEX = "cashier.Instrument.number"
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_ACCOUNT = re.compile(r"[A-Z0-9]{4,34}")
_ADDRESS = re.compile(r"[A-Za-z0-9]{20,100}")
_TAIL = 4
_A, _MODULUS, _REMAINDER = 55, 97, 1


@transaction.atomic
def add_instrument(client_id: uuid.UUID, wish: InstrumentWish, *, by: Actor) -> uuid.UUID:
    """Keep something that a client wants to be paid to; it waits for approval.

    Opens a transaction.

    Raises:
        InstrumentUnreadable: No valid number or address.
        InstrumentKnown: He has told the same before.
        CurrencyNotTaken: The currency is not known.
        ClientIsBlocked: He may not act.
    """
    clients.refuse_blocked(client_id)
    if wish.currency not in CURRENCIES:
        raise CurrencyNotTaken(currency=wish.currency[:8])
    number = _readable(wish)
    print_ = secrets.blind_index(INDEX, number)
    row = Instrument(
        client_id=client_id,
        kind=wish.kind,
        currency=wish.currency,
        title=f"{wish.bank or InstrumentKind(wish.kind).label} ··{number[-_TAIL:]}"[:60],
        fingerprint=print_,
        added_at=clock.now(),
    )
    row.keep_details({"holder": wish.holder, "number": number, "bank": wish.bank, "bic": wish.bic})
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise InstrumentKnown from None
    audit.note("cashier.instrument_added", about=row, by=by, changes={"title": row.title})
    if requested.is_wanted(KIND, by=by):
        requests.ask(_wish(row, wish), key=str(row.pk), by=by)
    else:
        approve_instrument(row.pk, by=US)
    return row.pk


@transaction.atomic
def approve_instrument(instrument_id: uuid.UUID, *, by: Actor) -> None:
    """Let the client be paid to it once the cool-down is over. Harmless to repeat."""
    row = _locked(instrument_id)
    if row.state != InstrumentState.WAITING:
        return
    row.move_to(InstrumentState.APPROVED)
    row.usable_from_at = clock.now() + dt.timedelta(hours=outgoing.rules().cool_down_hours)
    row.save(update_fields=["state", "usable_from_at"])
    audit.note("cashier.instrument_approved", about=row, by=by)


@transaction.atomic
def refuse_instrument(instrument_id: uuid.UUID, *, reason: str, by: Actor) -> None:
    """Never pay to it. Harmless to repeat."""
    row = _locked(instrument_id)
    if row.state != InstrumentState.WAITING:
        return
    row.move_to(InstrumentState.REFUSED)
    row.reason = reason[:500]
    row.save(update_fields=["state", "reason"])
    audit.note("cashier.instrument_refused", about=row, by=by, reason=reason)


@transaction.atomic
def remove_instrument(instrument_id: uuid.UUID, client_id: uuid.UUID, *, by: Actor) -> None:
    """Take it off the client's list. Opens a transaction.

    Raises:
        NoSuchInstrument: It is not his, or there is none.
        NoSuchMove: It was turned down, or removed before.
    """
    row = _locked(instrument_id)
    if row.client_id != client_id:
        raise NoSuchInstrument
    row.move_to(InstrumentState.REMOVED)
    row.save(update_fields=["state"])
    audit.note("cashier.instrument_removed", about=row, by=by)
    requests.withdraw(_subject(row), kind=KIND, reason="", by=by)


def reseal_own(reseal: Callable[..., bytes]) -> int:
    """Seal details and providers' secrets anew; return how many. Safe to repeat."""
    ids = list(Instrument.objects.values_list("pk", flat=True))
    return sum(_reseal(one, reseal) for one in ids)


@transaction.atomic
def _reseal(instrument_id: uuid.UUID, reseal: Callable[..., bytes]) -> int:
    row = _locked(instrument_id)
    if not bytes(row.sealed):
        return 0
    row.sealed = reseal(bytes(row.sealed), about=row.place)
    row.save(update_fields=["sealed"])
    return 1


def _locked(instrument_id: uuid.UUID) -> Instrument:
    row = Instrument.objects.select_for_update().filter(pk=instrument_id).first()
    if row is None:
        raise NoSuchInstrument
    return row


def _wish(row: Instrument, wish: InstrumentWish) -> Wish:
    name = clients.names([row.client_id]).get(row.client_id, "")
    others = Instrument.objects.filter(fingerprint=row.fingerprint).exclude(client_id=row.client_id)
    return Wish(
        kind=KIND,
        client_id=row.client_id,
        subject=_subject(row),
        label=row.title,
        words={"title": row.title, "currency": row.currency},
        facts={
            "holder": wish.holder,
            "client": name,
            "same_name": _alike(wish.holder, name),
            "others": others.count(),
        },
    )


def _subject(row: Instrument) -> str:
    return f"cashier.Instrument:{row.pk}"


def _alike(holder: str, name: str) -> bool:
    return set(holder.casefold().split()) == set(name.casefold().split())


def _readable(wish: InstrumentWish) -> str:
    """The number without spaces, if it can be one.

    Raises:
        InstrumentUnreadable: It cannot.
    """
    number = "".join(wish.number.split()).replace("-", "")
    if wish.kind == InstrumentKind.CRYPTO:
        if _ADDRESS.fullmatch(number):
            return number
        raise InstrumentUnreadable
    number = number.upper()
    if _IBAN.fullmatch(number) and _checks(number):
        return number
    if _ACCOUNT.fullmatch(number) and not number[:2].isalpha():
        return number
    raise InstrumentUnreadable


def _checks(iban: str) -> bool:
    """Whether the check digits of an IBAN are right (ISO 13616: modulus 97 leaves 1)."""
    turned = iban[_TAIL:] + iban[:_TAIL]
    digits = "".join(str(ord(one) - _A) if one.isalpha() else one for one in turned)
    return int(digits) % _MODULUS == _REMAINDER
