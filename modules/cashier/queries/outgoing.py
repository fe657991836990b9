"""What a client may take out: from where, by which way, and back to which earlier payments."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db.models import QuerySet

from kernel import clock
from kernel.money import Money
from modules.cashier.errors import (
    CurrencyNotTaken,
    LevelNeeded,
    NoSuchInstrument,
    NoSuchMethod,
    NotYourMoney,
)
from modules.cashier.models import (
    Allowance,
    ClientFreeze,
    Instrument,
    Method,
    MethodTerms,
    PayoutRule,
)
from modules.cashier.queries import catalogue
from modules.cashier.queries.targets import wallet_title
from modules.cashier.types.catalogue import AllowanceLine, Direction, ProviderKind, Terms
from modules.cashier.types.outgoing import InstrumentLine, RuleLine, Spot, Way
from modules.cashier.types.passages import (
    INSTRUMENT_TONES,
    InstrumentKind,
    InstrumentState,
    Where,
)
from modules.clients import queries as clients
from modules.clients.types import Standing
from modules.trading import queries as trading
from modules.trading.types import AccountLine
from modules.wallets import queries as wallets
from modules.wallets.types import WalletLine
from themes import queries as themes

NEEDS = {ProviderKind.BANK: InstrumentKind.BANK, ProviderKind.CRYPTO: InstrumentKind.CRYPTO}
"""What a provider pays to; the others return earlier payments."""


def rules() -> RuleLine:
    """What the broker says of money that leaves."""
    row = PayoutRule.objects.filter(pk=PayoutRule.ONLY).first() or PayoutRule()
    return RuleLine(
        split=row.split,
        cool_down_hours=row.cool_down_hours,
        most_a_day=row.most_a_day,
        expected_hours=row.expected_hours,
        is_to_others_on=row.is_to_others_on,
    )


def is_frozen(client_id: uuid.UUID) -> bool:
    """Whether the client's money stays until a person has looked."""
    return ClientFreeze.objects.filter(client_id=client_id, lifted_at=None).exists()


def spots(client_id: uuid.UUID, *, of_transfer: bool = False) -> tuple[Spot, ...]:
    """The client's wallets, then his open live accounts that money may leave."""
    found = [_wallet_spot(one) for one in wallets.wallets_of(client_id)]
    for one in trading.accounts_of(client_id):
        allowed = one.may_transfer if of_transfer else one.may_withdraw
        if one.is_open and one.is_live and one.login is not None and allowed:
            found.append(_account_spot(one))
    return tuple(found)


def spot(client_id: uuid.UUID, key: str, *, of_transfer: bool = False) -> Spot:
    """One of them.

    Raises:
        NotYourMoney: There is none of that name.
    """
    for one in spots(client_id, of_transfer=of_transfer):
        if one.key == key:
            return one
    raise NotYourMoney(field="source")


def ways(currency: str, of: Standing) -> tuple[Way, ...]:
    """The methods that pay a client in ``currency``, and those that a higher level would open."""
    rows = _methods().order_by("place", "name", "pk")
    titles = catalogue.level_titles()
    found = [_way(row, currency, of, titles) for row in rows]
    return tuple(one for one in found if one is not None)


def way(method_id: uuid.UUID, currency: str, of: Standing) -> tuple[Way, Terms]:
    """One of them, which he may use, with the terms of his level.

    Raises:
        NoSuchMethod: It is not offered to this client.
        CurrencyNotTaken: Not in this currency.
        LevelNeeded: He is not verified far enough.
    """
    row = _methods().filter(pk=method_id).first()
    if row is None or not catalogue.is_for(row, of):
        raise NoSuchMethod
    terms = _terms(row, currency)
    if terms is None:
        raise CurrencyNotTaken(currency=currency, field="method")
    found = _way(row, currency, of, catalogue.level_titles())
    if found is None:
        raise NoSuchMethod
    if found.level_needed:
        raise LevelNeeded(level=found.level_needed)
    return found, catalogue.terms_of(terms).at(of.level)


def allowances() -> tuple[AllowanceLine, ...]:
    """What clients may take out in all, by verification level, lowest first."""
    names = {one.rank: one.name for one in clients.levels()}
    return tuple(
        AllowanceLine(
            level=row.level,
            currency=row.currency,
            day_minor=row.day_minor,
            month_minor=row.month_minor,
            level_name=names.get(row.level, str(row.level)),
        )
        for row in Allowance.objects.order_by("level")
    )


def instruments(client_id: uuid.UUID) -> tuple[InstrumentLine, ...]:
    """What the client can be paid to, newest first; removed ones are left out."""
    rows = Instrument.objects.filter(client_id=client_id).exclude(state=InstrumentState.REMOVED)
    return tuple(instrument_line(row) for row in rows.order_by("-added_at"))


def instrument(instrument_id: uuid.UUID, client_id: uuid.UUID) -> InstrumentLine:
    """One of them.

    Raises:
        NoSuchInstrument: It is not his, or there is none.
    """
    row = Instrument.objects.filter(pk=instrument_id, client_id=client_id).first()
    if row is None:
        raise NoSuchInstrument
    return instrument_line(row)


def instrument_line(row: Instrument) -> InstrumentLine:
    """An instrument as it leaves the module: no number, only its title."""
    state = InstrumentState(row.state)
    since = row.usable_from_at
    is_usable = state == InstrumentState.APPROVED and since is not None and since <= clock.now()
    return InstrumentLine(
        id=row.pk,
        kind=row.kind,
        kind_label=InstrumentKind(row.kind).label,
        currency=row.currency,
        title=row.title,
        state=row.state,
        state_label=state.label,
        tone=INSTRUMENT_TONES[state],
        reason=row.reason,
        usable_from_at=since,
        is_usable=is_usable,
        added_at=row.added_at,
    )


def _methods() -> QuerySet[Method]:
    rows = Method.objects.prefetch_related("routes__account", "terms__levels")
    return rows.filter(is_withdrawal_on=True)


def _way(row: Method, currency: str, of: Standing, titles: Mapping[int, str]) -> Way | None:
    found = _terms(row, currency)
    if found is None or not catalogue.is_for(row, of):
        return None
    routes = catalogue.routes_of(row, of.country)
    fitting = [one.account for one in routes if catalogue.pays(one.account)]
    if not fitting:
        return None
    kind = ProviderKind(fitting[0].kind)
    terms = catalogue.terms_of(found).at(of.level)
    return Way(
        id=row.pk,
        title=catalogue.title_of(row),
        icon=row.icon,
        kind=kind,
        currency=currency,
        account_id=fitting[0].pk,
        needs=NEEDS.get(kind, ""),
        least=Money(terms.least_minor, currency),
        most=Money(terms.most_minor, currency),
        logo_url=themes.logo_url(row.logo),
        level_needed=catalogue.level_needed(row.level_out, of, titles),
    )


def _terms(row: Method, currency: str) -> MethodTerms | None:
    fitting = [
        one
        for one in row.terms.all()
        if one.direction == Direction.OUT and one.currency == currency
    ]
    return fitting[0] if fitting else None


def _wallet_spot(line: WalletLine) -> Spot:
    return Spot(
        key=f"wallet:{line.currency}",
        where=Where.WALLET,
        id=line.id,
        currency=line.currency,
        title=wallet_title(line.currency),
        free=line.available,
    )


def _account_spot(line: AccountLine) -> Spot:
    return Spot(
        key=f"account:{line.id}",
        where=Where.ACCOUNT,
        id=line.id,
        currency=line.currency,
        title=f"{line.name} · {line.login}",
        free=line.withdrawable,
        login=line.login,
        server_id=line.server_id,
    )
