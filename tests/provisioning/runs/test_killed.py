"""A worker that is really killed: SIGKILL between a step's work and its record."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kernel import clock
from provisioning.runs import engine
from tests.provisioning.runs.cast import paid
from tests.provisioning.runs.test_engine import assert_live_once, run_of, view_of

ROOT = Path(__file__).resolve().parents[3]
WORKER = """
import os, signal, sys, uuid
import django
django.setup()
from provisioning.runs import engine
from provisioning.runs.steps import STEPS, Step

run_id, fatal = uuid.UUID(sys.argv[1]), sys.argv[2]

def deadly(step):
    def do(job):
        step.do(job)
        if step.key == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
    return Step(key=step.key, title=step.title, do=do)

engine.advance(run_id, tuple(deadly(step) for step in STEPS))
"""


@pytest.mark.slow
@pytest.mark.parametrize("fatal", ["schema", "invitation", "doors"])
def test_a_killed_workers_run_is_finished_by_the_next(vendor, fatal):
    sign_up_id = paid(vendor)
    run_id = run_of(sign_up_id)

    worker = subprocess.run(
        [sys.executable, "-c", WORKER, str(run_id), fatal], cwd=ROOT, check=False
    )

    assert worker.returncode == -signal.SIGKILL
    assert view_of(sign_up_id).state == "running"
    with clock.frozen(clock.now() + engine.LEASE + dt.timedelta(seconds=1)):
        assert engine.advance(run_id) is True
    assert_live_once(sign_up_id)
