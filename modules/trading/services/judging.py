"""What a look at the trading server means for an operation in doubt.

Each function needs the transaction of its caller, with the operation's row locked.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils.translation import gettext as _

from kernel import audit, clock
from modules.trading.models import (
    Intent,
    IntentKind,
    IntentState,
    MoneyFreeze,
    OperationRule,
    What,
)
from modules.trading.queries.pauses import LOOKS_NEEDED, is_sending_paused
from modules.trading.services import outcomes
from modules.trading.services.acts import BY_SERVER
from modules.trading.services.amounts import to_major
from modules.trading.services.moving import US, again, move, tell
from modules.trading.services.work import Booked, Doubled, Verdict

MOST_SENDS = 3
MOST_HARMLESS_SENDS = 20


def judge(intent: Intent, verdict: Verdict) -> bool:
    """Record what a look found; whether it is to be sent again now."""
    if isinstance(verdict, Booked):
        outcomes.record_done(intent, What.FOUND, verdict.facts)
        return False
    if isinstance(verdict, Doubled):
        _freeze(intent, verdict)
        return False
    return _missed(intent)


def look_failed(intent: Intent, why: str) -> None:
    """Nothing is decided; after long enough a person has to look."""
    if _is_old(intent):
        tell(intent, What.LOOK_FAILED, why=why)
        leave_to_person(intent, _("The trading server could not be asked for too long."))
        return
    tell(intent, What.LOOK_FAILED, why=why)
    again(intent, tries=intent.attempts)


def leave_to_person(intent: Intent, why: str) -> None:
    """Nothing more happens by itself."""
    move(intent, IntentState.MANUAL, What.LEFT_TO_PERSON, why=why)
    outcomes.record_stuck(intent, why)


def _missed(intent: Intent) -> bool:
    if _waited(intent) >= dt.timedelta(seconds=settings.TRADING_CALL_SECONDS):
        intent.lookups += 1
    tell(intent, What.MISSED, facts={"looks": intent.lookups})
    if not _is_settled(intent) or is_sending_paused(intent.server_id):
        again(intent, tries=intent.attempts, also=["lookups"])
        return False
    intent.save(update_fields=["lookups"])
    if intent.refusal:
        outcomes.record_refused(intent, intent.refusal, intent.sentence)
        return False
    why_not = _why_not_again(intent)
    if why_not:
        leave_to_person(intent, why_not)
    return not why_not


def _is_settled(intent: Intent) -> bool:
    """Whether the server had all its time to book it, and enough looks missed it after that call.

    What may be done twice without harm waits only until its call has certainly ended.
    """
    if _is_harmless(intent):
        return intent.lookups > 0
    settle = dt.timedelta(seconds=settings.TRADING_SETTLE_SECONDS)
    return _waited(intent) >= settle and intent.lookups >= LOOKS_NEEDED


def _is_harmless(intent: Intent) -> bool:
    """Whether doing it twice is doing it once.

    An account is opened under a login that we chose: the second attempt is refused there.
    """
    is_blind = intent.kind == IntentKind.OPEN and bool(intent.payload.get(BY_SERVER))
    return not intent.is_money and not is_blind


def _why_not_again(intent: Intent) -> str:
    """Why it must not be sent again without a person; empty when it may."""
    if _is_harmless(intent):
        return "" if intent.sends < MOST_HARMLESS_SENDS else _("It was sent too often.")
    if intent.sends >= MOST_SENDS:
        return _("It was sent %(times)s times and never found.") % {"times": intent.sends}
    account = intent.account
    if intent.amount_minor is None or account is None or not account.is_live:
        return ""
    rule = OperationRule.objects.filter(pk=OperationRule.ONLY).first()
    limit = rule.resend_limit if rule else OperationRule.RESEND_LIMIT
    if abs(to_major(intent.amount_minor, intent.currency)) <= limit:
        return ""
    return _("It was not found, and the amount is too large to be sent again without a person.")


def _freeze(intent: Intent, found: Doubled) -> None:
    """Done more than once: nothing more happens to this account's money by itself."""
    facts = {"numbers": list(found.numbers), "tag": intent.tag}
    why = _("It was found %(times)s times on the trading server.") % {"times": len(found.numbers)}
    tell(intent, What.DOUBLED, why=why, facts=facts)
    if intent.account is not None and intent.is_money:
        MoneyFreeze.objects.get_or_create(
            account=intent.account,
            lifted_at=None,
            defaults={"intent": intent, "why": why, "frozen_at": clock.now()},
        )
    leave_to_person(intent, why)
    about = intent.account or intent
    audit.note("trading.operation_doubled", about=about, by=US, changes=facts)


def _is_old(intent: Intent) -> bool:
    """Whether it has been in doubt for too long (SAG-08: decided or with a person in an hour)."""
    doubts = intent.moves.filter(state_to=IntentState.UNKNOWN).order_by("happened_at", "pk")
    since_at = doubts.values_list("happened_at", flat=True).first() or clock.now()
    return clock.now() - since_at >= dt.timedelta(seconds=settings.TRADING_PERSON_SECONDS)


def _waited(intent: Intent) -> dt.timedelta:
    """Since the last attempt was written down; long ago when none is known."""
    return clock.now() - (intent.sent_at or intent.asked_at)
