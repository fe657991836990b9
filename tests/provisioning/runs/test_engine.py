from __future__ import annotations

import datetime as dt
import threading
import uuid

import pytest

from identity import queries as people
from kernel import audit, clock
from kernel.actor import Actor
from kernel.errors import Refused, Unavailable
from kernel.pin import PUBLIC, pin
from provisioning.runs import engine, queries, services
from provisioning.runs.errors import NothingToRetry
from provisioning.runs.models import Run, SignUp, StepAttempt
from provisioning.runs.steps import STEPS, Step
from tenants import queries as tenants
from tests.provisioning.runs.cast import ADA, paid
from tests.support.people import letters
from tests.support.tenants import Place, directory

OMAR = Actor.system("omar")
KEYS = [step.key for step in STEPS]


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it, so nothing is tidied up."""


def run_of(sign_up_id: uuid.UUID) -> uuid.UUID:
    with pin(PUBLIC):
        return Run.objects.get(sign_up_id=sign_up_id).pk


def view_of(sign_up_id: uuid.UUID):
    with pin(PUBLIC):
        return queries.find_run_of(sign_up_id)


def fail(error: BaseException):
    def do(_job: object) -> None:
        raise error

    return do


def replaced(key: str, do) -> tuple[Step, ...]:
    """The steps, one of them doing something else."""
    return tuple(Step(key=s.key, title=s.title, do=do if s.key == key else s.do) for s in STEPS)


def then_killed(key: str) -> tuple[Step, ...]:
    """The steps; the worker is killed after the work of one, before it is recorded."""
    step = next(step for step in STEPS if step.key == key)

    def do(job):
        step.do(job)
        raise Killed

    return replaced(key, do)


def the_broker(slug: str = "gamma") -> Place:
    with pin(PUBLIC):
        tenant = tenants.find_tenant_by_slug(slug)
    directory.forget()
    return Place(directory.find_by_schema(tenant.schema))


def assert_live_once(sign_up_id: uuid.UUID) -> None:
    """One broker, live, invited by one letter, bound to its one subscription."""
    with pin(PUBLIC):
        made = [t for t in tenants.tenants() if t.slug == "gamma"]
        assert [(t.id, t.state) for t in made] == [(sign_up_id, "live")]
        assert SignUp.objects.get(pk=sign_up_id).state == "live"
    place = the_broker()
    assert [(one.template, one.to) for one in letters(place)] == [("identity/invitation", ADA)]
    with place.pin():
        assert [one.email for one in people.invitation_lines()] == [ADA]


def test_a_run_makes_a_broker_live(vendor):
    sign_up_id = paid(vendor)

    assert engine.advance(run_of(sign_up_id)) is True

    view = view_of(sign_up_id)
    assert (view.state, view.done, [step.state for step in view.steps]) == ("done", 9, ["done"] * 9)
    assert_live_once(sign_up_id)
    assert the_broker().info.theme_version


def test_a_finished_run_does_nothing_more(vendor):
    sign_up_id = paid(vendor)
    engine.advance(run_of(sign_up_id))

    assert engine.advance(run_of(sign_up_id)) is False

    with pin(PUBLIC):
        assert StepAttempt.objects.count() == 9


@pytest.mark.parametrize("key", KEYS)
def test_killed_before_a_step_it_resumes_there(vendor, frozen, key):
    sign_up_id = paid(vendor)
    with pytest.raises(Killed):
        engine.advance(run_of(sign_up_id), replaced(key, fail(Killed())))
    assert view_of(sign_up_id).done == KEYS.index(key)
    clock.advance(engine.LEASE + dt.timedelta(seconds=1))

    assert engine.advance(run_of(sign_up_id)) is True

    assert_live_once(sign_up_id)
    outcomes = [(a.step, a.outcome) for a in view_of(sign_up_id).attempts if a.step == key]
    assert outcomes == [(key, "lost"), (key, "done")]


@pytest.mark.parametrize("key", KEYS)
def test_killed_after_a_step_before_its_record_it_repeats_it_harmlessly(vendor, frozen, key):
    sign_up_id = paid(vendor)
    with pytest.raises(Killed):
        engine.advance(run_of(sign_up_id), then_killed(key))
    clock.advance(engine.LEASE + dt.timedelta(seconds=1))

    assert engine.advance(run_of(sign_up_id)) is True

    assert_live_once(sign_up_id)


def test_a_leased_run_is_left_to_its_worker(vendor, frozen):
    sign_up_id = paid(vendor)
    with pytest.raises(Killed):
        engine.advance(run_of(sign_up_id), replaced("keys", fail(Killed())))

    assert engine.advance(run_of(sign_up_id)) is False
    with pin(PUBLIC):
        assert engine.due_runs() == ()
    clock.advance(engine.LEASE + dt.timedelta(seconds=1))
    with pin(PUBLIC):
        assert engine.due_runs() == (run_of(sign_up_id),)


def test_a_worker_that_slept_through_its_lease_records_nothing(vendor, frozen):
    sign_up_id = paid(vendor)
    run_id = run_of(sign_up_id)

    def overslept(_job):
        clock.advance(engine.LEASE + dt.timedelta(seconds=1))
        assert engine.advance(run_id) is True

    assert engine.advance(run_id, replaced("keys", overslept)) is False

    assert view_of(sign_up_id).done == 9
    assert_live_once(sign_up_id)


def test_two_workers_at_once_make_one_broker(vendor):
    sign_up_id = paid(vendor)
    run_id = run_of(sign_up_id)
    answers: list[bool] = []

    def work():
        from django.db import connections

        answers.append(engine.advance(run_id))
        connections["default"].forget_connections()
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(answers) == [False, False, False, True]
    assert_live_once(sign_up_id)


class NoRoom(Refused):
    code = "no_room"
    sentence = "There is no room left."


def test_a_refused_step_stops_with_its_sentence_and_goes_on_after_a_retry(vendor):
    sign_up_id = paid(vendor)
    run_id = run_of(sign_up_id)
    assert engine.advance(run_id, replaced("storage", fail(NoRoom()))) is False
    view = view_of(sign_up_id)
    assert (view.state, view.done) == ("failed", KEYS.index("storage"))
    assert [(s.state, s.reason) for s in view.steps if s.key == "storage"] == [
        ("failed", "There is no room left.")
    ]
    assert engine.advance(run_id) is False

    with pin(PUBLIC):
        services.retry_run(run_id, by=OMAR)
        deeds = [line.action for line in audit.entries(limit=1)]

    assert deeds == ["runs.retried"]
    assert engine.advance(run_id) is True
    assert_live_once(sign_up_id)


def test_only_a_stopped_run_can_be_retried(vendor):
    sign_up_id = paid(vendor)
    with pin(PUBLIC), pytest.raises(NothingToRetry):
        services.retry_run(run_of(sign_up_id), by=OMAR)

    assert view_of(sign_up_id).state == "waiting"


def test_an_outage_is_repeated_by_itself_and_then_waits_for_a_person(vendor, frozen):
    sign_up_id = paid(vendor)
    run_id = run_of(sign_up_id)
    broken = replaced("theme", fail(Unavailable("storage", "secret detail")))
    states = []
    for _ in range(engine.AUTOMATIC_TRIES):
        engine.advance(run_id, broken)
        states.append(view_of(sign_up_id).state)
        clock.advance(dt.timedelta(minutes=5))

    assert states == ["waiting"] * 4 + ["failed"]
    reasons = {a.reason for a in view_of(sign_up_id).attempts if a.step == "theme"}
    assert len(reasons) == 1
    assert "secret detail" not in reasons.pop()


def test_a_waiting_run_is_not_taken_up_too_early(vendor, frozen):
    sign_up_id = paid(vendor)
    engine.advance(run_of(sign_up_id), replaced("theme", fail(Unavailable("storage"))))

    assert engine.advance(run_of(sign_up_id)) is False
    clock.advance(dt.timedelta(minutes=1))
    assert engine.advance(run_of(sign_up_id)) is True


def test_runs_of_other_sign_ups_are_not_touched(vendor):
    from tests.provisioning.runs.cast import a_plan

    first = paid(vendor)
    second = paid(vendor, a_plan("delta", email="dan@delta.example"))

    engine.advance(run_of(first))

    assert (view_of(first).state, view_of(second).state, view_of(second).done) == (
        "done",
        "waiting",
        0,
    )
