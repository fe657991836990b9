"""What must hold before an account is changed: asked when it is wanted, and again when done."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kernel.money import Money
from modules.trading.errors import (
    CentsHoldMoney,
    CreditBelowZero,
    LeverageNotOffered,
    LeverageOfType,
    NoSuchType,
    NotArchivable,
    NotOpen,
    OpenPositions,
    OperationsPending,
    SameAsNow,
    TooManyAccounts,
    WrongGroup,
)
from modules.trading.models import AccountState, AccountType, TradingAccount, Visibility
from modules.trading.models.intents import OPEN_STATES

COUNTED = (
    AccountState.REQUESTED,
    AccountState.OPENING,
    AccountState.UNKNOWN,
    AccountState.OPEN,
)
"""States in which an account counts against the most that a client may have."""


def leverage(account: TradingAccount, payload: Mapping[str, Any], *, is_staff: bool) -> None:
    """Only what the type offers, and only a change.

    Raises:
        LeverageNotOffered: The type does not offer it.
        SameAsNow: The account has it.
    """
    del is_staff
    if payload["leverage"] not in account.type.leverages:
        raise LeverageNotOffered
    if payload["leverage"] == account.leverage:
        raise SameAsNow(field="leverage")


def account_type(account: TradingAccount, payload: Mapping[str, Any], *, is_staff: bool) -> None:
    """Only a type of the same server, kind and currency, with nothing in the balance.

    Raises:
        NoSuchType: It is not offered.
        SameAsNow: The account is of it.
        OperationsPending: Money or another change of the account is on its way.
        WrongGroup: It is of another server, kind or currency.
        OpenPositions: The type takes no accounts with open positions.
        LeverageNotOffered: It does not offer the account's leverage.
        TooManyAccounts: The client has as many of it as he may.
        CentsHoldMoney: One of both counts in cents, and there is something on the account.
    """
    wanted = AccountType.objects.filter(pk=uuid.UUID(str(payload["type_id"]))).first()
    seen = {Visibility.CLIENTS, Visibility.OFFICE} if is_staff else {Visibility.CLIENTS}
    if wanted is None or wanted.visibility not in seen:
        raise NoSuchType(field="type_id")
    if wanted.pk == account.type_id:
        raise SameAsNow(field="type_id")
    refuse_pending(account)
    now = account.type
    if (wanted.server_id, wanted.environment, wanted.currency) != (
        now.server_id,
        now.environment,
        now.currency,
    ):
        raise WrongGroup(field="type_id")
    refuse_new_meaning(account, wanted)
    if account.positions.exists() and not wanted.takes_open_positions:
        raise OpenPositions(field="type_id")
    if account.leverage not in wanted.leverages:
        offered = ", ".join(f"1:{one}" for one in wanted.leverages)
        raise LeverageOfType(field="type_id", offered=offered)
    held = wanted.accounts.filter(client_id=account.client_id, state__in=COUNTED)
    if account.client_id is not None and held.count() >= wanted.accounts_max:
        raise TooManyAccounts(field="type_id", most=wanted.accounts_max)


def archive(account: TradingAccount, _payload: Mapping[str, Any], *, is_staff: bool) -> None:
    """Only an account with nothing on it and nothing on its way; demo money does not count.

    Raises:
        NotArchivable: It says what there is.
    """
    del is_staff
    there = []
    for words, minor in (
        (_("a balance of %(amount)s"), account.balance_minor),
        (_("credit of %(amount)s"), account.credit_minor),
    ):
        if account.is_live and minor:
            there.append(words % {"amount": Money(minor, account.currency)})
    positions = account.positions.count()
    if positions:
        words = ngettext("%(count)s open position", "%(count)s open positions", positions)
        there.append(words % {"count": positions})
    pending = account.intents.filter(state__in=OPEN_STATES).count()
    if pending:
        words = ngettext(
            "%(count)s operation on its way", "%(count)s operations on their way", pending
        )
        there.append(words % {"count": pending})
    if there:
        raise NotArchivable(there=", ".join(there))


def credit(account: TradingAccount, payload: Mapping[str, Any], *, is_staff: bool) -> None:
    """Credit is never taken below nothing.

    Raises:
        CreditBelowZero: More would be taken than there is.
    """
    del is_staff
    if account.credit_minor + payload["amount_minor"] * account.cent_factor < 0:
        now = account.real(account.credit_minor)
        raise CreditBelowZero(field="amount", now=now)


def refuse_new_meaning(account: TradingAccount, wanted: AccountType) -> None:
    """Say no to a type that counts in another way while there is something to count.

    Raises:
        CentsHoldMoney: There is money, credit or a position on the account.
    """
    if wanted.cent_factor == account.cent_factor:
        return
    if account.balance_minor or account.credit_minor or account.positions.exists():
        raise CentsHoldMoney


def refuse_pending(account: TradingAccount) -> None:
    """Say no while something of the account is on its way.

    Raises:
        OperationsPending: So it is.
    """
    if account.intents.filter(state__in=OPEN_STATES).exists():
        raise OperationsPending


def refuse_closed(account: TradingAccount) -> None:
    """Say no to an account that is not on the server.

    Raises:
        NotOpen: So it is.
    """
    if account.state != AccountState.OPEN or account.login is None:
        raise NotOpen


GUARDS: Mapping[str, Callable[..., None]] = {
    "trading.leverage": leverage,
    "trading.account_type": account_type,
    "trading.archive": archive,
    "trading.credit": credit,
}
"""By kind of request: the account, what is wanted, and whether a colleague wants it."""
