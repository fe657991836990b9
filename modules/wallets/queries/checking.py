"""Whether the ledger holds: its invariants, asked of PostgreSQL in one statement each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, LiteralString

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.money import CURRENCIES
from modules.wallets.models import Account, PayoutStop, Proof
from modules.wallets.queries.recent import RECENT
from modules.wallets.types import Finding, ProofLine, StopLine

MOST_FINDINGS = 50
"""Of one rule: enough to see what happened."""

RULES: Mapping[str, str | Promise] = {
    "zero": _("Everything posted sums to zero in every currency"),
    "balance": _("Every balance is the sum of its postings, and what is held of its holds"),
    "floor": _("No wallet is below zero, or holds more than it has"),
    "history": _("No wallet has ever been below zero, and every running balance adds up"),
    "numbers": _("The postings of every wallet are numbered without a gap"),
    "entries": _("Every entry has all its sides, and they sum to zero"),
    "currencies": _("Every account has the decimal places of its currency"),
    "durable": _("PostgreSQL says that something is written only once it stays written"),
}
"""The invariants, in the order in which they are checked."""

_CHECKS: Mapping[str, LiteralString] = {
    "zero": """
        SELECT currency, sum(amount_minor)::text FROM wallets_posting
        GROUP BY currency HAVING sum(amount_minor) <> 0
    """,
    "balance": """
        SELECT a.code || ' ' || a.currency,
               b.posted_minor || ' instead of ' || coalesce(p.total, 0) || ', held '
               || b.held_minor || ' instead of ' || coalesce(h.total, 0)
        FROM wallets_balance b JOIN wallets_account a ON a.id = b.account_id
        LEFT JOIN (SELECT account_id, sum(amount_minor) AS total FROM wallets_posting
                   WHERE seq IS NOT NULL GROUP BY account_id) p ON p.account_id = a.id
        LEFT JOIN (SELECT account_id, sum(amount_minor) AS total FROM wallets_hold
                   WHERE state = 'open' GROUP BY account_id) h ON h.account_id = a.id
        WHERE b.posted_minor <> coalesce(p.total, 0) OR b.held_minor <> coalesce(h.total, 0)
        UNION ALL
        SELECT a.code || ' ' || a.currency || ' until ' || s.until_at,
               s.balance_minor || ' instead of ' || coalesce(p.total, 0)
        FROM (SELECT DISTINCT ON (account_id) * FROM wallets_snapshot
              ORDER BY account_id, until_at DESC) s
        JOIN wallets_account a ON a.id = s.account_id
        CROSS JOIN LATERAL (SELECT sum(amount_minor) AS total FROM wallets_posting
                            WHERE account_id = s.account_id AND posted_at <= s.until_at) p
        WHERE s.balance_minor <> coalesce(p.total, 0)
        UNION ALL
        SELECT a.code || ' ' || a.currency, 'has no balance row' FROM wallets_account a
        WHERE a.keeps_balance
          AND NOT EXISTS (SELECT 1 FROM wallets_balance WHERE account_id = a.id)
    """,
    "floor": """
        SELECT a.code || ' ' || a.currency, b.posted_minor || ' with ' || b.held_minor || ' held'
        FROM wallets_balance b JOIN wallets_account a ON a.id = b.account_id
        WHERE b.posted_minor < 0 OR b.held_minor < 0 OR b.held_minor > b.posted_minor
    """,
    "history": """
        SELECT a.code || ' ' || a.currency || ' #' || r.seq,
               r.balance_after_minor || ' instead of ' || r.running
        FROM (SELECT account_id, seq, balance_after_minor,
                     sum(amount_minor) OVER (PARTITION BY account_id ORDER BY seq) AS running
              FROM wallets_posting WHERE seq IS NOT NULL) r
        JOIN wallets_account a ON a.id = r.account_id
        WHERE r.running < 0 OR r.balance_after_minor <> r.running
    """,
    "numbers": """
        SELECT a.code || ' ' || a.currency,
               coalesce(p.postings, 0) || ' postings up to ' || coalesce(p.last, 0)
               || ', balance at ' || b.seq
        FROM wallets_balance b JOIN wallets_account a ON a.id = b.account_id
        LEFT JOIN (SELECT account_id, count(*) AS postings, min(seq) AS first, max(seq) AS last
                   FROM wallets_posting WHERE seq IS NOT NULL GROUP BY account_id) p
               ON p.account_id = b.account_id
        WHERE coalesce(p.last, 0) <> b.seq OR coalesce(p.postings, 0) <> b.seq
           OR coalesce(p.first, 1) <> 1
    """,
    "entries": """
        SELECT e.kind || ' ' || e.key,
               coalesce(t.postings, 0) || ' of ' || e.legs || ' sides, off by '
               || coalesce(t.off, 0) || CASE WHEN t.fits THEN '' ELSE ', misplaced' END
        FROM wallets_entry e
        LEFT JOIN (
            SELECT entry_id, sum(postings) AS postings, sum(abs(total)) AS off,
                   bool_and(fits) AS fits
            FROM (SELECT p.entry_id, p.currency, count(*) AS postings,
                         sum(p.amount_minor) AS total,
                         bool_and(a.id IS NOT NULL
                                  AND a.keeps_balance = (p.seq IS NOT NULL)) AS fits
                  FROM wallets_posting p
                  LEFT JOIN wallets_account a ON a.id = p.account_id AND a.currency = p.currency
                  GROUP BY p.entry_id, p.currency) c
            GROUP BY entry_id) t ON t.entry_id = e.id
        WHERE t.postings IS DISTINCT FROM e.legs OR t.off <> 0 OR NOT t.fits OR e.legs < 2
    """,
}


# As this role has them set: what is acknowledged and lost with a standby's promotion could be sent
# twice, and a standby that is read may lag behind what was spent.
_DURABLE: LiteralString = """
    SELECT s.name, current_setting(s.name)
    FROM (VALUES ('synchronous_commit'), ('in_hot_standby')) AS s (name)
    WHERE current_setting('in_hot_standby') = 'on' AND s.name = 'in_hot_standby'
       OR s.name = 'synchronous_commit' AND (current_setting(s.name) = 'off'
          OR current_setting(s.name) = 'local'
             AND current_setting('synchronous_standby_names') <> '')
"""


def check_ledger(*, since: dt.datetime | None = None) -> tuple[Finding, ...]:
    """Every place where the ledger does not hold; empty when every invariant holds.

    Reads every posting, or with ``since`` those from that instant on and every balance. Each rule
    is one statement, so that entries made meanwhile do not look like mistakes.
    """
    statements = _CHECKS if since is None else RECENT
    return (*_found({**statements, "durable": _DURABLE}, {"since": since}), *_strange_currencies())


def counts() -> tuple[int, int]:
    """How many entries and postings there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM wallets_entry), (SELECT count(*) FROM wallets_posting)"
        )
        entries, postings = cursor.fetchone()
    return entries, postings


def last_proof() -> ProofLine | None:
    """The newest check, if there has been one."""
    found = proofs(limit=1)
    return found[0] if found else None


def proofs(*, limit: int = 20) -> tuple[ProofLine, ...]:
    """The newest checks, newest first."""
    return tuple(_line(row) for row in Proof.objects.order_by("-checked_at")[:limit])


def last_full_proof_at() -> dt.datetime | None:
    """When every posting was last counted and everything held."""
    rows = Proof.objects.filter(is_full=True, findings=[]).order_by("-checked_at")
    return rows.values_list("checked_at", flat=True).first()


def open_stop() -> StopLine | None:
    """Why payouts are stopped; ``None`` while they are not."""
    row = PayoutStop.objects.filter(ended_at=None).first()
    return StopLine(id=row.pk, began_at=row.began_at, why=row.why) if row else None


def payouts_allowed() -> bool:
    """Whether money may leave: false from a check that found something until a person lifts it."""
    return not PayoutStop.objects.filter(ended_at=None).exists()


def _found(statements: Mapping[str, LiteralString], names: dict[str, Any]) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        for rule, statement in statements.items():
            cursor.execute(f"{statement} LIMIT %(most)s", {**names, "most": MOST_FINDINGS})
            for subject, detail in cursor.fetchall():
                yield Finding(rule=rule, subject=subject, detail=detail)


def _strange_currencies() -> Iterator[Finding]:
    kept = Account.objects.order_by("currency").values_list("currency", "exponent").distinct()
    for currency, places in kept:
        known = CURRENCIES.get(currency)
        if known != places:
            detail = f"{places} decimal places instead of {known}"
            yield Finding(rule="currencies", subject=currency, detail=detail)


def _line(row: Proof) -> ProofLine:
    return ProofLine(
        checked_at=row.checked_at,
        entries=row.entries,
        postings=row.postings,
        took_ms=row.took_ms,
        is_full=row.is_full,
        findings=tuple(Finding(**one) for one in row.findings),
    )
