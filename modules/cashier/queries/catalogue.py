"""Provider accounts and payment methods: as set up, what they lack, and as clients see them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from identity.brand import absolute
from modules.cashier.errors import LevelNeeded, NoSuchAccount, NoSuchMethod
from modules.cashier.models import LevelLimit, Method, MethodTerms, ProviderAccount, Route
from modules.cashier.providers import ADAPTERS
from modules.cashier.types.catalogue import (
    Access,
    Direction,
    Fee,
    LevelLimits,
    MethodLine,
    Offer,
    ProviderKind,
    ProviderLine,
    ProviderState,
    RouteLine,
    Terms,
)
from modules.clients import queries as clients
from modules.clients.types import Standing
from themes import queries as themes

URLS = "config.urls.tenant"
"""Of a broker's host: a worker answers no request, so it has to say so."""

_TONES = {ProviderState.DRAFT: "", ProviderState.PROVEN: "ok", ProviderState.BROKEN: "bad"}


def accounts() -> tuple[ProviderLine, ...]:
    """All provider accounts, by name."""
    rows = ProviderAccount.objects.annotate(methods=Count("routes__method", distinct=True))
    return tuple(_account(row, row.methods) for row in rows.order_by("name", "pk"))


def account(account_id: uuid.UUID) -> ProviderLine:
    """One provider account.

    Raises:
        NoSuchAccount: There is none.
    """
    rows = ProviderAccount.objects.annotate(methods=Count("routes__method", distinct=True))
    row = rows.filter(pk=account_id).first()
    if row is None:
        raise NoSuchAccount
    return _account(row, row.methods)


def methods() -> tuple[MethodLine, ...]:
    """All payment methods in the order in which clients see them."""
    names = _level_names()
    return tuple(_method(row, names) for row in _rows().order_by("place", "name", "pk"))


def method(method_id: uuid.UUID) -> MethodLine:
    """One payment method.

    Raises:
        NoSuchMethod: There is none.
    """
    row = _rows().filter(pk=method_id).first()
    if row is None:
        raise NoSuchMethod
    return _method(row, _level_names())


def offers(of: Standing) -> tuple[Offer, ...]:
    """The methods that a client can pay in with, and those that a higher level would open.

    Those of other countries and groups are left out.
    """
    rows = _rows().filter(is_deposit_on=True).order_by("place", "name", "pk")
    titles = level_titles()
    return tuple(_offer(row, of, titles) for row in rows if _is_offered(row, of))


def offer(method_id: uuid.UUID, of: Standing) -> Offer:
    """One of them, which he may use.

    Raises:
        NoSuchMethod: It is not offered to this client.
        LevelNeeded: He is not verified far enough.
    """
    row = _rows().filter(pk=method_id, is_deposit_on=True).first()
    if row is None or not _is_offered(row, of):
        raise NoSuchMethod
    found = _offer(row, of, level_titles())
    if found.level_needed:
        raise LevelNeeded(level=found.level_needed)
    return found


def level_titles() -> Mapping[int, str]:
    """What clients read for each verification level."""
    return {one.rank: one.title for one in clients.levels()}


def level_needed(least: int, of: Standing, titles: Mapping[int, str]) -> str:
    """The level that a client has to reach first; empty when he has it."""
    return "" if of.level >= least else titles.get(least) or str(least)


def is_for(row: Method, of: Standing) -> bool:
    """Whether a method is for clients of this country and these groups."""
    if of.country in row.countries_not or (row.countries and of.country not in row.countries):
        return False
    if of.groups & set(row.groups_not):
        return False
    return not row.groups or bool(of.groups & set(row.groups))


def routes_for(method_id: uuid.UUID, country: str) -> tuple[uuid.UUID, ...]:
    """The proven provider accounts that a method tries for a payer of ``country``, in order.

    Routes that name the country come before those for everyone.
    """
    rows = Route.objects.select_related("account").filter(
        method_id=method_id, account__state=ProviderState.PROVEN
    )
    fitting = [row for row in rows if not row.countries or country in row.countries]
    fitting.sort(key=lambda row: (not row.countries, row.place))
    return tuple(row.account_id for row in fitting)


def title_of(row: Method) -> str:
    """A method's name in the language of the page."""
    return _in_language(row.titles) or row.name


def terms_of(row: MethodTerms, titles: Mapping[int, str] | None = None) -> Terms:
    """Limits and fees of a method in one currency; ``titles`` names verification levels."""
    return Terms(
        id=row.pk,
        currency=row.currency,
        direction=row.direction,
        least_minor=row.least_minor,
        most_minor=row.most_minor,
        day_minor=row.day_minor,
        month_minor=row.month_minor,
        broker_fee=Fee(
            percent=row.broker_percent,
            fixed_minor=row.broker_fixed_minor,
            least_minor=row.broker_least_minor,
            most_minor=row.broker_most_minor,
        ),
        psp_fee=Fee(
            percent=row.psp_percent,
            fixed_minor=row.psp_fixed_minor,
            least_minor=row.psp_least_minor,
            most_minor=row.psp_most_minor,
        ),
        psp_fee_payer=row.psp_fee_payer,
        four_eyes_minor=row.four_eyes_minor,
        levels=tuple(_level_limits(one, titles or {}) for one in _by_level(row)),
    )


def _by_level(row: MethodTerms) -> list[LevelLimit]:
    return sorted(row.levels.all(), key=lambda one: one.level)


def _level_limits(row: LevelLimit, titles: Mapping[int, str]) -> LevelLimits:
    return LevelLimits(
        level=row.level,
        most_minor=row.most_minor,
        day_minor=row.day_minor,
        month_minor=row.month_minor,
        level_name=titles.get(row.level, ""),
    )


def missing(row: Method, direction: str = Direction.IN) -> tuple[str, ...]:
    """What a method lacks before clients can use it, in sentences (TEN-09)."""
    found = []
    routes = [one for one in row.routes.all() if direction == Direction.IN or pays(one.account)]
    if not row.routes.all():
        found.append(_("Choose at least one payment provider."))
    elif not routes:
        found.append(_("None of its providers can pay out."))
    for route in routes:
        found += _missing_of(route.account)
    taken = [one for one in row.terms.all() if one.direction == direction]
    if not taken:
        found.append(_("Set limits for at least one currency."))
    for one in taken:
        takers = [route for route in routes if _takes(route.account, one.currency)]
        if routes and not takers:
            sentence = _("No provider of this method takes %(currency)s.")
            found.append(sentence % {"currency": one.currency})
    language = settings.LANGUAGE_CODE.partition("-")[0]
    if row.titles and not row.titles.get(language):
        found.append(_("Give it a name in English: other languages fall back to it."))
    return tuple(dict.fromkeys(found))


def pays(found: ProviderAccount) -> bool:
    """Whether a provider can pay clients."""
    return ADAPTERS[found.kind].capabilities.pays_out


def _missing_of(found: ProviderAccount) -> Iterable[str]:
    if found.state == ProviderState.PROVEN:  # the test has looked at all of it
        return
    line = _account(found, 0)
    for one in ADAPTERS[found.kind].settings:
        is_there = one.key in line.has_secrets if one.is_secret else line.settings.get(one.key)
        if one.is_needed and not is_there:
            sentence = _("%(provider)s: “%(setting)s” is empty.")
            yield sentence % {"provider": found.name, "setting": one.title}
    yield _("%(provider)s: test the connection.") % {"provider": found.name}


def _takes(found: ProviderAccount, currency: str) -> bool:
    taken = ADAPTERS[found.kind].capabilities.currencies
    return taken is None or currency in taken


def _is_offered(row: Method, of: Standing) -> bool:
    return is_for(row, of) and not missing(row) and bool(routes_of(row, of.country))


def routes_of(row: Method, country: str) -> list[Route]:
    """The routes of a fetched method that take a payer of ``country``."""
    return [
        route
        for route in row.routes.all()
        if route.account.state == ProviderState.PROVEN
        and (not route.countries or country in route.countries)
    ]


def _rows() -> QuerySet[Method]:
    return Method.objects.prefetch_related("routes__account", "terms__levels")


def _account(row: ProviderAccount, methods_count: int) -> ProviderLine:
    state = ProviderState(row.state)
    return ProviderLine(
        id=row.pk,
        kind=row.kind,
        kind_label=ProviderKind(row.kind).label,
        name=row.name,
        code=row.code,
        settings=row.settings,
        has_secrets=frozenset(row.secrets()),
        state=row.state,
        state_label=state.label,
        tone=_TONES[state],
        tested_at=row.tested_at,
        checks=tuple(row.checks),
        callback_url=absolute(reverse("cashier_callback", args=[row.pk], urlconf=URLS)),
        methods=methods_count,
    )


def _level_names() -> Mapping[int, str]:
    return {one.rank: one.name for one in clients.levels()}


def _method(row: Method, levels: Mapping[int, str]) -> MethodLine:
    return MethodLine(
        id=row.pk,
        name=row.name,
        titles=row.titles,
        notes=row.notes,
        icon=row.icon,
        logo=row.logo,
        countries=tuple(row.countries),
        countries_not=tuple(row.countries_not),
        place=row.place,
        is_deposit_on=row.is_deposit_on,
        is_withdrawal_on=row.is_withdrawal_on,
        routes=tuple(
            RouteLine(
                account_id=one.account_id,
                account_name=one.account.name,
                kind=one.account.kind,
                countries=tuple(one.countries),
                is_proven=one.account.state == ProviderState.PROVEN,
            )
            for one in sorted(row.routes.all(), key=lambda one: one.place)
        ),
        terms=tuple(
            terms_of(one, levels)
            for one in sorted(row.terms.all(), key=lambda one: (one.direction, one.currency))
        ),
        missing=missing(row),
        missing_out=missing(row, Direction.OUT),
        access=Access(
            groups=tuple(row.groups),
            groups_not=tuple(row.groups_not),
            level_in=row.level_in,
            level_out=row.level_out,
        ),
        logo_url=themes.logo_url(row.logo),
    )


def _offer(row: Method, of: Standing, titles: Mapping[int, str]) -> Offer:
    inwards = sorted(
        (one for one in row.terms.all() if one.direction == Direction.IN),
        key=lambda one: one.currency,
    )
    return Offer(
        id=row.pk,
        title=title_of(row),
        note=_in_language(row.notes),
        icon=row.icon,
        currencies=tuple(one.currency for one in inwards),
        terms={one.currency: terms_of(one).at(of.level) for one in inwards},
        logo_url=themes.logo_url(row.logo),
        level_needed=level_needed(row.level_in, of, titles),
    )


def _in_language(texts: dict[str, str]) -> str:
    language = (get_language() or "en").partition("-")[0]
    return texts.get(get_language() or "") or texts.get(language) or texts.get("en") or ""
