"""Back to where it came from: what of earlier payments can be returned, and how it is split."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from kernel.money import Money
from modules.cashier.errors import BeyondSource, NothingArrives
from modules.cashier.models import Payment, Payout
from modules.cashier.providers import ADAPTERS
from modules.cashier.queries.catalogue import title_of
from modules.cashier.types.catalogue import ProviderKind
from modules.cashier.types.outgoing import Part, Way
from modules.cashier.types.passages import PAYOUT_FAILED, InstrumentKind, SplitMode
from modules.cashier.types.states import PaymentState

RETURNING = (ProviderKind.STRIPE, ProviderKind.REDIRECT)
SOURCE_NOTES = {
    InstrumentKind.BANK: _(
        "To your bank account that was approved. A transfer does not prove whose account money "
        "came from, so nothing goes back by itself."
    ),
    InstrumentKind.CRYPTO: _(
        "To your address that was approved. Coins are never sent back to the address they came "
        "from: it may belong to an exchange."
    ),
}
"""What the source of money means where a provider cannot return a payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An earlier payment of which something can be returned."""

    payment_id: uuid.UUID
    account_id: uuid.UUID
    account_name: str
    title: str
    """How the client paid, as he knows it."""
    paid: Money
    left: Money
    at: dt.datetime


def sources(client_id: uuid.UUID, currency: str) -> tuple[Source, ...]:
    """Earlier payments that providers can return, with what is left of each, oldest first."""
    rows = Payment.objects.select_related("account", "deposit__method").filter(
        deposit__client_id=client_id,
        currency=currency,
        state=PaymentState.APPROVED,
        account__kind__in=RETURNING,
        repayment=None,
    )
    payments = list(rows.order_by("created_at", "pk"))
    kept = Payout.objects.filter(source__in=payments).exclude(state__in=PAYOUT_FAILED)
    used = dict(kept.values_list("source_id").annotate(total=Sum("gross_minor")))
    found = []
    for row in payments:
        paid = row.received_minor if row.received_minor is not None else row.amount_minor
        left = paid - used.get(row.pk, 0)
        if left > 0:
            found.append(
                Source(
                    payment_id=row.pk,
                    account_id=row.account_id,
                    account_name=row.account.name,
                    title=title_of(row.deposit.method),
                    paid=Money(paid, currency),
                    left=Money(left, currency),
                    at=row.created_at,
                )
            )
    return tuple(found)


def split(amount: Money, chosen: Way, earlier: Sequence[Source], mode: str) -> tuple[Part, ...]:
    """Where ``amount`` goes: back to earlier payments as the broker says, the rest as chosen.

    Raises:
        BeyondSource: More than the chosen method can return.
    """
    if mode == SplitMode.OFF:
        earlier = [one for one in earlier if one.account_id == chosen.account_id]
    if mode == SplitMode.PROPORTIONAL:
        parts, rest = _proportional(amount, earlier)
    else:
        parts, rest = _oldest_first(amount, earlier)
    if rest.minor and chosen.needs:
        note = str(SOURCE_NOTES[InstrumentKind(chosen.needs)])
        parts.append(replace(_part(chosen.account_id, chosen.title, rest), note=note))
    elif rest.minor:
        if ADAPTERS[chosen.kind].capabilities.refunds_only or not earlier:
            raise BeyondSource(left=amount - rest)
        last = [one for one in earlier if one.account_id == chosen.account_id][-1:]
        if not last:
            raise BeyondSource(left=amount - rest)
        part = _part(chosen.account_id, chosen.title, rest, last[0].payment_id)
        parts.append(replace(part, title=last[0].title))
    return tuple(parts)


def with_fees(parts: Sequence[Part], total: Money) -> tuple[Part, ...]:
    """The parts, each bearing its share of the fee ``total``; no minor unit is lost or made.

    Something is left of every part: what is nothing cannot be paid.

    Raises:
        NothingArrives: The fee takes all but less than that.
    """
    shares = _leaving_some(parts, total.split(*[one.gross.minor for one in parts]))
    return tuple(replace(one, fee=share) for one, share in zip(parts, shares, strict=True))


def _leaving_some(parts: Sequence[Part], shares: Sequence[Money]) -> list[Money]:
    kept = [min(share.minor, one.gross.minor - 1) for one, share in zip(parts, shares, strict=True)]
    over = sum(share.minor for share in shares) - sum(kept)
    for place, one in enumerate(parts):
        more = min(over, one.gross.minor - 1 - kept[place])
        kept[place] += more
        over -= more
    if over:
        raise NothingArrives
    return [Money(minor, one.gross.currency) for minor, one in zip(kept, parts, strict=True)]


def _oldest_first(amount: Money, earlier: Sequence[Source]) -> tuple[list[Part], Money]:
    parts, rest = [], amount
    for one in earlier:
        share = min(one.left, rest)
        if share.minor:
            part = _part(one.account_id, one.account_name, share, one.payment_id)
            parts.append(replace(part, title=one.title))
            rest -= share
    return parts, rest


def _proportional(amount: Money, earlier: Sequence[Source]) -> tuple[list[Part], Money]:
    """Share what can be returned by what each provider was paid in all, oldest first within it."""
    total = Money(sum(one.left.minor for one in earlier), amount.currency)
    returned = min(amount, total)
    if not returned.minor:
        return [], amount
    groups: dict[uuid.UUID, list[Source]] = {}
    for one in earlier:
        groups.setdefault(one.account_id, []).append(one)
    weights = [sum(one.left.minor for one in group) for group in groups.values()]
    parts: list[Part] = []
    for share, group in zip(returned.split(*weights), groups.values(), strict=True):
        some, over = _oldest_first(share, group)
        parts += some
        if over.minor:
            raise BeyondSource(left=returned - over)
    return parts, amount - returned


def _part(
    account_id: uuid.UUID, name: str, gross: Money, payment_id: uuid.UUID | None = None
) -> Part:
    return Part(
        account_id=account_id,
        account_name=name,
        gross=gross,
        fee=Money.zero(gross.currency),
        payment_id=payment_id,
    )
