"""Made-up figures for the studio's frame and the gallery; they belong to nobody."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel import clock
from kernel.actor import Actor, ActorKind
from kernel.context import MenuLine
from kernel.money import Money

PAGES = (
    ("dashboard", gettext_lazy("Dashboard")),
    ("sign-in", gettext_lazy("Sign-in")),
    ("office", gettext_lazy("Back office")),
    ("mail", gettext_lazy("E-mail")),
)
TEMPLATES: Mapping[str, str] = {
    "dashboard": "themes/preview/dashboard.html",
    "sign-in": "themes/preview/sign_in.html",
    "office": "themes/preview/office.html",
    "mail": "themes/preview/mail.html",
}
_START = 1_788_220_800  # 2026-09-01T00:00:00Z


def words(page: str) -> dict[str, Any]:
    """The context of one sample page."""
    theo = Actor(kind=ActorKind.PERSON, id=None, name="Theo")
    shown: dict[str, Any] = {"is_sample": True, "actor": theo}
    if page == "dashboard":
        return {**shown, "menu": _menu(_ROOM), "equity": equity(), **figures()}
    if page == "office":
        ada = Actor(kind=ActorKind.PERSON, id=None, name="Ada")
        return {**shown, "actor": ada, "menu": _menu(_OFFICE), "rows": _clients(), **figures()}
    return shown


def figures() -> dict[str, Any]:
    """Amounts that add up: balance, floating result, equity, margin."""
    return {
        "total": Money(28_277_06, "USD"),
        "gain": Money(1_451_91, "USD"),
        "withdrawable": Money(24_608_46, "USD"),
        "today": Money(214_60, "USD"),
        "floating": Money(561_18, "USD"),
        "margin": Money(3_107_42, "USD"),
        "accounts": (
            _account("Raw Spread", "88042197", "1:200", (18_240_55, 671_55, "USD")),
            _account("Standard", "88043350", "1:100", (6_420_00, -101_58, "EUR")),
            _account("Demo", "90014412", "1:500", (100_000_00, 1_240_80, "USD")),
        ),
    }


def equity(days: int = 91) -> dict[str, Any]:
    """A curve that climbs with setbacks, and the balance that follows it."""
    levels = [_level(index) for index in range(days)]
    balances, balance = [], levels[0]
    for level in levels:
        balance += (level - balance) * Decimal("0.18")
        balances.append(f"{balance:.2f}")
    return {
        "t": [_START + index * 86_400 for index in range(days)],
        "a": [f"{level:.2f}" for level in levels],
        "b": balances,
        "labels": [_("Equity"), _("Balance")],
        "currency": "USD",
    }


def _level(index: int) -> Decimal:
    wave = math.sin(index / 4.1) * 240 + math.sin(index / 1.7) * 130 + math.sin(index * 2.3) * 70
    return Decimal(22_100 + index * 66) + Decimal(round(wave, 2))


def line(rising: bool) -> tuple[Decimal, ...]:  # noqa: FBT001  # one yes or no
    """A short line for a row of a table."""
    step = 9 if rising else -9
    return tuple(Decimal(step * i) + Decimal(round(math.sin(i * 1.3) * 22, 2)) for i in range(26))


def _account(name: str, login: str, leverage: str, sums: tuple[int, int, str]) -> dict[str, Any]:
    balance, floating, currency = sums
    return {
        "name": name,
        "login": login,
        "leverage": leverage,
        "line": line(floating > 0),
        "balance": Money(balance, currency),
        "equity": Money(balance + floating, currency),
        "floating": Money(floating, currency),
    }


def _clients() -> tuple[dict[str, Any], ...]:
    states = (
        ("Theo", "GB", "ok", _("Verified"), 27_830_00),
        ("Ines", "PT", "ok", _("Verified"), 19_410_00),
        ("Ada", "NO", "warn", _("In review"), 8_250_00),
        ("Ben", "DE", "", _("Not started"), 0),
        ("Omar", "AE", "bad", _("Rejected"), 1_200_00),
    )
    return tuple(
        {"name": name, "country": country, "tone": tone, "state": state, "net": Money(net, "USD")}
        for name, country, tone, state, net in states
    )


def months() -> tuple[str, ...]:
    """Twelve short names of months, December first."""
    return tuple(date_format(dt.date(2026, (11 + i) % 12 + 1, 1), "M") for i in range(12))


def movement() -> tuple[dict[str, Any], ...]:
    """Recurring revenue by month: won, grown, shrunk, lost."""

    def wave(base: int, swing: int, pace: float) -> list[int]:
        return [round(base + swing * math.sin(i * pace)) for i in range(12)]

    return (
        {"name": _("New"), "values": wave(11_400, 3_100, 1.7)},
        {"name": _("Expansion"), "values": wave(6_200, 1_900, 2.3), "tone": "soft"},
        {"name": _("Contraction"), "values": wave(-1_800, 700, 1.1), "tone": "warn"},
        {"name": _("Churn"), "values": wave(-1_900, 1_500, 2.9), "tone": "bad"},
    )


def steps() -> tuple[dict[str, Any], ...]:
    """A long job that is under way."""
    return (
        {"label": _("Database schema"), "state": "done", "took": "0.4 s"},
        {"label": _("Encryption keys"), "state": "done", "took": "0.1 s"},
        {"label": _("Theme"), "state": "now", "note": _("Second try")},
        {"label": _("Invitation"), "state": "waiting"},
    )


def entries() -> tuple[dict[str, Any], ...]:
    """What happened lately."""
    now = clock.now()
    return (
        {"icon": "credit-card", "tone": "ok", "title": _("Deposit"), "note": "$500.00", "at": now},
        {
            "icon": "log-in",
            "title": _("Signed in"),
            "note": _("From a new device"),
            "at": now - dt.timedelta(hours=3),
        },
    )


_ROOM = (
    (gettext_lazy("Home"), "house", ""),
    (gettext_lazy("Accounts"), "wallet-cards", ""),
    (gettext_lazy("Move money"), "arrow-left-right", ""),
    (gettext_lazy("History"), "receipt-text", ""),
    (gettext_lazy("Security"), "shield-check", ""),
)
_OFFICE = (
    (gettext_lazy("Clients"), "users", ""),
    (gettext_lazy("Accounts"), "wallet-cards", ""),
    (gettext_lazy("Branding"), "palette", gettext_lazy("Settings")),
    (gettext_lazy("Trading servers"), "server", gettext_lazy("Settings")),
)


def _menu(lines: tuple[tuple[Any, str, Any], ...]) -> tuple[MenuLine, ...]:
    return tuple(
        MenuLine(title=title, url="#", icon=icon, group=group, is_here=not index, on_phone=True)
        for index, (title, icon, group) in enumerate(lines)
    )
