"""Where a client can pay to: his wallets and his own open live trading accounts."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from modules.cashier.errors import NotYourAccount
from modules.cashier.models import Payout, Withdrawal
from modules.cashier.queries.catalogue import title_of
from modules.cashier.types.deposits import Target
from modules.trading import queries as trading
from modules.trading.errors import NoSuchAccount
from modules.trading.types import AccountLine

WALLET, ACCOUNT = "wallet", "account"
TARGETS = ("payouts__source__deposit__method",)
"""What :func:`target_title` looks at, to be fetched beforehand."""


def targets(client_id: uuid.UUID, currencies: tuple[str, ...]) -> tuple[Target, ...]:
    """Where a client can pay to: accounts first, then a wallet in each of ``currencies``."""
    open_ones = [one for one in trading.accounts_of(client_id) if _is_payable(one)]
    kept = dict.fromkeys([*(one.currency for one in open_ones), *currencies])
    return (
        *(_account(one) for one in open_ones),
        *(_wallet(currency) for currency in kept),
    )


def target(client_id: uuid.UUID, key: str, currencies: tuple[str, ...]) -> Target:
    """The place that ``key`` names.

    Raises:
        NotYourAccount: It is another's, closed, for practice, or no such thing.
    """
    kind, _colon, rest = key.partition(":")
    if kind == WALLET:
        known = {one.key: one for one in targets(client_id, currencies)}
        if key in known:
            return known[key]
        raise NotYourAccount
    try:
        found = trading.own_account(uuid.UUID(rest), client_id)
    except (ValueError, NoSuchAccount) as error:
        raise NotYourAccount from error
    if kind != ACCOUNT or not _is_payable(found):
        raise NotYourAccount
    return _account(found)


def server_of(client_id: uuid.UUID, account_id: uuid.UUID) -> uuid.UUID:
    """On which trading server an account is."""
    return trading.own_account(account_id, client_id).server_id


def wallet_title(currency: str) -> str:
    """What a wallet is called."""
    return _("%(currency)s wallet") % {"currency": currency}


def target_title(row: Withdrawal) -> str:
    """Where a withdrawal's parts go, as its client knows the places; cheap with :data:`TARGETS`."""
    parts = sorted(row.payouts.all(), key=lambda one: one.place)
    return ", ".join(dict.fromkeys(part_title(row, one) for one in parts))


def part_title(row: Withdrawal, part: Payout) -> str:
    """Where one part goes: back by the way of an earlier deposit, or to what was approved."""
    if part.source is not None:
        return title_of(part.source.deposit.method)
    return row.instrument.title if row.instrument else title_of(row.method)


def place_title(login: int | None, currency: str) -> str:
    """What a trading account, or else the wallet in ``currency``, is called."""
    return _("Account %(login)s") % {"login": login} if login else wallet_title(currency)


def _is_payable(one: AccountLine) -> bool:
    return one.is_open and one.is_live and one.login is not None


def _account(one: AccountLine) -> Target:
    return Target(
        key=f"{ACCOUNT}:{one.id}",
        currency=one.currency,
        title=one.name,
        login=one.login,
        account_id=one.id,
        balance=one.worth,
    )


def _wallet(currency: str) -> Target:
    return Target(key=f"{WALLET}:{currency}", currency=currency, title=wallet_title(currency))
