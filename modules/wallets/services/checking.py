"""Proving the ledger, and stopping payouts when it does not hold."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction
from django.urls import reverse

from identity import queries as identity
from identity.brand import absolute
from kernel import audit, clock, mail
from kernel.actor import Actor
from kernel.events import publish
from modules.wallets import queries
from modules.wallets.errors import LedgerDoesNotHold, NothingStopped
from modules.wallets.events import PayoutsStopped
from modules.wallets.models import PayoutStop, Proof
from modules.wallets.types import Finding, ProofLine

LIFT = "wallets.lift_stop"
FULL_EVERY = dt.timedelta(days=1)
OVERLAP = dt.timedelta(hours=1)
"""Longer than any transaction: what was not committed at the last full proof is read again."""


def prove_recent(*, by: Actor) -> ProofLine:
    """Check what was posted since an hour before the last full proof, and every balance.

    As :func:`prove_ledger`, which it is while there has been no full proof.
    """
    last = queries.last_full_proof_at()
    return _prove(last - OVERLAP if last else None, by=by)


def is_full_proof_due() -> bool:
    """Whether it is a day since every posting was counted and everything held."""
    last = queries.last_full_proof_at()
    return last is None or clock.now() - last >= FULL_EVERY


def prove_ledger(*, by: Actor) -> ProofLine:
    """Check every invariant and keep what was found; a finding stops all payouts.

    Opens a transaction of its own for the record. The colleagues who may let payouts go on are
    written to when a stop begins.
    """
    return _prove(None, by=by)


def _prove(since: dt.datetime | None, *, by: Actor) -> ProofLine:
    began = time.monotonic()
    findings = queries.check_ledger(since=since)
    entries, postings = queries.counts()
    proof = Proof(
        checked_at=clock.now(),
        entries=entries,
        postings=postings,
        is_full=since is None,
        took_ms=int((time.monotonic() - began) * 1000),
        findings=[asdict(one) for one in findings],
    )
    with transaction.atomic():
        proof.save(force_insert=True)
        if findings:
            _stop(findings, by=by)
    return ProofLine(
        checked_at=proof.checked_at,
        entries=entries,
        postings=postings,
        took_ms=proof.took_ms,
        is_full=proof.is_full,
        findings=findings,
    )


@transaction.atomic
def lift_stop(reason: str, *, by: Actor) -> None:
    """Let payouts go on after a person has looked. Opens a transaction.

    Raises:
        NothingStopped: Payouts are not stopped.
        LedgerDoesNotHold: The check still finds something.
    """
    stop = PayoutStop.objects.select_for_update().filter(ended_at=None).first()
    if stop is None:
        raise NothingStopped
    if queries.check_ledger():
        raise LedgerDoesNotHold
    stop.ended_at, stop.ended_by, stop.ended_why = clock.now(), by.name[:200], reason
    stop.save(update_fields=["ended_at", "ended_by", "ended_why"])
    audit.note("wallets.payouts_resumed", about=stop, by=by, reason=reason)


def _stop(findings: Sequence[Finding], *, by: Actor) -> None:
    first = findings[0]
    why = f"{len(findings)}: {first.rule}: {first.subject}: {first.detail}"[:300]
    if PayoutStop.objects.select_for_update().filter(ended_at=None).exists():
        return
    stop = PayoutStop.objects.create(began_at=clock.now(), why=why)
    audit.note("wallets.payouts_stopped", about=stop, by=by, reason=why)
    publish(PayoutsStopped(stop_id=stop.pk, began_at=stop.began_at, findings=len(findings)))
    link = absolute(reverse("office:wallets:ledger_check", urlconf=_URLS))
    for person in identity.people(identity.holders_of_right(LIFT)).values():
        mail.send(
            "wallets/payouts_stopped",
            to=person.email,
            context={"why": why, "link": link},
            language=person.language or None,
        )


_URLS = "config.urls.tenant"
"""Tasks have no host, so they say whose addresses they mean."""
