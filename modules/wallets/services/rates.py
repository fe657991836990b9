"""The broker's own rates, and what exchanging costs."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from modules.wallets.errors import SameCurrency
from modules.wallets.models import OwnRate, PairTerms
from modules.wallets.types import Terms


@transaction.atomic
def set_rate(base: str, quote: str, rate: Decimal | None, *, by: Actor) -> None:
    """Let one ``base`` be worth ``rate`` units of ``quote``; ``None``: the reference rates again.

    Opens a transaction. The opposite direction follows.

    Raises:
        SameCurrency: A currency is worth itself.
    """
    if base == quote:
        raise SameCurrency
    row = OwnRate.objects.create(
        base=base, quote=quote, rate=rate, set_at=clock.now(), set_by=by.name[:200]
    )
    audit.note("wallets.rate_set", about=row, by=by, changes={f"{base}/{quote}": rate})


@transaction.atomic
def set_terms(wish: Terms, *, by: Actor) -> None:
    """Change what exchanging a pair costs; ``*`` to ``*`` is all others. Opens a transaction.

    Raises:
        SameCurrency: Both sides are the same currency.
    """
    if wish.pay == wish.receive != PairTerms.ANY:
        raise SameCurrency
    limit = wish.approval_from.minor if wish.approval_from is not None else None
    row, _ = PairTerms.objects.update_or_create(
        pay=wish.pay,
        receive=wish.receive,
        defaults={
            "is_open": wish.is_open,
            "markup_percent": wish.markup_percent,
            "approval_from_minor": limit,
            "changed_at": clock.now(),
        },
    )
    changes = {"open": wish.is_open, "markup": wish.markup_percent, "approval_from": limit}
    audit.note("wallets.terms_set", about=row, by=by, changes=changes)
