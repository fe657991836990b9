"""What the room shows: gathered from clients and trading, each asked once."""

from __future__ import annotations

import uuid

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from modules.clients import queries as clients
from modules.traders_room.types import FirstStep, Hero, Home
from modules.trading import queries as trading
from modules.trading.types import AccountLine, CurrencyTotal, HistoryFilter

RECENT = 6


def home(client_id: uuid.UUID, *, range_key: str = "", key: str = "") -> Home:
    """The dashboard of a client; ``key`` names the total that its hero shows.

    Without a range no curve is read: for the part that is asked for every two seconds.
    """
    contact = clients.contact(client_id)
    accounts = trading.with_trends(trading.accounts_of(client_id))
    totals = trading.totals(accounts)
    ids = tuple(one.id for one in accounts if one.is_open)
    return Home(
        first_name=contact.first_name,
        accounts=accounts,
        totals=totals,
        hero=_hero(accounts, totals, range_key=range_key, key=key),
        positions=trading.positions(ids),
        activity=trading.money_page(HistoryFilter(account_ids=ids), per_page=RECENT).lines,
        steps=_steps(accounts, is_complete=clients.is_complete(client_id)),
        has_pending=any(one.is_pending for one in accounts),
    )


def _hero(
    accounts: tuple[AccountLine, ...],
    totals: tuple[CurrencyTotal, ...],
    *,
    range_key: str,
    key: str,
) -> Hero | None:
    if not totals:
        return None
    total = next((one for one in totals if key_of(one) == key), totals[0])
    summed = [
        one
        for one in accounts
        if one.is_open and (one.is_live, one.currency) == (total.is_live, total.currency)
    ]
    found = trading.curve(summed, range_key) if range_key else None
    return Hero(total=total, curve=found, range=range_key, key=key_of(total))


def key_of(total: CurrencyTotal) -> str:
    """How a total is named in an address: ``live-USD``."""
    return f"{'live' if total.is_live else 'demo'}-{total.currency}"


def _steps(accounts: tuple[AccountLine, ...], *, is_complete: bool) -> tuple[FirstStep, ...]:
    opening = reverse("room:trading:open")
    return (
        FirstStep(
            title=_("Tell us who you are"),
            note=_("Your name and country: the trading server asks for them."),
            url=reverse("room:clients:profile"),
            action=_("Complete your profile"),
            is_done=is_complete,
        ),
        FirstStep(
            title=_("Practise on a demo account"),
            note=_("Virtual money, real prices, open in seconds."),
            url=f"{opening}?kind=demo",
            action=_("Open a demo account"),
            is_done=any(not one.is_live for one in accounts),
        ),
        FirstStep(
            title=_("Open your live account"),
            note=_("Choose the type and the leverage; you see the password once."),
            url=f"{opening}?kind=live",
            action=_("Open a live account"),
            is_done=any(one.is_live for one in accounts),
        ),
    )
