from __future__ import annotations

from kernel.errors import Refused
from kernel.pin import PUBLIC, pin
from provisioning.runs import engine
from provisioning.runs.models import Run
from provisioning.runs.steps import STEPS, Step
from tests.provisioning.runs.cast import paid


class NoRoom(Refused):
    code = "no_room"
    sentence = "There is no room left."


def no_room(_job):
    raise NoRoom


def stopped(vendor):
    """A run that stopped at its storage step."""
    sign_up_id = paid(vendor)
    steps = tuple(
        Step(key=s.key, title=s.title, do=no_room if s.key == "storage" else s.do) for s in STEPS
    )
    with pin(PUBLIC):
        run_id = Run.objects.get(sign_up_id=sign_up_id).pk
    engine.advance(run_id, steps)
    return run_id


def test_a_stopped_run_shows_its_reason_and_a_retry_that_works(vendor, omar):
    run_id = stopped(vendor)
    page = omar.get(f"/console/runs/{run_id}/").content.decode()
    assert "There is no room left." in page
    assert f"/console/runs/{run_id}/retry/" in page

    omar.post(f"/console/runs/{run_id}/retry/")
    engine.advance(run_id)

    page = omar.get(f"/console/runs/{run_id}/").content.decode()
    assert f"/console/runs/{run_id}/retry/" not in page
    with pin(PUBLIC):
        assert Run.objects.get().state == "done"


def test_runs_are_listed_by_state(vendor, omar):
    stopped(vendor)

    assert "Gamma FX" in omar.get("/console/runs/?state=failed").content.decode()
    assert (
        f"/console/runs/{Run.__name__}"
        not in omar.get("/console/runs/?state=done").content.decode()
    )


def test_the_overview_shows_brokers_and_the_latest_run(vendor, alpha, beta, omar):
    stopped(vendor)

    page = omar.get("/console/").content.decode()

    assert [name in page for name in ("Alpha Markets", "Beta Capital", "Gamma FX")] == [True] * 3
