"""Whether servers and we agree: proofs, and what differs."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from kernel import clock
from kernel.module import Text
from kernel.money import Money
from modules.trading.models import (
    Difference,
    DifferenceKind,
    DifferenceState,
    Reconciliation,
    RunState,
    Stage,
)
from modules.trading.queries.explanations import explanation, hint, repairs_of
from modules.trading.types import (
    DifferenceFilter,
    DifferenceLine,
    KindCount,
    PageOf,
    Proof,
    RunLine,
    Step,
)

PROVEN_FOR = dt.timedelta(hours=36)
"""A proof that is older than that proves nothing: a night was missed."""
UNEXPLAINED = (DifferenceState.OPEN, DifferenceState.REPAIRING)
STANDING = (*UNEXPLAINED, DifferenceState.EXPLAINED)
PER_PAGE = 25
_COUNTED = ("groups", "accounts", "positions", "deals", "balances")


def is_reconciled(server_id: uuid.UUID) -> bool:
    """Whether the last proof is fresh and nothing differs that is not explained.

    One minor unit without an explanation makes it false: then nobody pays automatically.
    """
    return proof(server_id).colour == "green"


def proof(server_id: uuid.UUID) -> Proof:
    """How a server stands against what is here."""
    (found,) = proofs((server_id,))
    return found


def proofs(server_ids: Sequence[uuid.UUID]) -> tuple[Proof, ...]:
    """The same for some servers, in their order; three queries however many."""
    done = Reconciliation.objects.filter(server_id__in=server_ids, state=RunState.DONE)
    newest = {run.server_id: run for run in done.order_by("server_id", "ended_at")}
    running = Reconciliation.objects.filter(server_id__in=server_ids, state=RunState.RUNNING)
    busy = set(running.values_list("server_id", flat=True))
    counted = {
        row["server_id"]: (row["unexplained"], row["explained"])
        for row in Difference.objects.filter(server_id__in=server_ids)
        .values("server_id")
        .annotate(
            unexplained=Count("pk", filter=Q(state__in=UNEXPLAINED)),
            explained=Count("pk", filter=Q(state=DifferenceState.EXPLAINED)),
        )
    }
    return tuple(
        _proof(one, newest.get(one), counted.get(one, (0, 0)), is_running=one in busy)
        for one in server_ids
    )


def runs(server_id: uuid.UUID, *, limit: int = 30) -> tuple[RunLine, ...]:
    """The newest comparisons of a server."""
    rows = Reconciliation.objects.filter(server_id=server_id).order_by("-began_at", "-pk")
    return tuple(_run(row) for row in rows[:limit])


def find_run(run_id: uuid.UUID) -> RunLine | None:
    """One comparison, if there is such."""
    row = Reconciliation.objects.filter(pk=run_id).first()
    return _run(row) if row else None


def find_difference(difference_id: uuid.UUID) -> DifferenceLine | None:
    """One difference, if there is such."""
    row = Difference.objects.filter(pk=difference_id).first()
    return _difference(row) if row else None


def differences(wanted: DifferenceFilter, *, per_page: int = PER_PAGE) -> PageOf:
    """A page of what differs, newest first."""
    rows = _rows(wanted).order_by("-found_at", "kind", "key")
    page: Page[Difference] = Paginator(rows, per_page).get_page(wanted.page)
    return PageOf(
        lines=tuple(_difference(row) for row in page), page=page, total=page.paginator.count
    )


def kind_counts(server_id: uuid.UUID) -> tuple[KindCount, ...]:
    """How many differences of each kind stand, in the order of the kinds."""
    rows = Difference.objects.filter(server_id=server_id, state__in=STANDING)
    counted = {
        row["kind"]: row
        for row in rows.values("kind").annotate(
            all=Count("pk"), unexplained=Count("pk", filter=Q(state__in=UNEXPLAINED))
        )
    }
    return tuple(
        KindCount(
            kind=kind.value,
            label=kind.label,
            standing=counted[kind]["all"],
            unexplained=counted[kind]["unexplained"],
        )
        for kind in DifferenceKind
        if kind in counted
    )


def difference_kinds() -> tuple[tuple[str, Text], ...]:
    """All kinds of differences: codes and labels."""
    return tuple((kind.value, kind.label) for kind in DifferenceKind)


def _rows(wanted: DifferenceFilter) -> QuerySet[Difference]:
    rows = Difference.objects.filter(server_id=wanted.server_id)
    if wanted.run_id is not None:
        rows = rows.filter(run_id=wanted.run_id)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.login is not None:
        rows = rows.filter(login=wanted.login)
    states = {
        "open": UNEXPLAINED,
        "explained": (DifferenceState.EXPLAINED,),
        "gone": (DifferenceState.GONE,),
        "standing": STANDING,
    }.get(wanted.state)
    return rows.filter(state__in=states) if states else rows


def _proof(
    server_id: uuid.UUID,
    run: Reconciliation | None,
    counted: tuple[int, int],
    *,
    is_running: bool,
) -> Proof:
    unexplained = counted[0] + (run.kept_back if run else 0)
    return Proof(
        server_id=server_id,
        colour=_colour(run, unexplained),
        proven_at=run.ended_at if run else None,
        unexplained=unexplained,
        explained=counted[1],
        deals=run.deals if run else 0,
        accounts=run.accounts if run else 0,
        is_running=is_running,
    )


def _colour(run: Reconciliation | None, unexplained: int) -> str:
    if unexplained:
        return "red"
    if run is None or run.ended_at is None:
        return "none"
    return "green" if run.ended_at > clock.now() - PROVEN_FOR else "old"


def _run(row: Reconciliation) -> RunLine:
    stages = list(Stage)
    place = stages.index(Stage(row.stage))
    is_done = row.state == RunState.DONE
    return RunLine(
        id=row.pk,
        server_id=row.server_id,
        state=row.state,
        state_label=row.get_state_display(),
        is_nightly=row.is_nightly,
        asked_by=row.asked_by,
        began_at=row.began_at,
        ended_at=row.ended_at,
        took=(row.ended_at or row.worked_at) - row.began_at,
        percent=100 if is_done else _percent(row, place),
        steps=tuple(
            Step(
                label=stage.label,
                state=_stage_state(row, number, place),
                note=str(getattr(row, name)) if number <= place or is_done else "",
            )
            for number, (stage, name) in enumerate(zip(stages, _COUNTED, strict=True))
        ),
        accounts=row.accounts,
        deals=row.deals,
        found=row.found,
        unexplained=row.unexplained,
        kept_back=row.kept_back,
        kinds=tuple(
            (str(DifferenceKind(kind).label), number) for kind, number in sorted(row.kinds.items())
        ),
        failure=row.failure,
    )


def _percent(row: Reconciliation, place: int) -> int:
    """Deals take nearly all of the time; what comes before them is counted as nothing."""
    if row.stage == Stage.DEALS and row.end:
        began = 1_262_304_000  # no deal is older than 2010: reading jumps there at once
        share = max(row.cursor - began, 0) / max(row.end - began, 1)
        return int(5 + 75 * share)
    if row.stage == Stage.BALANCES:
        return int(80 + 20 * min(row.balances / max(row.end, 1), 1))
    return place


def _stage_state(row: Reconciliation, number: int, place: int) -> str:
    if row.state == RunState.DONE or number < place:
        return "done"
    if number > place:
        return "waiting"
    return "now" if row.state == RunState.RUNNING else "failed"


def _difference(row: Difference) -> DifferenceLine:
    has_money = row.currency and row.here_minor is not None and row.there_minor is not None
    here = Money(row.here_minor or 0, row.currency) if has_money else None
    there = Money(row.there_minor or 0, row.currency) if has_money else None
    return DifferenceLine(
        id=row.pk,
        server_id=row.server_id,
        run_id=row.run_id,
        kind=row.kind,
        kind_label=row.get_kind_display(),
        state=row.state,
        state_label=row.get_state_display(),
        login=row.login,
        account_id=row.account_id,
        here=here,
        there=there,
        difference=there - here if there is not None and here is not None else None,
        sentence=explanation(row.kind, row.facts),
        hint=hint(row.hint),
        reason=row.reason,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        found_at=row.found_at,
        seen_at=row.seen_at,
        repairs=repairs_of(row.kind),
    )
