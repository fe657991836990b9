"""What one currency is worth in another, and what exchanging it costs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache

from currency_converter import CurrencyConverter

from kernel import clock
from kernel.money import CURRENCIES, Money
from modules.wallets.errors import NoRate
from modules.wallets.models import OwnRate, PairTerms
from modules.wallets.types import RateLine, Terms

PLACES = Decimal("1e-12")
MARKUP = Decimal(1)
"""Percent, until the broker says otherwise."""
OLDEST = dt.timedelta(days=60)
"""Reference rates older than this are no rates."""
PUBLISHED = dt.time(15, tzinfo=dt.UTC)
"""The ECB publishes about 16:00 in Frankfurt."""
_OWN, _ECB = "broker", "ecb"
_BRIDGES = ("USD", "EUR")


def rate(base: str, quote: str) -> RateLine:
    """What one of ``base`` is worth in ``quote`` now: the broker's own rate, else the ECB's.

    Where nobody gives the pair, it is made of two rates by way of the dollar or the euro.

    Raises:
        NoRate: It cannot be known.
    """
    own = _own_rates()
    straight = _straight(base, quote, own)
    if straight is not None:
        return straight
    for bridge in _BRIDGES:
        first, second = _straight(base, bridge, own), _straight(bridge, quote, own)
        if first is not None and second is not None:
            return RateLine(
                base=base,
                quote=quote,
                rate=_rounded(first.rate * second.rate),
                source=", ".join(sorted({first.source, second.source})),
                at=min(first.at, second.at),
            )
    raise NoRate


def own_rates() -> tuple[RateLine, ...]:
    """The broker's own rates that hold now."""
    return tuple(line for _, line in sorted(_own_rates().items()))


def terms(pay: str, receive: str) -> Terms:
    """What exchanging ``pay`` into ``receive`` costs."""
    wanted = [(pay, receive), (PairTerms.ANY, PairTerms.ANY)]
    rows = PairTerms.objects.filter(pay__in=(pay, PairTerms.ANY))
    known = {(row.pay, row.receive): row for row in rows}
    row = next((known[pair] for pair in wanted if pair in known), None)
    return _terms(row) if row else _default()


def all_terms() -> tuple[Terms, ...]:
    """What the broker has set, the terms of all other pairs first."""
    rows = [_terms(row) for row in PairTerms.objects.order_by("pay", "receive")]
    return tuple(rows) if any(one.pay == PairTerms.ANY for one in rows) else (_default(), *rows)


def currencies() -> tuple[str, ...]:
    """Currencies that can be exchanged now, in the order of their codes."""
    own = {code for pair in _own_rates() for code in pair}
    return tuple(sorted((own | _fresh_references().keys()) & CURRENCIES.keys()))


def _own_rates() -> Mapping[tuple[str, str], RateLine]:
    """The word that holds of each pair, whichever way round it was said last.

    Were both kept, a client could gain by exchanging there and back.
    """
    rows = OwnRate.objects.order_by("base", "quote", "-set_at", "-pk").distinct("base", "quote")
    newest: dict[frozenset[str], OwnRate] = {}
    for row in sorted(rows, key=lambda one: (one.set_at, one.pk)):
        newest[frozenset((row.base, row.quote))] = row
    return {
        (row.base, row.quote): RateLine(
            base=row.base, quote=row.quote, rate=row.rate, source=_OWN, at=row.set_at
        )
        for row in newest.values()
        if row.rate is not None
    }


def _straight(base: str, quote: str, own: Mapping[tuple[str, str], RateLine]) -> RateLine | None:
    if (base, quote) in own:
        return own[base, quote]
    if (quote, base) in own:
        other = own[quote, base]
        inverse = _rounded(1 / other.rate)
        return RateLine(base=base, quote=quote, rate=inverse, source=_OWN, at=other.at)
    return _reference(base, quote)


def _reference(base: str, quote: str) -> RateLine | None:
    fresh = _fresh_references()
    if base not in fresh or quote not in fresh:
        return None
    found = _rounded(fresh[quote][0] / fresh[base][0])
    at = min(fresh[base][1], fresh[quote][1])
    return RateLine(base=base, quote=quote, rate=found, source=_ECB, at=at)


def _rounded(rate: Decimal) -> Decimal:
    """Down, so that there and back is never more than it was: small rates have few digits left."""
    return rate.quantize(PLACES, rounding=ROUND_DOWN)


def _fresh_references() -> dict[str, tuple[Decimal, dt.datetime]]:
    since = clock.now() - OLDEST
    return {code: found for code, found in _references().items() if found[1] >= since}


@lru_cache(maxsize=1)
def _references() -> dict[str, tuple[Decimal, dt.datetime]]:
    """The newest reference rates of the ECB that the package ships: units for one euro, and when.

    Source: https://www.ecb.europa.eu/stats/eurofxref/
    """
    converter = CurrencyConverter(decimal=True)
    found = {}
    for code in converter.currencies & CURRENCIES.keys():
        last = converter.bounds[code].last_date
        at = dt.datetime.combine(last, PUBLISHED)
        found[code] = (Decimal(converter.convert(1, "EUR", code, date=last)), at)
    newest = max(at for _, at in found.values())
    found["EUR"] = (Decimal(1), newest)
    return found


def _terms(row: PairTerms) -> Terms:
    limit = row.approval_from_minor
    return Terms(
        pay=row.pay,
        receive=row.receive,
        is_open=row.is_open,
        markup_percent=row.markup_percent,
        approval_from=Money(limit, row.pay) if limit is not None else None,
    )


def _default() -> Terms:
    return Terms(
        pay=PairTerms.ANY,
        receive=PairTerms.ANY,
        is_open=True,
        markup_percent=MARKUP,
        approval_from=None,
    )
