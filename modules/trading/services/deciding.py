"""What people do with operations that stopped: decide with evidence, look again, unfreeze."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from modules.trading.errors import (
    EvidenceNeeded,
    NoSuchAccount,
    NoSuchOperation,
    NotDecidable,
    OwnOperation,
)
from modules.trading.models import (
    Intent,
    IntentState,
    MoneyFreeze,
    OperationRule,
    TradingAccount,
    What,
)
from modules.trading.services import outcomes
from modules.trading.services.moving import move, reference


@transaction.atomic
def decide_operation(
    operation_id: uuid.UUID,
    *,
    booked: bool,
    evidence: str,
    by: Actor,
    reason: str,
    deal_id: int | None = None,
) -> None:
    """Say of an operation that a person has to decide whether the server did it.

    ``evidence`` is what was seen there (a deal's number, the dealer's word), ``reason`` why that
    settles it. Both stay in the story. Opens a transaction.

    Raises:
        NoSuchOperation: There is none.
        NotDecidable: It does not wait for a person.
        OwnOperation: The asker himself would decide.
        EvidenceNeeded: There is none, or no reason.
    """
    intent = _locked(operation_id)
    if intent.state != IntentState.MANUAL:
        raise NotDecidable
    _refuse_asker(intent, by)
    if not evidence.strip() or not reason.strip():
        raise EvidenceNeeded
    facts: dict[str, Any] = {"booked": booked, "evidence": evidence, "deal_id": deal_id}
    if booked:
        login = intent.account.login if intent.account else None
        found = {**facts, "login": login}
        outcomes.record_done(intent, What.DECIDED, found, by=by, why=reason)
    else:
        code = "trading.decided_not_done"
        outcomes.record_refused(intent, code, reason, by=by, what=What.DECIDED, facts=facts)
    about = intent.account or intent
    changes = {**facts, "tag": intent.tag, "cause": intent.cause}
    audit.note("trading.operation_decided", about=about, by=by, changes=changes, reason=reason)


@transaction.atomic
def call_off(operation_id: uuid.UUID, *, by: Actor, reason: str) -> None:
    """Call off an operation that has never left us. Opens a transaction.

    Raises:
        NoSuchOperation: There is none.
        NotDecidable: It may have left us, or is decided.
        EvidenceNeeded: No reason is given.
    """
    intent = _locked(operation_id)
    if intent.state != IntentState.WAITING or intent.was_sent:
        raise NotDecidable
    if not reason.strip():
        raise EvidenceNeeded
    outcomes.record_refused(intent, "trading.called_off", reason, by=by, what=What.CALLED_OFF)


@transaction.atomic
def look_again(operation_id: uuid.UUID, *, by: Actor) -> None:
    """Have an operation that waits for a person looked up once more. Opens a transaction.

    Raises:
        NoSuchOperation: There is none.
        NotDecidable: It does not wait for a person.
    """
    intent = _locked(operation_id)
    if intent.state != IntentState.MANUAL:
        raise NotDecidable
    move(intent, IntentState.UNKNOWN, What.LOOK_AGAIN, by=by)
    intent.due_at = clock.now()
    intent.save(update_fields=["due_at"])


@transaction.atomic
def lift_freeze(account_id: uuid.UUID, *, by: Actor, reason: str) -> None:
    """Let money of an account move again. Opens a transaction.

    Raises:
        NoSuchAccount: It is not frozen.
        OwnOperation: He asked for the operation that froze it.
        EvidenceNeeded: No reason is given.
    """
    account = TradingAccount.objects.select_for_update().filter(pk=account_id).first()
    rows = MoneyFreeze.objects.select_related("intent").filter(lifted_at__isnull=True)
    freeze = rows.filter(account=account).first() if account else None
    if freeze is None:
        raise NoSuchAccount
    _refuse_asker(freeze.intent, by)
    if not reason.strip():
        raise EvidenceNeeded
    freeze.lifted_at, freeze.lifted_why = clock.now(), reason[:500]
    freeze.save(update_fields=["lifted_at", "lifted_why"])
    audit.note("trading.money_unfrozen", about=account, by=by, reason=reason)


@transaction.atomic
def limit_resends(limit: Decimal, *, by: Actor) -> None:
    """Choose up to which amount (major units) money may be sent again without a person.

    Opens a transaction.
    """
    row = OperationRule.objects.select_for_update().filter(pk=OperationRule.ONLY).first()
    before = row.resend_limit if row else OperationRule.RESEND_LIMIT
    OperationRule.objects.update_or_create(pk=OperationRule.ONLY, defaults={"resend_limit": limit})
    changes = {"resend_limit": [before, limit]}
    audit.note("trading.resends_limited", about="trading.OperationRule:1", by=by, changes=changes)


def _locked(operation_id: uuid.UUID) -> Intent:
    rows = Intent.objects.select_for_update(of=("self",)).select_related("account")
    intent = rows.filter(pk=operation_id).first()
    if intent is None:
        raise NoSuchOperation
    return intent


def _refuse_asker(intent: Intent, by: Actor) -> None:
    """Four eyes: neither the asker, nor somebody in his place, nor he in somebody's."""
    his = {reference(by)}
    if by.on_behalf_of is not None:
        his.add(f"person:{by.on_behalf_of}")
    if intent.asked_by in his:
        raise OwnOperation
