"""What a person types: `exec` a command among running services, `run` them all, or the `demo`."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from devstack import layout as layouts
from devstack import plan as plans
from devstack import programs
from devstack.layout import REPOSITORY, Layout
from devstack.plan import Plan, Wishes
from devstack.process import attach
from devstack.session import Session, running

STORY = "devstack.story"
INTERRUPTED = 130
GRACE_SECONDS = 20.0


def execute(root: Path, profile: str, argv: list[str]) -> int:
    """Run `argv` with the services of `profile` around it and return its exit status.

    The dev profile is shared: when it runs already, the command joins it. The test profile is
    not: a second command gets services of its own.
    """
    if profile == "dev":
        try:
            with layouts.held(Layout(root, profile)) as layout:
                return _execute_in(plans.backing(layout, os.environ, Wishes()), argv)
        except layouts.Busy:
            if not Layout(root, profile).env_file.exists():  # it has not got so far yet
                raise
            return _join(Layout(root, profile), argv)
    with layouts.first_free(root, profile) as layout:
        wishes = Wishes(settings="config.settings.test", durable=False)
        plan = plans.backing(layout, os.environ, wishes)
        plans.add_s3(plan)
        return _execute_in(plan, argv)


def serve(root: Path, profile: str, *, tells_story: bool) -> int:
    """Run everything until Ctrl-C; with the story first when asked, alone when DEMO_ONCE is set."""
    began = time.monotonic()
    with layouts.held(Layout(root, profile)) as layout:
        plan = plans.backing(layout, os.environ, Wishes(web_port=plans.WEB_PORT))
        programs.add_all(plan)
        with running(plan, announces=True) as session:
            session.display.say(f"Atrium is starting; its logs are in {_shown(layout.logs)}")
            session.bring_up()
            if session.stop_asked:
                return INTERRUPTED
            session.display.say(f"Everything is up after {time.monotonic() - began:.1f} s.")
            status = _tell_story(session) if tells_story else 0
            if not tells_story or os.environ.get("DEMO_ONCE", "0") in {"", "0"}:
                _keep_serving(session)
    return status


def trading_server(layout: Layout, port: int, seed: int) -> int:
    """Run one more simulated trading server in the terminal until Ctrl-C; needs nothing else."""
    layout.make()
    argv = programs.trading_server_argv(layout, port, seed)
    child = attach(argv, os.environ)
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            return child.wait()


def _execute_in(plan: Plan, argv: list[str]) -> int:
    with running(plan, announces=False) as session:
        session.bring_up()
        return INTERRUPTED if session.stop_asked else _attend(session, argv, plan.env)


def _join(layout: Layout, argv: list[str]) -> int:
    own: dict[str, str] = json.loads(layout.env_file.read_text())
    return subprocess.run(argv, env=os.environ | own, check=False).returncode


def _tell_story(session: Session) -> int:
    if importlib.util.find_spec(f"{STORY}.__main__") is None:
        return 0
    file = session.plan.layout.state_file
    argv = [sys.executable, "-m", STORY, "--state", str(file)]
    status = _attend(session, argv, session.plan.unprivileged)
    if status:
        session.display.say(f"The story did not hold: it ended with status {status}.")
    return status


def _attend(session: Session, argv: list[str], env: Mapping[str, str]) -> int:
    """Run a program in the terminal and look after the services until it ends."""
    child = attach(argv, env)
    deadline: float | None = None
    while child.poll() is None:
        session.turn()
        if session.stop_asked and deadline is None:
            # Ctrl-C has reached it through the terminal; SIGTERM reached only us.
            deadline = time.monotonic() + GRACE_SECONDS
            child.terminate()
        if deadline and time.monotonic() > deadline:
            child.kill()
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _keep_serving(session: Session) -> None:
    state_file = _shown(session.plan.layout.state_file)
    session.display.say(f"Who can sign in, and where, is in {state_file}. Ctrl-C ends everything.")
    while not session.stop_asked:
        session.turn()
    session.display.say("Stopping.")


def _shown(path: Path) -> Path:
    return path.relative_to(REPOSITORY) if path.is_relative_to(REPOSITORY) else path
