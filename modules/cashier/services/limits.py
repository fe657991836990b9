"""Who may use which method, and how much by verification level."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import ROUND_UP

from django.db import transaction
from django.db.models import Sum

from kernel import audit, clock
from kernel.actor import Actor
from kernel.money import Money
from modules.cashier.errors import (
    BeyondLevel,
    GroupTwice,
    LevelLimitTooLow,
    NoRate,
    NoSuchMethod,
)
from modules.cashier.models import Allowance, LevelLimit, Method, MethodTerms, Withdrawal
from modules.cashier.types.catalogue import Access, AllowanceLine, LevelLimits, Terms
from modules.cashier.types.passages import WITHDRAWAL_COUNTED
from modules.clients import queries as clients
from modules.clients.errors import NoSuchGroup
from modules.wallets import queries as wallets
from modules.wallets.errors import NoRate as UnknownRate

DAY, MONTH = dt.timedelta(days=1), dt.timedelta(days=30)


@transaction.atomic
def set_access(method_id: uuid.UUID, access: Access, *, by: Actor) -> None:
    """Say which groups and verification levels may use a method. Opens a transaction.

    Raises:
        NoSuchMethod: There is none.
        clients.NoSuchGroup, clients.NoSuchLevel: One of them is not there.
        GroupTwice: A group is let in and kept out at once.
    """
    method = Method.objects.select_for_update().filter(pk=method_id).first()
    if method is None:
        raise NoSuchMethod
    known = {one.id for one in clients.groups(with_archived=True)}
    let_in, kept_out = set(access.groups), set(access.groups_not)
    if not let_in | kept_out <= known:
        raise NoSuchGroup
    if let_in & kept_out:
        raise GroupTwice
    for rank in (access.level_in, access.level_out):
        clients.level(rank)
    after = {
        "groups": sorted(let_in),
        "groups_not": sorted(kept_out),
        "level_in": access.level_in,
        "level_out": access.level_out,
    }
    changes = {
        name: [str(getattr(method, name)), str(value)]
        for name, value in after.items()
        if getattr(method, name) != value
    }
    for name, value in after.items():
        setattr(method, name, value)
    method.save(update_fields=list(after))
    audit.note("cashier.method_access", about=method, by=by, changes=changes)


@transaction.atomic
def set_level_limits(terms_id: uuid.UUID, limits: LevelLimits, *, by: Actor) -> uuid.UUID:
    """Set other limits for clients of a level or higher; return the method's id.

    Opens a transaction.

    Raises:
        NoSuchMethod: There are no such terms.
        clients.NoSuchLevel: The broker has no such level.
        LevelLimitTooLow: The most is less than the least.
    """
    terms = _locked(terms_id)
    named = clients.level(limits.level)
    if limits.most_minor < terms.least_minor:
        raise LevelLimitTooLow(level=named.name, least=Money(terms.least_minor, terms.currency))
    told = {
        "most_minor": limits.most_minor,
        "day_minor": limits.day_minor,
        "month_minor": limits.month_minor,
    }
    LevelLimit.objects.update_or_create(terms=terms, level=limits.level, defaults=told)
    _note_limits(terms, {"level": limits.level, **told}, by=by)
    return terms.method_id


@transaction.atomic
def drop_level_limits(terms_id: uuid.UUID, level: int, *, by: Actor) -> uuid.UUID:
    """Give clients of a level the limits of everybody below; return the method's id.

    Opens a transaction.

    Raises:
        NoSuchMethod: There are no such terms.
    """
    terms = _locked(terms_id)
    terms.levels.filter(level=level).delete()
    _note_limits(terms, {"level": level, "dropped": True}, by=by)
    return terms.method_id


@transaction.atomic
def set_allowance(wish: AllowanceLine, *, by: Actor) -> None:
    """Say what clients of a level or higher may take out in all. Opens a transaction.

    Raises:
        clients.NoSuchLevel: The broker has no such level.
    """
    clients.level(wish.level)
    told = {
        "currency": wish.currency,
        "day_minor": wish.day_minor,
        "month_minor": wish.month_minor,
    }
    Allowance.objects.update_or_create(level=wish.level, defaults=told)
    about = f"cashier.Allowance:{wish.level}"
    audit.note("cashier.allowance_set", about=about, by=by, changes=told)


@transaction.atomic
def drop_allowance(level: int, *, by: Actor) -> None:
    """Give clients of a level what those below may take out. Opens a transaction."""
    if Allowance.objects.filter(level=level).delete()[0]:
        audit.note("cashier.allowance_dropped", about=f"cashier.Allowance:{level}", by=by)


def refuse_too_low(method_id: uuid.UUID, terms: Terms) -> None:
    """Refuse terms whose least is more than the most of a level beside them.

    Raises:
        LevelLimitTooLow: There is one.
    """
    rows = LevelLimit.objects.filter(
        terms__method_id=method_id,
        terms__direction=terms.direction,
        terms__currency=terms.currency,
        most_minor__lt=terms.least_minor,
    )
    row = rows.order_by("level").first()
    if row is not None:
        names = {one.rank: one.name for one in clients.levels()}
        least = Money(terms.least_minor, terms.currency)
        raise LevelLimitTooLow(level=names.get(row.level, str(row.level)), least=least)


def check_level_allowance(client_id: uuid.UUID, level: int, amount: Money) -> None:
    """Refuse a withdrawal that is beyond what the client's level may take out in all.

    Raises:
        BeyondLevel: It is.
        NoRate: Something that counts cannot be converted now; what is not known is not let go.
    """
    row = Allowance.objects.filter(level__lte=level).order_by("-level").first()
    if row is None:
        return
    for most, lasts in ((row.day_minor, DAY), (row.month_minor, MONTH)):
        if most is None:
            continue
        rows = Withdrawal.objects.filter(
            client_id=client_id,
            state__in=WITHDRAWAL_COUNTED,
            asked_at__gt=clock.now() - lasts,
        )
        sums = rows.values_list("currency").annotate(total=Sum("amount_minor"))
        used = sum(_worth(Money(total, code), row.currency) for code, total in sums)
        if used + _worth(amount, row.currency) > most:
            raise BeyondLevel(left=Money(max(most - used, 0), row.currency), days=lasts.days)


def _worth(amount: Money, currency: str) -> int:
    """What ``amount`` counts in minor units of ``currency``: at the wallets' rate, rounded up."""
    if amount.currency == currency:
        return amount.minor
    try:
        rate = wallets.rate(amount.currency, currency).rate
    except UnknownRate as error:
        raise NoRate(source=amount.currency, target=currency) from error
    return Money.of(amount.amount * rate, currency, rounding=ROUND_UP).minor


def _locked(terms_id: uuid.UUID) -> MethodTerms:
    row = MethodTerms.objects.select_for_update().filter(pk=terms_id).first()
    if row is None:
        raise NoSuchMethod
    return row


def _note_limits(terms: MethodTerms, told: dict[str, object], *, by: Actor) -> None:
    changes = {"currency": terms.currency, "direction": terms.direction, **told}
    about = f"cashier.Method:{terms.method_id}"
    audit.note("cashier.level_limits", about=about, by=by, changes=changes)
