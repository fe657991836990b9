"""The broker's catalogue of payment methods over JSON, and how a client can be paid."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Annotated, Any

from django.http import Http404
from ninja import Field, Schema

from kernel.api import ApiRequest, Strict, api_needs
from kernel.money import Money
from modules.cashier import queries, services
from modules.cashier.api.paying import router
from modules.cashier.errors import NoSuchMethod
from modules.cashier.queries import outgoing
from modules.cashier.types.catalogue import (
    Access,
    AllowanceLine,
    LevelLimits,
    MethodLine,
    Terms,
)
from modules.cashier.types.outgoing import Way
from modules.clients import queries as clients

MANAGE = "cashier.manage_methods"
SET_RULES = "cashier.set_payout_rules"


class WayOut(Schema):
    """A way to be paid, in one currency; amounts in major units."""

    id: uuid.UUID
    title: str
    icon: str
    logo_url: str = Field(description="On the broker's host; empty where the icon is shown.")
    currency: str
    least: Decimal
    most: Decimal
    needs: str = Field(description="`bank` or `crypto`; empty returns earlier payments.")
    level_needed: str = Field(
        description="The verification level to reach first; empty when he may use it."
    )


class LevelLimitOut(Schema):
    """Limits from a verification level on; major units, `null` is no limit."""

    level: int
    most: Decimal
    day: Decimal | None
    month: Decimal | None


class TermsOut(Schema):
    """What a method takes in one currency and direction; major units."""

    id: uuid.UUID
    direction: str = Field(description="`in` or `out`.")
    currency: str
    least: Decimal
    most: Decimal
    day: Decimal | None
    month: Decimal | None
    levels: list[LevelLimitOut]


class AccessIn(Strict):
    """Who may use a method; no group means everybody."""

    groups: list[uuid.UUID] = Field(default=[], max_length=100)
    groups_not: list[uuid.UUID] = Field(default=[], max_length=100)
    level_in: int = Field(0, ge=0, le=32767, description="Least level of who pays in.")
    level_out: int = Field(0, ge=0, le=32767, description="Least level of who is paid.")


class MethodLineOut(Schema):
    """A payment method as the broker has set it up."""

    id: uuid.UUID
    name: str
    icon: str
    logo_url: str
    place: int
    countries: list[str]
    countries_not: list[str]
    groups: list[uuid.UUID]
    groups_not: list[uuid.UUID]
    level_in: int
    level_out: int
    is_deposit_on: bool
    is_withdrawal_on: bool
    missing: list[str] = Field(description="What it lacks before clients can pay in with it.")
    missing_out: list[str] = Field(description="What it lacks before clients are paid with it.")
    terms: list[TermsOut]


class LevelLimitIn(Strict):
    """Other limits for clients of a level or higher; major units, empty is no limit."""

    level: int = Field(ge=0, le=32767)
    most: str = Field(max_length=30)
    day: str = Field("", max_length=30)
    month: str = Field("", max_length=30)


class AllowanceIn(Strict):
    """What clients of a level or higher may take out in all; major units, empty is no limit."""

    currency: str = Field(max_length=8)
    day: str = Field("", max_length=30)
    month: str = Field("", max_length=30)


class AllowanceOut(Schema):
    """What clients of a level or higher may take out in all."""

    level: int
    currency: str
    day: Decimal | None
    month: Decimal | None


@router.get("/my/withdrawal-methods", response=list[WayOut])
@api_needs("cashier.see_withdrawals")
def ways(
    request: ApiRequest,
    currency: Annotated[str, Field(max_length=8, description="Of the source.")],
) -> list[dict[str, Any]]:
    """How the client who asks can be paid, and what a higher level would open."""
    if request.actor.id is None:
        raise Http404
    of = clients.standing(request.actor.id)
    return [_way(one) for one in outgoing.ways(currency, of)]


@router.get("/methods", response=list[MethodLineOut])
@api_needs(MANAGE)
def all_methods(request: ApiRequest) -> list[dict[str, Any]]:
    """All payment methods in the order in which clients see them."""
    del request
    return [_method(one) for one in queries.methods()]


@router.post("/methods/{method_id}/access", response=MethodLineOut)
@api_needs(MANAGE)
def set_access(request: ApiRequest, method_id: uuid.UUID, wish: AccessIn) -> dict[str, Any]:
    """Say which groups and verification levels may use a method."""
    _found(method_id)
    access = Access(
        groups=tuple(wish.groups),
        groups_not=tuple(wish.groups_not),
        level_in=wish.level_in,
        level_out=wish.level_out,
    )
    services.set_access(method_id, access, by=request.actor)
    return _method(_found(method_id))


@router.post("/methods/{method_id}/terms/{terms_id}/levels", response=MethodLineOut)
@api_needs(MANAGE)
def set_level_limits(
    request: ApiRequest, method_id: uuid.UUID, terms_id: uuid.UUID, wish: LevelLimitIn
) -> dict[str, Any]:
    """Set other limits for clients of a level or higher."""
    terms = next((one for one in _found(method_id).terms if one.id == terms_id), None)
    if terms is None:
        raise Http404
    limits = LevelLimits(
        level=wish.level,
        most_minor=services.amount_of(wish.most, terms.currency).minor,
        day_minor=_minor(wish.day, terms.currency),
        month_minor=_minor(wish.month, terms.currency),
    )
    services.set_level_limits(terms_id, limits, by=request.actor)
    return _method(_found(method_id))


@router.get("/allowances", response=list[AllowanceOut])
@api_needs(SET_RULES)
def allowances(request: ApiRequest) -> list[dict[str, Any]]:
    """What clients may take out in all, by verification level."""
    del request
    return [_allowance(one) for one in outgoing.allowances()]


@router.post("/allowances/{level}", response=list[AllowanceOut])
@api_needs(SET_RULES)
def set_allowance(request: ApiRequest, level: int, wish: AllowanceIn) -> list[dict[str, Any]]:
    """Say what clients of a level or higher may take out in all."""
    told = AllowanceLine(
        level=level,
        currency=wish.currency,
        day_minor=_minor(wish.day, wish.currency),
        month_minor=_minor(wish.month, wish.currency),
    )
    services.set_allowance(told, by=request.actor)
    return [_allowance(one) for one in outgoing.allowances()]


@router.delete("/allowances/{level}", response=list[AllowanceOut])
@api_needs(SET_RULES)
def drop_allowance(request: ApiRequest, level: int) -> list[dict[str, Any]]:
    """Give clients of a level what those below may take out."""
    services.drop_allowance(level, by=request.actor)
    return [_allowance(one) for one in outgoing.allowances()]


def _found(method_id: uuid.UUID) -> MethodLine:
    try:
        return queries.method(method_id)
    except NoSuchMethod as error:
        raise Http404 from error


def _minor(text: str, currency: str) -> int | None:
    return services.amount_of(text, currency).minor if text.strip() else None


def _major(minor: int | None, currency: str) -> Decimal | None:
    return None if minor is None else Money(minor, currency).amount


def _way(one: Way) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in WayOut.model_fields}
    return plain | {"least": one.least.amount, "most": one.most.amount}


def _method(one: MethodLine) -> dict[str, Any]:
    own = {name: getattr(one, name, None) for name in MethodLineOut.model_fields}
    access = {name: getattr(one.access, name) for name in AccessIn.model_fields}
    return own | access | {"terms": [_terms(terms) for terms in one.terms]}


def _terms(one: Terms) -> dict[str, Any]:
    return {
        "id": one.id,
        "direction": one.direction,
        "currency": one.currency,
        "least": _major(one.least_minor, one.currency),
        **_limits(one, one.currency),
        "levels": [{"level": held.level, **_limits(held, one.currency)} for held in one.levels],
    }


def _limits(one: Terms | LevelLimits, currency: str) -> dict[str, Any]:
    return {
        "most": _major(one.most_minor, currency),
        "day": _major(one.day_minor, currency),
        "month": _major(one.month_minor, currency),
    }


def _allowance(one: AllowanceLine) -> dict[str, Any]:
    return {
        "level": one.level,
        "currency": one.currency,
        "day": _major(one.day_minor, one.currency),
        "month": _major(one.month_minor, one.currency),
    }
