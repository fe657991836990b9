"""Account types: all of them for the broker, those on offer for a client."""

from __future__ import annotations

import uuid

from django.db.models import Count, Q

from kernel.money import Money
from modules.trading.errors import NoSuchType
from modules.trading.models import AccountState, AccountType, Visibility
from modules.trading.types import AccountLine, TypeLine

_HERE = Q(accounts__state=AccountState.OPEN)


def account_types() -> tuple[TypeLine, ...]:
    """Every account type with how many accounts it has, live first, in the broker's order."""
    rows = AccountType.objects.annotate(held=Count("accounts", filter=_HERE))
    return tuple(_line(row) for row in rows.order_by("-environment", "order", "name"))


def account_type(type_id: uuid.UUID) -> TypeLine:
    """One account type.

    Raises:
        NoSuchType: There is none.
    """
    rows = AccountType.objects.annotate(held=Count("accounts", filter=_HERE))
    row = rows.filter(pk=type_id).first()
    if row is None:
        raise NoSuchType
    return _line(row)


def offered_types(*, for_staff: bool = False) -> tuple[TypeLine, ...]:
    """Account types that a client, or a colleague on his behalf, may choose."""
    seen = [Visibility.CLIENTS, *([Visibility.OFFICE] if for_staff else [])]
    rows = AccountType.objects.filter(visibility__in=seen)
    return tuple(_line(row) for row in rows.order_by("-environment", "order", "name"))


def types_to_move_to(account: AccountLine, *, for_staff: bool = False) -> tuple[TypeLine, ...]:
    """Account types that an account could change to: of its server, kind and currency."""
    held = account_type(account.type_id)
    return tuple(
        one
        for one in offered_types(for_staff=for_staff)
        if one.id != held.id
        and (one.server_id, one.environment, one.currency)
        == (held.server_id, held.environment, held.currency)
    )


def _line(row: AccountType) -> TypeLine:
    return TypeLine(
        id=row.pk,
        name=row.name,
        summary=row.summary,
        environment=row.environment,
        is_live=row.is_live,
        server_id=row.server_id,
        group=row.group,
        currency=row.currency,
        leverages=tuple(row.leverages),
        leverage_default=row.leverage_default,
        deposit_min=Money(row.deposit_min_minor, row.currency),
        demo_amount=Money(row.demo_amount_minor, row.currency),
        accounts_max=row.accounts_max,
        is_swap_free=row.is_swap_free,
        needs_approval=row.needs_approval,
        takes_open_positions=row.takes_open_positions,
        visibility=row.visibility,
        visibility_label=Visibility(row.visibility).label,
        cent_factor=row.cent_factor,
        login_from=row.login_from,
        login_to=row.login_to,
        order=row.order,
        accounts=getattr(row, "held", 0),
    )
