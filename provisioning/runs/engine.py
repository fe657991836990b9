"""Advances runs: every step not yet done, one worker at a time, safe after any crash.

A run is claimed by a lease with a growing fencing number. Before a step an attempt row is
written, after it the row is closed and the count of done steps grows, both only while the
fence still holds; a worker that slept through its lease can record nothing. A step itself may
therefore run twice, and every step is written so that the second time is harmless.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from django.db import transaction
from django.db.models import Q

from kernel import clock
from kernel.errors import Refused
from kernel.pin import PUBLIC, pin
from provisioning.runs.errors import LeaseLost
from provisioning.runs.models import Outcome, Run, RunState, SignUp, SignUpState, StepAttempt
from provisioning.runs.steps import STEPS, Step
from provisioning.runs.types import Job, Plan

logger = structlog.get_logger(__name__)

LEASE = dt.timedelta(seconds=30)
FIRST_WAIT = dt.timedelta(seconds=2)
AUTOMATIC_TRIES = 5
"""How often a faulty step is repeated by itself before it waits for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to work on one run for a while."""

    job: Job
    done: int
    fence: int


def advance(run_id: uuid.UUID, steps: Sequence[Step] = STEPS) -> bool:
    """Do every step of a run not yet done; return whether it is complete.

    Call it outside any unit of work: each step begins its own. Safe to call again after any
    crash, and at the same time from several workers; all but one return at once.
    """
    lease = _claim(run_id)
    if lease is None:
        return False
    for step in steps[lease.done :]:
        if not _work(lease, step):
            return False
    return _finish(lease)


def due_runs(limit: int = 100) -> tuple[uuid.UUID, ...]:
    """Unfinished runs that nobody works on, oldest first; needs the public schema."""
    idle = Q(lease_until__isnull=True) | Q(lease_until__lt=clock.now())
    open_runs = Run.objects.filter(
        idle, state__in=(RunState.WAITING, RunState.RUNNING), due_at__lte=clock.now()
    )
    return tuple(open_runs.order_by("due_at").values_list("pk", flat=True)[:limit])


def _claim(run_id: uuid.UUID) -> Lease | None:
    with pin(PUBLIC), transaction.atomic():
        run = (
            Run.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=run_id).first()
        )
        if run is None or not _is_free(run):
            return None
        moment = clock.now()
        run.attempts.filter(outcome=Outcome.RUNNING).update(outcome=Outcome.LOST, ended_at=moment)
        run.fence += 1
        run.state = RunState.RUNNING
        run.lease_until = moment + LEASE
        run.started_at = run.started_at or moment
        run.save(update_fields=["fence", "state", "lease_until", "started_at"])
        return Lease(job=_job(run), done=run.done, fence=run.fence)


def _is_free(run: Run) -> bool:
    if run.state not in (RunState.WAITING, RunState.RUNNING) or run.due_at > clock.now():
        return False
    return run.lease_until is None or run.lease_until < clock.now()


def _job(run: Run) -> Job:
    sign_up = SignUp.objects.get(pk=run.sign_up_id)
    return Job(
        run_id=run.pk,
        sign_up_id=sign_up.pk,
        tenant_id=sign_up.pk,
        plan=Plan(
            company=sign_up.company,
            slug=sign_up.slug,
            email=sign_up.email,
            modules=tuple(sign_up.modules),
            country=sign_up.country,
            locale=sign_up.locale,
            time_zone=sign_up.time_zone,
        ),
    )


def _work(lease: Lease, step: Step) -> bool:
    """Attempt one step; return whether it is done."""
    log = logger.bind(run=str(lease.job.run_id), step=step.key)
    try:
        attempt_id = _begin(lease, step)
        failure = _failure_of(step, lease.job)
        if failure is None:
            _record_done(lease, attempt_id)
            return True
        log.warning("step_failed", reason=failure.reason, exc_info=failure.fault)
        _record_failure(lease, attempt_id, failure)
    except LeaseLost:
        log.info("run_taken_over")
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a step did not do its work."""

    reason: str
    fault: Exception | None = None
    """Set when it is nobody's decision: repeating may help."""


def _failure_of(step: Step, job: Job) -> Failure | None:
    try:
        step.do(job)
    except LeaseLost:
        raise
    except Refused as refusal:
        return Failure(reason=str(refusal))
    except Exception as error:  # noqa: BLE001 - the one place that must outlive whatever a step does
        return Failure(reason=_where(error), fault=error)
    return None


def _held(lease: Lease) -> Run:
    """The run, locked, while the lease's fence still holds.

    Raises:
        LeaseLost: Another worker has claimed it since.
    """
    run = Run.objects.select_for_update(of=("self",)).get(pk=lease.job.run_id)
    if run.fence != lease.fence:
        raise LeaseLost
    return run


def _begin(lease: Lease, step: Step) -> uuid.UUID:
    with pin(PUBLIC), transaction.atomic():
        run = _held(lease)
        run.lease_until = clock.now() + LEASE
        run.save(update_fields=["lease_until"])
        attempt = StepAttempt.objects.create(
            run=run,
            step=step.key,
            number=run.attempts.filter(step=step.key).count() + 1,
            fence=lease.fence,
            started_at=clock.now(),
        )
        return attempt.pk


def _record_done(lease: Lease, attempt_id: uuid.UUID) -> None:
    with pin(PUBLIC), transaction.atomic():
        run = _held(lease)
        StepAttempt.objects.filter(pk=attempt_id).update(outcome=Outcome.DONE, ended_at=clock.now())
        run.done += 1
        run.save(update_fields=["done"])


def _record_failure(lease: Lease, attempt_id: uuid.UUID, failure: Failure) -> None:
    with pin(PUBLIC), transaction.atomic():
        run = _held(lease)
        attempt = StepAttempt.objects.get(pk=attempt_id)
        attempt.outcome, attempt.ended_at = Outcome.FAILED, clock.now()
        attempt.reason = failure.reason
        attempt.save(update_fields=["outcome", "reason", "ended_at"])
        failures = run.attempts.filter(step=attempt.step, outcome=Outcome.FAILED).count()
        again = failure.fault is not None and failures % AUTOMATIC_TRIES != 0
        run.state = RunState.WAITING if again else RunState.FAILED
        run.due_at = clock.now() + FIRST_WAIT * 2 ** (failures % AUTOMATIC_TRIES)
        run.lease_until = None
        run.save(update_fields=["state", "due_at", "lease_until"])


def _finish(lease: Lease) -> bool:
    with pin(PUBLIC), transaction.atomic():
        try:
            run = _held(lease)
        except LeaseLost:
            return False
        run.state, run.finished_at, run.lease_until = RunState.DONE, clock.now(), None
        run.tenant_id = lease.job.tenant_id
        run.save(update_fields=["state", "finished_at", "lease_until", "tenant_id"])
        sign_up = SignUp.objects.select_for_update().get(pk=run.sign_up_id)
        if sign_up.state != SignUpState.LIVE:
            sign_up.move_to(SignUpState.LIVE)
            sign_up.save(update_fields=["state"])
        return True


def _where(error: Exception) -> str:
    """Kind and place of a fault, without its values."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" in {trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"
