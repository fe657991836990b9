"""What is known about sign-ups and runs; all of it in the public schema."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db.models import Count, Prefetch
from django.utils.translation import gettext as _

from provisioning.runs.models import Outcome, Run, RunState, SignUp, SignUpState, StepAttempt
from provisioning.runs.steps import STEPS
from provisioning.runs.types import AttemptView, Plan, RunView, SignUpView, StepView

_TITLES = {step.key: step.title for step in STEPS}


def find_sign_up(sign_up_id: uuid.UUID) -> SignUpView | None:
    """One sign-up, if there is one."""
    row = SignUp.objects.filter(pk=sign_up_id).first()
    return _sign_up(row) if row else None


def sign_ups(*, limit: int = 100) -> tuple[SignUpView, ...]:
    """The newest sign-ups that are not live yet, newest first."""
    rows = SignUp.objects.exclude(state=SignUpState.LIVE).order_by("-created_at")[:limit]
    return tuple(_sign_up(row) for row in rows)


def sign_up_counts() -> dict[str, int]:
    """How many sign-ups stand in each state."""
    rows = SignUp.objects.values_list("state").annotate(count=Count("pk"))
    return dict(rows)


def find_run(run_id: uuid.UUID) -> RunView | None:
    """One run with all its attempts, if there is one."""
    return next(iter(_views(Run.objects.filter(pk=run_id))), None)


def find_run_of(sign_up_id: uuid.UUID) -> RunView | None:
    """The run of one sign-up, once it is paid."""
    return next(iter(_views(Run.objects.filter(sign_up_id=sign_up_id))), None)


def runs(*, state: str = "", limit: int = 100) -> tuple[RunView, ...]:
    """The newest runs, newest first; only those in ``state`` when given."""
    rows = Run.objects.order_by("-created_at")
    return tuple(_views((rows.filter(state=state) if state else rows)[:limit]))


def run_counts() -> dict[str, int]:
    """How many runs stand in each state."""
    return dict(Run.objects.values_list("state").annotate(count=Count("pk")))


def _sign_up(row: SignUp) -> SignUpView:
    return SignUpView(
        id=row.pk,
        plan=Plan(
            company=row.company,
            slug=row.slug,
            email=row.email,
            modules=tuple(row.modules),
            country=row.country,
            locale=row.locale,
            time_zone=row.time_zone,
        ),
        state=row.state,
        state_label=str(SignUpState(row.state).label),
        created_at=row.created_at,
    )


def _views(rows: Iterable[Run]) -> Iterable[RunView]:
    attempts = Prefetch("attempts", StepAttempt.objects.order_by("started_at", "id"))
    for row in rows.select_related("sign_up").prefetch_related(attempts):  # type: ignore[attr-defined]  # a sliced queryset
        yield _view(row)


def _view(row: Run) -> RunView:
    attempts = tuple(row.attempts.all())
    return RunView(
        id=row.pk,
        sign_up_id=row.sign_up_id,
        tenant_id=row.tenant_id,
        company=row.sign_up.company,
        slug=row.sign_up.slug,
        state=row.state,
        state_label=str(RunState(row.state).label),
        done=row.done,
        steps=tuple(_step(row, place, attempts) for place in range(len(STEPS))),
        attempts=tuple(_attempt(attempt) for attempt in attempts),
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def _step(row: Run, place: int, attempts: tuple[StepAttempt, ...]) -> StepView:
    step = STEPS[place]
    mine = [attempt for attempt in attempts if attempt.step == step.key]
    state = _step_state(row, place)
    failed = mine[-1].reason if mine and mine[-1].outcome == Outcome.FAILED else ""
    return StepView(
        key=step.key,
        label=str(step.title),
        state=state,
        took=_took(mine) if state == "done" else "",
        note=_("try %(number)d") % {"number": len(mine)}
        if state == "now" and len(mine) > 1
        else "",
        reason=failed,
    )


def _step_state(row: Run, place: int) -> str:
    if place < row.done:
        return "done"
    if place > row.done:
        return "waiting"
    return "failed" if row.state == RunState.FAILED else "now"


def _took(attempts: list[StepAttempt]) -> str:
    ended = next((a for a in reversed(attempts) if a.outcome == Outcome.DONE), None)
    if ended is None or ended.ended_at is None:
        return ""
    return seconds(ended.ended_at - ended.started_at)


def seconds(span: dt.timedelta) -> str:
    """A short span in words: ``40 ms``, ``1.2 s``, ``2 min 14 s``."""
    took = span.total_seconds()
    if took < 1:
        return _("%(number)d ms") % {"number": round(took * 1000)}
    if took < 60:  # noqa: PLR2004  # seconds in a minute
        return _("%(number).1f s") % {"number": took}
    minutes, rest = divmod(round(took), 60)
    return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}


def _attempt(row: StepAttempt) -> AttemptView:
    return AttemptView(
        step=row.step,
        label=str(_TITLES.get(row.step, row.step)),
        number=row.number,
        outcome=row.outcome,
        outcome_label=str(Outcome(row.outcome).label),
        reason=row.reason,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
