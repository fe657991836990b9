"""Which accounts a broker offers: the map from an account type to a server's group."""

from __future__ import annotations

import uuid

from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from kernel.money import CURRENCIES, Money
from modules.trading.errors import (
    CentsInUse,
    CentsOfGroup,
    CurrencyUnknown,
    GroupGone,
    LeverageNotOffered,
    LoginsOverlap,
    NoSuchType,
    TypeInUse,
)
from modules.trading.models import AccountType, Environment, ServerSync
from modules.trading.types import TypeWish
from provisioning.servers import queries as servers
from provisioning.servers.types import Group

_FIXED = ("environment", "server_id", "group")
CENTS = {"USC": "USD", "EUC": "EUR", "GBC": "GBP"}
"""How servers name the hundredths of a currency; their money is kept in the currency itself."""


@transaction.atomic
def create_type(wish: TypeWish, *, by: Actor) -> uuid.UUID:
    """Offer a new account type. Opens a transaction.

    Raises:
        GroupGone: The server's group is not known.
        CurrencyUnknown: The group's currency cannot be counted exactly here.
        LeverageNotOffered: The default is not among the leverages.
        CentsOfGroup: Another type of the group counts in another way.
        LoginsOverlap: Its logins overlap those of another type.
    """
    row = AccountType(created_at=clock.now())
    _apply(row, wish)
    row.save(force_insert=True)
    ServerSync.objects.get_or_create(pk=row.server_id)
    ServerSync.objects.filter(pk=row.server_id).update(due_at=None, accounts_at=None)
    audit.note("trading.type_created", about=row, by=by, changes=_words(row))
    return row.pk


@transaction.atomic
def update_type(type_id: uuid.UUID, wish: TypeWish, *, by: Actor) -> None:
    """Change an account type. Opens a transaction.

    Raises:
        NoSuchType: There is none.
        TypeInUse: Accounts of it exist, and its server, group or environment would change.
        CentsInUse: Accounts of it exist, and its cent factor would change.
        GroupGone: The server's group is not known.
        CurrencyUnknown: The group's currency cannot be counted exactly here.
        LeverageNotOffered: The default is not among the leverages.
        CentsOfGroup: Another type of the group counts in another way.
        LoginsOverlap: Its logins overlap those of another type.
    """
    row = AccountType.objects.select_for_update().filter(pk=type_id).first()
    if row is None:
        raise NoSuchType
    moved = any(getattr(row, name) != getattr(wish, name) for name in _FIXED)
    if moved and row.accounts.exists():
        raise TypeInUse
    if row.cent_factor != wish.cent_factor and row.accounts.exists():
        raise CentsInUse
    before = _words(row)
    _apply(row, wish)
    row.save()
    after = _words(row)
    changes = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    audit.note("trading.type_changed", about=row, by=by, changes=changes)


def _apply(row: AccountType, wish: TypeWish) -> None:
    group = _group(wish)
    if wish.leverage_default not in wish.leverages:
        raise LeverageNotOffered
    row.name, row.summary, row.order = wish.name, wish.summary, wish.order
    row.environment, row.server_id, row.group = wish.environment, wish.server_id, wish.group
    row.cent_factor = wish.cent_factor
    row.currency = money_of(group.currency, wish.cent_factor)
    row.leverages = sorted(set(wish.leverages))
    row.leverage_default = wish.leverage_default
    row.deposit_min_minor = Money.of(wish.deposit_min, row.currency).minor
    is_demo = wish.environment == Environment.DEMO
    row.demo_amount_minor = Money.of(wish.demo_amount, row.currency).minor if is_demo else 0
    row.accounts_max = wish.accounts_max
    row.login_from, row.login_to = wish.login_from, wish.login_to
    row.is_swap_free, row.needs_approval = wish.is_swap_free, wish.needs_approval
    row.takes_open_positions = wish.takes_open_positions
    row.visibility = wish.visibility
    _refuse_other_cents(row)
    _refuse_overlap(row)


def money_of(currency: str, cent_factor: int) -> str:
    """In which currency the money of a group is kept: ``USC`` of a cent account is ``USD``."""
    return CENTS.get(currency, currency) if cent_factor != 1 else currency


def _refuse_other_cents(row: AccountType) -> None:
    """An account found on the server is of whichever type maps its group.

    Raises:
        CentsOfGroup: Another one counts in another way.
    """
    same = AccountType.objects.filter(server_id=row.server_id, group=row.group)
    other = same.exclude(pk=row.pk).exclude(cent_factor=row.cent_factor).first()
    if other is not None:
        raise CentsOfGroup(other=other.name)


def _refuse_overlap(row: AccountType) -> None:
    """Ranges of one server are the same, or apart.

    Raises:
        LoginsOverlap: They share some logins, not all.
    """
    if row.login_from is None or row.login_to is None:
        return
    ranges = AccountType.objects.filter(server_id=row.server_id).exclude(pk=row.pk)
    touching = ranges.filter(login_from__lte=row.login_to, login_to__gte=row.login_from)
    other = touching.exclude(login_from=row.login_from, login_to=row.login_to).first()
    if other is not None:
        raise LoginsOverlap(other=other.name, first=other.login_from, last=other.login_to)


def _group(wish: TypeWish) -> Group:
    known = servers.groups(wish.server_id)
    group = next((group for group in known if group.name == wish.group), None)
    if group is None:
        raise GroupGone(group=wish.group)
    if CURRENCIES.get(money_of(group.currency, wish.cent_factor), -1) < group.currency_digits:
        raise CurrencyUnknown(currency=group.currency)
    return group


def _words(row: AccountType) -> dict[str, object]:
    names = (
        "name", "environment", "server_id", "group", "currency", "leverages", "leverage_default",
        "deposit_min_minor", "demo_amount_minor", "accounts_max", "is_swap_free",
        "needs_approval", "takes_open_positions", "visibility", "order",
        "cent_factor", "login_from", "login_to",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}
