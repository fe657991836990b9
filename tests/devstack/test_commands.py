from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack import plan
from devstack.layout import Layout
from devstack.reset import wipe
from devstack.stack import Stack
from tests.devstack.sightings import processes_of, soon_empty

DEVSTACK = [sys.executable, "-m", "devstack"]
SAY_ENV = [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"]
NO_SERVERS = {
    "DATABASE_URL": "postgresql://somebody@db.example/somewhere",
    "REDIS_URL": "redis://cache.example",
    "EMAIL_URL": "smtp://mail.example",
    "AWS_S3_ENDPOINT_URL": "https://files.example",
}


def command(root: Path, *more: str, profile: str = "test") -> list[str]:
    return [*DEVSTACK, "exec", "--profile", profile, "--root", str(root), "--", *more]


def said(root: Path, **env: str) -> dict[str, str]:
    done = subprocess.run(
        command(root, *SAY_ENV),
        env=plan.outside() | env,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


@contextlib.contextmanager
def sleeping(root: Path) -> Iterator[subprocess.Popen[str]]:
    """An `exec` whose command has begun and sleeps."""
    say = "import time; print('asleep', flush=True); time.sleep(600)"
    argv = command(root, sys.executable, "-c", say)
    with subprocess.Popen(
        argv, env=plan.outside(), stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "asleep\n"
        yield running
        running.kill()


def test_exec_passes_on_the_exit_status_of_its_command(root: Path) -> None:
    argv = command(root, sys.executable, "-c", "raise SystemExit(7)")

    assert subprocess.run(argv, env=plan.outside(), check=False).returncode == 7
    assert processes_of(root) == []


def test_exec_starts_nothing_for_a_service_that_has_its_address_already(root: Path) -> None:
    env = said(root, **NO_SERVERS)

    assert {name: env[name] for name in NO_SERVERS} == NO_SERVERS
    assert "DATABASE_ADMIN_URL" not in env
    assert list((root / "test" / "logs").iterdir()) == []


def test_secrets_are_made_once_and_only_their_owner_may_read_them(root: Path) -> None:
    names = ("SECRET_KEY", "DATABASE_ROLE_KEY", "ATRIUM_MASTER_KEYS", "STRIPE_SECRET_KEY")
    first = said(root, **NO_SERVERS)
    second = said(root, **NO_SERVERS)

    assert [first[name] for name in names] == [second[name] for name in names]
    assert (root / "test" / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_second_exec_of_the_tests_gets_services_of_its_own(root: Path) -> None:
    with sleeping(root):
        env = said(root)

    assert env["DEVSTACK_HOME"] == str(root / "test-2")


def test_an_exec_joins_the_running_demo(root: Path) -> None:
    with Stack("dev", root=root, only=("valkey",)) as stack:
        argv = command(root, *SAY_ENV, profile="dev")
        done = subprocess.run(argv, env=plan.outside(), capture_output=True, text=True, check=True)

        assert json.loads(done.stdout)["REDIS_URL"] == stack.env["REDIS_URL"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_command_and_everything_around_it(
    root: Path, number: signal.Signals
) -> None:
    with sleeping(root) as running:
        running.send_signal(number)
        status = running.wait(60)

    assert status == 128 + signal.SIGTERM
    assert processes_of(root) == []


def test_killing_exec_leaves_neither_its_command_nor_its_services(root: Path) -> None:
    with sleeping(root) as running:
        running.kill()
        running.wait()

        assert soon_empty(root) == []


def test_a_tied_devstack_ends_with_its_caller(root: Path) -> None:
    argv = [*DEVSTACK, "--tied", "exec", "--profile", "test", "--root", str(root), "--"]
    say = f"import time; open({str(root / 'begun')!r}, 'w'); time.sleep(600)"
    caller = f"import subprocess; subprocess.run({[*argv, sys.executable, '-c', say]!r})"
    with subprocess.Popen([sys.executable, "-c", caller], env=plan.outside()) as parent:
        while not (root / "begun").exists():
            assert parent.poll() is None
            time.sleep(0.05)
        os.kill(parent.pid, signal.SIGKILL)

    assert soon_empty(root, seconds=20) == []


def test_a_command_that_never_becomes_ready_is_named_with_the_end_of_its_log(root: Path) -> None:
    env = plan.outside() | {"PG_BIN": "/nowhere"}

    done = subprocess.run(
        command(root, "true"), env=env, capture_output=True, text=True, check=False
    )

    assert done.returncode != 0
    assert "/nowhere" in done.stderr


def test_reset_forgets_everything(root: Path) -> None:
    with Stack("dev", root=root, only=("postgres", "valkey")):
        pass

    wipe(Layout(root, "dev"))

    assert sorted(path.name for path in root.iterdir()) == []
