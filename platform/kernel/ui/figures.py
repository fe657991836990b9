"""Figures and instants on a page: the same signs, places and direction in every language."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_EVEN, Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext

from kernel import clock
from kernel.money import Money, exponent
from kernel.ui.marks import NOTHING

MINUS = "\N{MINUS SIGN}"
SYMBOLS = {
    "BTC": "₿", "CNY": "CN¥", "EUR": "€", "GBP": "£", "HKD": "HK$", "ILS": "₪", "INR": "₹",
    "JPY": "¥", "KRW": "₩", "SGD": "S$", "TRY": "₺", "USD": "$", "VND": "₫",
}  # fmt: skip
"""What stands before the amount; a currency without a sign of its own is named by its code."""

_DAY = {"zh": "Y-m-d", "ja": "Y-m-d", "de": "j. M Y"}
_LONG_DAY = {"zh": "Y年n月j日", "ja": "Y年n月j日", "de": "j. F Y", "es": r"j \d\e F \d\e Y"}


def ltr(text: object) -> SafeString:
    """``text`` isolated, so that right-to-left words around it cannot reorder it."""
    return format_html('<bdi dir="ltr">{}</bdi>', text)


def money(
    amount: Money | None, *, sign: bool = False, tone: bool = False, small: bool = False
) -> SafeString:
    """An amount of money; a dash when there is none.

    Args:
        amount: In minor units of its currency; all of the currency's places are written.
        sign: Write a plus before gains too.
        tone: Colour it by its sign.
        small: Make the part after the point smaller, for a hero figure.
    """
    if amount is None:
        return NOTHING
    whole, point, cents = f"{abs(amount.amount):,.{exponent(amount.currency)}f}".partition(".")
    mark = SYMBOLS.get(amount.currency, f"{amount.currency}\N{NO-BREAK SPACE}")
    lead = f"{_sign(amount.minor, plus=sign)}{mark}{whole}"
    text = format_html("{}<small>{}{}</small>", lead, point, cents) if small and cents else None
    return _toned(text or f"{lead}{point}{cents}", amount.minor, coloured=tone)


def money_text(amount: Money) -> str:
    """The same as :func:`money` without its marks: for sentences, subjects and choices.

    Isolated by letters that nobody sees, so that right-to-left words around it cannot reorder it.
    """
    return f"\N{LEFT-TO-RIGHT ISOLATE}{strip_tags(money(amount))}\N{POP DIRECTIONAL ISOLATE}"


def money_minor(minor: int | None, currency: str, **options: bool) -> SafeString:
    """An amount given in minor units of ``currency``; options as for :func:`money`."""
    return money(None if minor is None else Money(int(minor), currency), **options)


def figure(
    value: Decimal | int | None,
    places: int = 2,
    *,
    sign: bool = False,
    tone: bool = False,
    suffix: str = "",
) -> SafeString:
    """A number with ``places`` decimal places (half-even), grouped by thousands."""
    if value is None:
        return NOTHING
    exact = Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    text = f"{_sign(exact, plus=sign)}{abs(exact):,}{suffix}"
    return _toned(text, exact, coloured=tone)


def percent(
    value: Decimal | int | None, places: int = 2, *, sign: bool = False, tone: bool = False
) -> SafeString:
    """A percentage, already multiplied by a hundred."""
    return figure(value, places, sign=sign, tone=tone, suffix="%")


def instant(at: dt.datetime | None, style: str = "full") -> SafeString:
    """A moment in the active time zone.

    Args:
        at: An aware moment; a dash when there is none.
        style: ``full`` (day and minute), ``date``, ``time`` (to the second) or ``long`` (day
            in words and minute).
    """
    if at is None:
        return NOTHING
    local = timezone.localtime(at)
    patterns = {
        "full": f"{_day()}, H:i",
        "date": _day(),
        "time": "H:i:s",
        "long": f"{_day(long=True)}, H:i",
    }
    return format_html(
        '<time datetime="{}" title="{}"><bdi>{}</bdi></time>',
        at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        date_format(local, f"{_day(long=True)}, H:i:s T"),
        date_format(local, patterns[style]),
    )


def day(on: dt.date | None) -> SafeString:
    """A calendar day; a dash when there is none."""
    if on is None:
        return NOTHING
    text = date_format(on, _day())
    return format_html('<time datetime="{}">{}</time>', on.strftime("%Y-%m-%d"), text)


def ago(at: dt.datetime | None) -> SafeString:
    """How long ago something was, in one unit; the moment itself as the tooltip."""
    if at is None:
        return NOTHING
    local = timezone.localtime(at)
    now = clock.now()
    if at > now:
        text = gettext("in %(time)s") % {"time": timesince(now, at, depth=1)}
    elif (now - at).total_seconds() < 60:  # noqa: PLR2004  # a minute
        text = gettext("just now")
    else:
        text = gettext("%(time)s ago") % {"time": timesince(at, now, depth=1)}
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        date_format(local, f"{_day(long=True)}, H:i:s T"),
        text,
    )


def _day(*, long: bool = False) -> str:
    language = (get_language() or "en").partition("-")[0]
    if long:
        return _LONG_DAY.get(language, "j F Y")
    return _DAY.get(language, "j M Y")


def _sign(value: Decimal | int, *, plus: bool) -> str:
    if value < 0:
        return MINUS
    return "+" if plus and value > 0 else ""


def _toned(text: str, value: Decimal | int, *, coloured: bool) -> SafeString:
    if not coloured:
        return ltr(text)
    tone = "faint" if value == 0 else "up" if value > 0 else "down"
    return format_html('<bdi dir="ltr" class="{}">{}</bdi>', tone, text)
