"""Keeping what a comparison found: one row for one difference, however often it is found."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence

from django.db import connection, transaction

from kernel import clock
from kernel.ids import new_ids
from modules.trading.models import (
    Difference,
    DifferenceKind,
    DifferenceState,
    Reconciliation,
)
from modules.trading.services.comparing import Found

LISTED = 5_000
"""Differences that one run lists; what lies beyond is counted only."""
STANDING = (DifferenceState.OPEN, DifferenceState.REPAIRING, DifferenceState.EXPLAINED)
UNEXPLAINED = (DifferenceState.OPEN, DifferenceState.REPAIRING)

# An explanation that a person gave holds as long as both amounts stay what they were.
_NOTE = """
    INSERT INTO trading_difference AS d
      (id, server_id, run_id, kind, key, account_id, login, currency, here_minor, there_minor,
       facts, hint, state, found_at, seen_at, reason, decided_by)
    SELECT f.id, %s, %s, f.kind, f.key, f.account_id, f.login, f.currency, f.here_minor,
           f.there_minor, f.facts::jsonb, f.hint, f.state, %s, %s, '', ''
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::uuid[], %s::bigint[], %s::text[],
                %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[])
      AS f(id, kind, key, account_id, login, currency, here_minor, there_minor, facts, hint, state)
    ON CONFLICT (server_id, kind, key) DO UPDATE SET
      (state, reason, decided_by, decided_at) = (
        SELECT CASE WHEN held.it THEN d.state ELSE excluded.state END,
               CASE WHEN held.it THEN d.reason ELSE '' END,
               CASE WHEN held.it THEN d.decided_by ELSE '' END,
               CASE WHEN held.it THEN d.decided_at END
        FROM (SELECT d.state = 'explained' AND d.decided_by <> ''
                     AND d.here_minor IS NOT DISTINCT FROM excluded.here_minor
                     AND d.there_minor IS NOT DISTINCT FROM excluded.there_minor AS it) held),
      found_at = CASE WHEN d.state = 'gone' THEN excluded.found_at ELSE d.found_at END,
      run_id = excluded.run_id, account_id = excluded.account_id, login = excluded.login,
      currency = excluded.currency, here_minor = excluded.here_minor,
      there_minor = excluded.there_minor, facts = excluded.facts, hint = excluded.hint,
      seen_at = excluded.seen_at
"""


def note_differences(run: Reconciliation, found: Sequence[Found]) -> int:
    """Keep what was found by a run; return how many were not listed. Needs a transaction."""
    room = max(LISTED - Difference.objects.filter(run=run).count(), 0)
    listed = list({(one.kind, one.key): one for one in found[:room]}.values())
    if listed:
        rows = [_row(one) for one in listed]
        keys = new_ids(len(rows))
        columns = [list(column) for column in zip(*rows, strict=True)]
        moment = clock.now()
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, [run.server_id, run.pk, moment, moment, keys, *columns])
    return sum(not one.is_explained for one in found[room:])


def settle(run: Reconciliation) -> None:
    """Close what this run did not find any more, and count what it found; needs a transaction."""
    standing = Difference.objects.filter(server_id=run.server_id, state__in=STANDING)
    standing.exclude(run=run).update(state=DifferenceState.GONE, decided_at=clock.now())
    mine = Difference.objects.filter(run=run, state__in=STANDING)
    run.kinds = dict(Counter(mine.values_list("kind", flat=True)))
    run.found = mine.count() + run.kept_back
    run.unexplained = mine.filter(state__in=UNEXPLAINED).count() + run.kept_back


@transaction.atomic
def settle_account(
    run: Reconciliation, login: int, found: Sequence[Found], *, kinds: Collection[DifferenceKind]
) -> None:
    """Keep what differs of one account now, and close what no longer does. Opens a transaction."""
    standing = Difference.objects.filter(
        server_id=run.server_id, login=login, kind__in=kinds, state__in=STANDING
    )
    still = {(one.kind, one.key) for one in found}
    gone = [row.pk for row in standing if (row.kind, row.key) not in still]
    Difference.objects.filter(pk__in=gone).update(
        state=DifferenceState.GONE, decided_at=clock.now()
    )
    note_differences(run, found)


def _row(found: Found) -> tuple[object, ...]:
    account = found.account
    state = DifferenceState.EXPLAINED if found.is_explained else DifferenceState.OPEN
    return (
        found.kind.value,
        found.key[:200],
        account.pk if account else None,
        found.login,
        account.currency if account else "",
        found.here_minor,
        found.there_minor,
        json.dumps(dict(found.facts)),
        found.hint,
        state.value,
    )
