"""The invariants of what was posted since an instant: what is read every five minutes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import LiteralString

RECENT: Mapping[str, LiteralString] = {
    "zero": """
        SELECT p.currency, sum(p.amount_minor)::text
        FROM wallets_entry e JOIN wallets_posting p ON p.entry_id = e.id
        WHERE e.posted_at >= %(since)s
        GROUP BY p.currency HAVING sum(p.amount_minor) <> 0
    """,
    "balance": """
        SELECT a.code || ' ' || a.currency,
               b.posted_minor || ' instead of ' || coalesce(p.balance_after_minor, 0)
               || ', held ' || b.held_minor || ' instead of ' || coalesce(h.total, 0)
        FROM wallets_balance b JOIN wallets_account a ON a.id = b.account_id
        LEFT JOIN LATERAL (SELECT balance_after_minor FROM wallets_posting
                           WHERE account_id = b.account_id AND seq IS NOT NULL
                           ORDER BY seq DESC LIMIT 1) p ON true
        LEFT JOIN (SELECT account_id, sum(amount_minor) AS total FROM wallets_hold
                   WHERE state = 'open' GROUP BY account_id) h ON h.account_id = a.id
        WHERE b.posted_minor <> coalesce(p.balance_after_minor, 0)
           OR b.held_minor <> coalesce(h.total, 0)
    """,
    "floor": """
        SELECT a.code || ' ' || a.currency, b.posted_minor || ' with ' || b.held_minor || ' held'
        FROM wallets_balance b JOIN wallets_account a ON a.id = b.account_id
        WHERE b.posted_minor < 0 OR b.held_minor < 0 OR b.held_minor > b.posted_minor
    """,
    "history": """
        SELECT a.code || ' ' || a.currency || ' #' || p.seq,
               p.balance_after_minor || ' after ' || coalesce(before.balance_after_minor, 0)
               || ' and ' || p.amount_minor
        FROM wallets_entry e
        JOIN wallets_posting p ON p.entry_id = e.id AND p.seq IS NOT NULL
        JOIN wallets_account a ON a.id = p.account_id
        LEFT JOIN wallets_posting before
               ON before.account_id = p.account_id AND before.seq = p.seq - 1
        WHERE e.posted_at >= %(since)s
          AND (p.balance_after_minor < 0 OR p.balance_after_minor
               <> coalesce(before.balance_after_minor, 0) + p.amount_minor)
    """,
    "numbers": """
        SELECT a.code || ' ' || a.currency || ' #' || p.seq, 'follows no other'
        FROM wallets_entry e
        JOIN wallets_posting p ON p.entry_id = e.id AND p.seq > 1
        JOIN wallets_account a ON a.id = p.account_id
        WHERE e.posted_at >= %(since)s
          AND NOT EXISTS (SELECT 1 FROM wallets_posting before
                          WHERE before.account_id = p.account_id AND before.seq = p.seq - 1)
        UNION ALL
        SELECT a.code || ' ' || a.currency,
               'postings up to ' || coalesce(p.seq, 0) || ', balance at ' || b.seq
        FROM wallets_balance b JOIN wallets_account a ON a.id = b.account_id
        LEFT JOIN LATERAL (SELECT seq FROM wallets_posting
                           WHERE account_id = b.account_id AND seq IS NOT NULL
                           ORDER BY seq DESC LIMIT 1) p ON true
        WHERE coalesce(p.seq, 0) <> b.seq
    """,
    "entries": """
        SELECT e.kind || ' ' || e.key,
               coalesce(t.postings, 0) || ' of ' || e.legs || ' sides, off by '
               || coalesce(t.off, 0) || CASE WHEN t.fits THEN '' ELSE ', misplaced' END
        FROM wallets_entry e
        LEFT JOIN LATERAL (
            SELECT sum(postings) AS postings, sum(abs(total)) AS off, bool_and(fits) AS fits
            FROM (SELECT count(*) AS postings, sum(p.amount_minor) AS total,
                         bool_and(a.id IS NOT NULL
                                  AND a.keeps_balance = (p.seq IS NOT NULL)) AS fits
                  FROM wallets_posting p
                  LEFT JOIN wallets_account a ON a.id = p.account_id AND a.currency = p.currency
                  WHERE p.entry_id = e.id GROUP BY p.currency) c) t ON true
        WHERE e.posted_at >= %(since)s
          AND (t.postings IS DISTINCT FROM e.legs OR t.off <> 0 OR NOT t.fits OR e.legs < 2)
    """,
}
"""By rule: a statement whose ``since`` is the first instant that it reads. Balances are compared
with the newest posting of their account, and a posting with the one before it."""
