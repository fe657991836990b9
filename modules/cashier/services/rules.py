"""What a broker lets happen with money that leaves."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction

from kernel import audit
from kernel.actor import Actor
from modules.cashier.models import PayoutRule
from modules.cashier.queries import outgoing
from modules.cashier.types.outgoing import RuleLine


@transaction.atomic
def set_payout_rules(wish: RuleLine, *, by: Actor) -> None:
    """Keep the broker's rules of payouts. Opens a transaction."""
    before, after = asdict(outgoing.rules()), asdict(wish)
    PayoutRule.objects.update_or_create(pk=PayoutRule.ONLY, defaults=after)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    audit.note("cashier.payout_rules", about="cashier.PayoutRule:1", by=by, changes=changes)
